"""Keys for one purpose each, all derived from the one secret, so that none can stand in for another."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes that only this secret and this purpose give."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"easel {purpose}".encode()).derive(secret.encode())


class Cursors:
    """Where a gallery page ends, as a string that tells nothing: the number inside counts everybody's assets."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(derived(secret, "cursor")))

    def write(self, seq: int | None) -> str | None:
        """The cursor for a place in the order of arrival."""
        return self._fernet.encrypt(str(seq).encode()).decode() if seq is not None else None

    def read(self, cursor: str | None) -> int | None:
        """The place that a cursor names.

        Raises:
            Invalid: Easel did not write this cursor.
        """
        if cursor is None:
            return None
        try:
            return int(self._fernet.decrypt(cursor.encode()))
        except (InvalidToken, ValueError) as error:
            raise Invalid("`before` is not a cursor: use the `next` of the page before.", "bad_cursor") from error
