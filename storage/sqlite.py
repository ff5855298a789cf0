"""What SQLite needs: one writer at a time, many writes in one flush of the disk, and what is small done at once.

Async sessions were measured at an insert p99 of 434 ms with 16 at once; this way it stays near one commit.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.errors import StorageBusy
from storage.glances import Glances
from storage.lines import Line, Take, Work
from storage.patience import LOCK_WAIT_MS, Patience, left_ms
from storage.rounds import TOGETHER, Rounds
from storage.standing import Part
from storage.turns import Occupied, Turns

T = TypeVar("T")
READERS = 4
READ_TOGETHER = 4
"""How many reads that wait share one snapshot and one connection."""


class Sqlite:
    """Reads, writes and wishes on one file. A write takes the lock at its beginning, so it never fails halfway because
    somebody else wrote first.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = Line("db-read", READERS, self._looked)
        self._writes = Line("db-write", 1, self._together)
        self._glances = Glances(engine)
        # A wish is recorded beside the line of other writes: it must not wait behind them.
        self._recorder = ThreadPoolExecutor(1, thread_name_prefix="db-record")
        self._caretaker = ThreadPoolExecutor(1, thread_name_prefix="db-purge")
        self._turns = Turns()
        self._rounds = Rounds(engine, self._turns)
        self._patience = Patience()

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run a query in a thread, alone or beside others that wait."""
        return await self._reads.run(work)

    async def look(self, work: Callable[[Session], T]) -> T:
        """Run a small query at once, on the loop; where that would have to wait, as `read` does."""
        with suppress(Occupied):
            return self._glances.take(work)
        return await self.read(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction, as one part of a transaction with others that wait: each counts or fails by itself."""
        return await self._writes.run(work)

    async def change(self, work: Callable[[Session], T]) -> T:
        """Run a small transaction at once, on the loop; where that would have to wait, as `write` does."""
        with suppress(Occupied):
            return await self._rounds.run(work)
        return await self.write(work)

    async def record(self, work: Callable[[Session], T]) -> T:
        """Run the transaction of a wish, before all other writes."""
        came = monotonic()
        with suppress(Occupied):
            return await self._rounds.run(work, is_wish=True)
        return await _run(self._recorder, lambda: self._record(work, came))

    async def purge(self) -> None:
        """Empty the write-ahead log, in which deleted words linger."""
        await _run(self._caretaker, self._purge)

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._reads.close()
        self._writes.close()
        self._recorder.shutdown(wait=True)
        self._caretaker.shutdown(wait=True)
        self._rounds.close()
        self._glances.close()
        self._engine.dispose()

    def _looked(self, take: Take) -> list[Any]:
        """Reads that were there before their snapshot was taken, so that each sees what its asker has written."""
        works = [work for _ in range(READ_TOGETHER) if (work := take())]
        if not works:
            return []
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # one snapshot for all queries of a work
            return [_read(connection, work) for work in works]

    def _record(self, work: Callable[[Session], T], came: float) -> T:
        result = self._write(work, self._patience.until(came), is_wish=True)
        self._patience.got_through()
        return result

    def _write(self, work: Callable[[Session], T], until: float, *, is_wish: bool = False) -> T:
        try:
            with self._turn(until, is_wish), Session(self._engine, expire_on_commit=False) as session:
                _begin(session.connection(), left_ms(until))
                result = work(session)
                session.commit()
                return result
        except OperationalError as error:
            raise _busy() from error

    def _together(self, take: Take) -> list[Any]:
        """Writes that share a transaction: what each returned. Where one of them fails, nothing of it stands, and each
        is made again by itself: then it alone ends with its error.
        """
        first = take()
        if first is None:
            return []
        until = monotonic() + LOCK_WAIT_MS / 1_000
        second = take()
        if second is None:
            return [self._write(first, until)]
        works = [first, second]
        try:
            return self._at_once(works, take, until)
        except StorageBusy:
            raise
        except Exception:
            return [self._end(work) for work in works]

    def _at_once(self, works: list[Work[Any]], take: Take, until: float) -> list[Any]:
        """Carry out these works, and as many others as wait; `works` grows by them."""
        try:
            with self._turn(until, is_wish=False), self._engine.connect() as connection, ExitStack() as parts:
                _begin(connection, left_ms(until))
                ends = [_part(parts, connection, work) for work in works]
                while len(ends) < TOGETHER and not self._turns.wanted and (work := take()):
                    works.append(work)
                    ends.append(_part(parts, connection, work))
                connection.commit()
                return ends
        except OperationalError as error:
            raise _busy() from error

    def _end(self, work: Work[Any]) -> Any:
        """What a work returns, or its error."""
        try:
            return self._write(work, monotonic() + LOCK_WAIT_MS / 1_000)
        except Exception as error:
            return error

    def _turn(self, until: float, is_wish: bool) -> AbstractContextManager[None]:
        return self._turns.taken(first=is_wish, within_s=left_ms(until) / 1_000)

    def _purge(self) -> None:
        until = monotonic() + LOCK_WAIT_MS / 1_000
        with self._turn(until, is_wish=False), self._engine.connect() as connection:
            _be_patient(connection, LOCK_WAIT_MS)
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def make_engine(url: str) -> Engine:
    """An engine whose connections are safe for many threads and survive a power cut."""
    engine = create_engine(
        make_url(url),
        pool_size=READERS + 2,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        json_deserializer=_json,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _json(text: str) -> Any:
    """Most lists and objects in rows are empty: to know those is a tenth of reading them."""
    if text == "[]":
        return []
    return {} if text == "{}" else json.loads(text)


def _prepare(connection: sqlite3.Connection, _: object) -> None:
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


async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _begin(connection: Connection, wait_ms: int) -> None:
    _be_patient(connection, wait_ms)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _be_patient(connection: Connection, wait_ms: int) -> None:
    if connection.info.get("waits_ms") != wait_ms:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
        connection.info["waits_ms"] = wait_ms


def _read(connection: Connection, work: Callable[[Session], Any]) -> Any:
    """What one of several reads returns, or its error."""
    try:
        with Session(connection, expire_on_commit=False) as session:
            return work(session)
    except Exception as error:
        return error


def _part(parts: ExitStack, connection: Connection, work: Work[Any]) -> Any:
    """What one of several writes returns. Until all are committed, it remembers what it added."""
    part = parts.enter_context(Part(connection, expire_on_commit=False, join_transaction_mode="rollback_only"))
    parts.push(partial(_give_back, part))
    result = work(part)
    part.flush()
    return result


def _give_back(part: Part, failed: type[BaseException] | None, *_: object) -> None:
    if failed:
        part.renew()


def _busy() -> StorageBusy:
    return StorageBusy("the database is locked or its disk is full")
