"""What storage says when it cannot: the layers above turn it into a sentence."""


class StorageError(Exception):
    """The root of storage's own errors."""


class StorageBusy(StorageError):
    """The database is locked or the disk is full: nothing was stored."""


class Forgotten(StorageError):
    """The row's owner asked to be forgotten: nothing more is kept for them."""
