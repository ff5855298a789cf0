"""Small reads by keys, answered at once by the thread that asks.

A row or ten lie in memory and take a quarter of a millisecond. To hand such a read to another thread takes three times
as long, because both threads want the interpreter at each step of SQLite's.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

T = TypeVar("T")


class Occupied(Exception):
    """It would have to wait: another thread looks just now, or SQLite is locked."""


class Glances:
    """One connection of its own, which never waits for a lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._is_looking = threading.Lock()

    def take(self, work: Callable[[Session], T]) -> T:
        """Run a query.

        Raises:
            Occupied: not now.
        """
        if not self._is_looking.acquire(blocking=False):
            raise Occupied
        try:
            return self._look(work)
        except OperationalError as error:
            raise Occupied from error
        finally:
            self._is_looking.release()

    def close(self) -> None:
        """Close the connection."""
        with self._is_looking:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _look(self, work: Callable[[Session], T]) -> T:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.detach()  # with its impatience, it is of no use to others
            self._connection.exec_driver_sql("PRAGMA busy_timeout=0")
            self._connection.rollback()
        connection = self._connection
        try:
            connection.exec_driver_sql("BEGIN")  # one snapshot for all queries of `work`
            with Session(connection, expire_on_commit=False) as session:
                return work(session)
        finally:
            connection.rollback()
