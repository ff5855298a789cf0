"""Connections: synchronous sessions in small pools, many readers and one writer, never on the event loop.

Async sessions on SQLite were measured at an insert p99 of 434 ms with 16 at once; this way it stays near one commit.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.errors import StorageBusy
from storage.turns import Turns

T = TypeVar("T")

READERS = 4
LOCK_WAIT_MS = 5_000
RECORD_WITHIN_S = 2.5
"""How long the record of a new wish may take, most of it in line: a platform wants its answer within three seconds."""
RECORD_WAIT_S = 0.9
"""And how long since it came it may wait for a lock: where another process holds one, all in line soon give up."""
RECORD_WAIT_LEAST_S = {True: 0.4, False: 0.05}
"""What it may wait in any case, where the wish before it got through, and where it did not."""
TOGETHER = 16
"""How many writes that wait for SQLite share one transaction, and one flush of the disk; fewer where a wish waits."""
Waiting = tuple[Callable[[Session], Any], "Future[Any]"]


class Database:
    """One database, SQLite or PostgreSQL, seen through `read` and `write`.

    Each takes a function of a `Session`, runs it in a thread, and commits or rolls back. A write takes SQLite's lock
    at its beginning, so it never fails halfway because somebody else wrote first.
    """

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = make_engine(self.url)
        writers = 1 if self.is_sqlite else READERS
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="db-write")
        # A wish is recorded beside the line of other writes: it must not wait behind them.
        self._recorder = ThreadPoolExecutor(1, thread_name_prefix="db-record")
        self._turns = Turns()
        self._line: deque[Waiting] = deque()
        self._got_through = True

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run a query. What `work` returns must not need the session any more."""
        return await self._run(self._readers, self._read, work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction; on SQLite, as one part of a transaction with other writes that wait.

        Each part counts or fails by itself, and is on the disk when this returns.

        Raises:
            StorageBusy: the lock was not free within `LOCK_WAIT_MS`, or the disk is full. Nothing was stored.
        """
        if not self.is_sqlite:
            return await self._run(self._writers, self._patiently, work)
        future: Future[T] = Future()
        self._line.append((work, future))
        self._writers.submit(self._next)
        return await asyncio.wrap_future(future)

    async def record(self, work: Callable[[Session], T]) -> T:
        """Run one transaction of an incoming wish, before all other writes, giving up after `RECORD_WITHIN_S`."""
        return await self._run(self._recorder, self._record, work, monotonic())

    async def purge(self) -> None:
        """Empty SQLite's write-ahead log, in which deleted words linger."""
        if self.is_sqlite:
            await self._run(self._writers, self._purge)

    def close(self) -> None:
        """Finish what runs and close every connection."""
        for pool in (self._readers, self._writers, self._recorder):
            pool.shutdown(wait=True)
        self.engine.dispose()

    @staticmethod
    async def _run(pool: ThreadPoolExecutor, run: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, run, *arguments)

    def _read(self, work: Callable[[Session], T]) -> T:
        with Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")  # one snapshot for all queries of `work`
            return work(session)

    def _patiently(self, work: Callable[[Session], T]) -> T:
        return self._write(work, monotonic() + LOCK_WAIT_MS / 1_000, is_wish=False)

    def _record(self, work: Callable[[Session], T], came: float) -> T:
        """The time spent in line counts: of many wishes at once, all are answered in time."""
        begun = monotonic()
        if begun - came > RECORD_WITHIN_S:
            raise StorageBusy("too many wishes at once")
        least_s, self._got_through = RECORD_WAIT_LEAST_S[self._got_through], False
        result = self._write(work, max(came + RECORD_WAIT_S, begun + least_s), is_wish=True)
        self._got_through = True
        return result

    def _write(self, work: Callable[[Session], T], until: float, *, is_wish: bool) -> T:
        try:
            with self._turn(until, is_wish), Session(self.engine, expire_on_commit=False) as session:
                self._begin(session.connection(), _left_ms(until))
                result = work(session)
                session.commit()
                return result
        except OperationalError as error:
            raise _busy() from error

    def _next(self) -> None:
        """Run what waits, unless an earlier look took it along."""
        begun: list[Waiting] = []
        try:
            ends = self._together(begun)
        except BaseException as error:
            ends = [error] * len(begun)
        for (_, future), end in zip(begun, ends, strict=True):
            if isinstance(end, BaseException):
                future.set_exception(end)
            else:
                future.set_result(end)

    def _together(self, begun: list[Waiting]) -> list[Any]:
        """What each write returned that is now in `begun`, or the error that it alone failed with."""
        if (first := self._begun(begun)) is None:
            return []
        if not self._line:
            return [self._patiently(first)]
        until = monotonic() + LOCK_WAIT_MS / 1_000
        try:
            with self._turn(until, is_wish=False), self.engine.connect() as connection:
                self._begin(connection, _left_ms(until))
                ends = [_part(connection, first)]
                while len(ends) < TOGETHER and not self._turns.wanted and (work := self._begun(begun)):
                    ends.append(_part(connection, work))
                connection.commit()
                return ends
        except OperationalError as error:
            raise _busy() from error

    def _begun(self, begun: list[Waiting]) -> Callable[[Session], Any] | None:
        """Take the next write that somebody still waits for."""
        while self._line:
            work, future = self._line.popleft()
            if future.set_running_or_notify_cancel():
                begun.append((work, future))
                return work
        return None

    def _turn(self, until: float, is_wish: bool) -> AbstractContextManager[None]:
        """SQLite has one writer; PostgreSQL lets them all write."""
        within_s = _left_ms(until) / 1_000
        return self._turns.taken(first=is_wish, within_s=within_s) if self.is_sqlite else nullcontext()

    def _purge(self) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _begin(self, connection: Connection, wait_ms: int) -> None:
        if self.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout={wait_ms}")


def _part(connection: Connection, work: Callable[[Session], Any]) -> Any:
    """One of several writes: what it returns, or its error, which takes back what it wrote and nothing else.

    Raises:
        OperationalError: SQLite may have given up the whole transaction.
    """
    try:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            result = work(session)
            session.commit()
            return result
    except OperationalError:
        raise
    except Exception as error:
        return error


def _busy() -> StorageBusy:
    return StorageBusy("the database is locked or its disk is full")


def _left_ms(until: float) -> int:
    return max(1, round((until - monotonic()) * 1_000))


def insert_of(session: Session) -> Any:
    """The `INSERT` of this database, which knows `ON CONFLICT`."""
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert


def normal_url(url: str) -> str:
    """Spell a database address as SQLAlchemy wants it: hosts hand out `postgres://`."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str) -> Engine:
    """An engine whose SQLite connections are safe for many threads and survive a power cut."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=READERS * 2 + 1, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        make_url(url), pool_size=READERS + 2, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", prepare_sqlite)
    return engine


def prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Write-ahead log, full sync because rows hold money, and transactions that we begin ourselves."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={LOCK_WAIT_MS}",
        "cache_size=-16000",
        "mmap_size=268435456",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
