"""Small reads by keys, answered at once by the thread that asks.

A row or ten lie in memory and take a tenth of a millisecond. To hand such a read to another thread takes longer than
that, because both threads want the interpreter at each step of SQLite's.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.standing import Standing
from storage.turns import Occupied

T = TypeVar("T")


class Glances:
    """One connection, for whoever looks just now."""

    def __init__(self, engine: Engine) -> None:
        self._standing = Standing(engine)
        self._is_looking = threading.Lock()

    def take(self, work: Callable[[Session], T]) -> T:
        """Run a query.

        Raises:
            Occupied: not now: another thread looks, or SQLite is locked.
        """
        if not self._is_looking.acquire(blocking=False):
            raise Occupied
        try:
            return work(self._standing.begin())  # one snapshot for all queries of `work`
        except OperationalError as error:
            raise Occupied from error
        finally:
            self._standing.end()
            self._is_looking.release()

    def close(self) -> None:
        """Close the connection."""
        with self._is_looking:
            self._standing.close()
