"""The database, whichever it is: synchronous sessions in small pools of threads, or for a moment on the event loop."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from storage import postgres
from storage.patience import LOCK_WAIT_MS
from storage.postgres import Postgres
from storage.sqlite import Sqlite
from storage.sqlite import make_engine as make_sqlite_engine

__all__ = ["LOCK_WAIT_MS", "Database", "make_engine", "normal_url"]
T = TypeVar("T")


class Database:
    """One database, SQLite or PostgreSQL, seen through `read` and `write`.

    Each takes a function of a `Session`, runs it, and commits or rolls back. On PostgreSQL a write is run
    again where another one was faster, or the server was gone; on SQLite, where one that shared its transaction failed.
    What `look` and `change` are given may run on the event loop, so it is short: a few statements that know their keys.
    So `work` may run several times, changes nothing but rows, and takes nothing back itself: it raises.
    """

    def __init__(self, url: str, *, away_s: float = postgres.AWAY_S) -> None:
        """`away_s`: how long a PostgreSQL that cannot be reached is waited for."""
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = make_engine(self.url)
        self._way = Sqlite(self.engine) if self.is_sqlite else Postgres(self.engine, away_s)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run a query. What `work` returns must not need the session any more."""
        return await self._way.read(work)

    async def look(self, work: Callable[[Session], T]) -> T:
        """Run a small query by keys, where it can be, without another thread: that costs more than the query itself."""
        return await self._way.look(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction, which is on the disk when this returns.

        Raises:
            StorageBusy: the lock was not free within `LOCK_WAIT_MS`, or the disk is full. Nothing was stored.
        """
        return await self._way.write(work)

    async def change(self, work: Callable[[Session], T]) -> T:
        """Run one small transaction by keys, where it can be, without another thread, beside others that come at once.

        Raises:
            StorageBusy: as of `write`.
        """
        return await self._way.change(work)

    async def record(self, work: Callable[[Session], T]) -> T:
        """Run one transaction of an incoming wish, before all other writes, giving up after `RECORD_WITHIN_S`."""
        return await self._way.record(work)

    async def purge(self) -> None:
        """Empty SQLite's write-ahead log, in which deleted words linger."""
        await self._way.purge()

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._way.close()


def normal_url(url: str) -> str:
    """Spell a database address as SQLAlchemy wants it: hosts hand out `postgres://`."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str) -> Engine:
    """An engine with as many connections as there are threads that use one."""
    return make_sqlite_engine(url) if url.startswith("sqlite") else postgres.make_engine(url)
