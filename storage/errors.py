"""What storage says when it cannot: the layers above turn it into a sentence."""


class StorageError(Exception):
    """The root of storage's own errors."""


class StorageBusy(StorageError):
    """The database is locked or the disk is full: nothing was stored."""


class Forgotten(StorageError):
    """The row's owner asked to be forgotten: nothing more is kept for them."""


class NotOurs(StorageError):
    """The creation belongs to another worker by now: nothing was stored, and nothing more may be."""


class StoreAway(StorageError, OSError):
    """The object store cannot be reached, refuses, or did not keep what it was given: the same may work later.

    An `OSError` too, because that is what whoever writes to a folder is prepared for.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One word for logs and the doctor: the store's own code (`SlowDown`), or what broke (`ReadTimeoutError`)."""
