"""Keys for one purpose each, all derived from the one secret, so that none can stand in for another."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid
from storage.collections import Place


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes that only this secret and this purpose give."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"easel {purpose}".encode()).derive(secret.encode())


def is_exact(text: str) -> bool:
    """The text is base64 in its one right spelling.

    Readers pass over foreign letters and spare bits, so that many texts would be one key, and a changed one still open.
    """
    padded = text + "=" * (-len(text) % 4)
    try:
        return urlsafe_b64encode(urlsafe_b64decode(padded)).decode() == padded
    except ValueError:
        return False


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
            return int(self._plain(cursor))
        except (InvalidToken, ValueError) as error:
            raise _no_cursor() from error

    def write_place(self, place: Place | None) -> str | None:
        """The same for a place in a collection."""
        return self._fernet.encrypt(f"{place.hung_at.isoformat()} {place.seq}".encode()).decode() if place else None

    def read_place(self, cursor: str | None) -> Place | None:
        """The place in a collection that a cursor names.

        Raises:
            Invalid: Easel did not write this cursor.
        """
        if cursor is None:
            return None
        try:
            hung_at, _, seq = self._plain(cursor).partition(" ")
            return Place(datetime.fromisoformat(hung_at), int(seq))
        except (InvalidToken, ValueError) as error:
            raise _no_cursor() from error

    def _plain(self, cursor: str) -> str:
        if not is_exact(cursor):
            raise InvalidToken
        return self._fernet.decrypt(cursor.encode()).decode()


def _no_cursor() -> Invalid:
    return Invalid("`before` is not a cursor: use the `next` of the page before.", "bad_cursor")
