"""Small writes, made by the loop itself; a thread only carries them to the disk.

What changes a row or ten takes a few tenths of a millisecond. To hand it to another thread takes as long again, because
both threads want the interpreter at each step of SQLite's.

A round commits into the page cache, and its works are told once the log is flushed: so the next round waits for no
disk. In between others may see what is not safe yet, but whoever builds on it commits later into the same log, and is
told after a flush that carries both.
"""

import asyncio
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from storage.errors import StorageBusy
from storage.lines import Waiting, Work, settle
from storage.standing import Part, Standing
from storage.turns import Occupied, Turns

T = TypeVar("T")
TOGETHER = 16
"""How many works share one transaction: so long the loop is held up at most."""
ROUNDS_PER_FOLDING = 400
"""After so many, the log is folded into the database; a round adds some ten pages of 4 KB to it."""


class Rounds:
    """Works that came since the loop's last turn make a round, wishes first."""

    def __init__(self, engine: Engine, turns: Turns, fold: Callable[[], None]) -> None:
        """`fold` brings the log into the database, and begins it anew; it is called by the loop and must not wait."""
        self._standing = Standing(engine, "PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0")
        self._turns = turns
        self._fold = fold
        self._log = Path(f"{engine.url.database}-wal")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="db-flush")
        self._wishes: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._unsafe: list[tuple[asyncio.Future[Any], Any]] = []
        self._rounds: asyncio.Task[None] | None = None
        self._flushes: asyncio.Task[None] | None = None
        self._count = 0

    async def run(self, work: Work[T], *, is_wish: bool = False) -> T:
        """Run a transaction, as one part of its round's.

        Raises:
            Occupied: somebody else writes, or the round failed. Nothing of it stands; a thread has to do it.
            StorageBusy: it stands, but the disk did not take it.
        """
        loop = asyncio.get_running_loop()
        if any(each.get_loop() is not loop for each in (self._rounds, self._flushes) if each and not each.done()):
            raise Occupied
        if self._rounds is None or self._rounds.done():
            self._rounds = loop.create_task(self._go_round(), name="rounds of writes")
        future: asyncio.Future[T] = loop.create_future()
        (self._wishes if is_wish else self._others).append(Waiting(work, future))
        return await future

    def close(self) -> None:
        """Finish what is on its way to the disk."""
        self._disk.shutdown(wait=True)
        self._standing.close()

    async def _go_round(self) -> None:
        while works := self._next():
            futures = [each.future for each in works]
            try:
                ends = self._round([each.work for each in works])
            except Exception as error:
                # Where several were in it, each is made again by itself: then it alone ends with its error.
                ending = error if len(works) == 1 else Occupied()
                settle([(future, ending) for future in futures])
            else:
                self._unsafe += zip(futures, ends, strict=True)
                if self._flushes is None or self._flushes.done():
                    self._flushes = asyncio.create_task(self._flush(), name="flushes of the log")
            await asyncio.sleep(0)

    def _next(self) -> list[Waiting]:
        works: list[Waiting] = []
        while len(works) < TOGETHER and (line := self._wishes or self._others):
            if not (waiting := line.popleft()).future.cancelled():
                works.append(waiting)
        return works

    def _round(self, works: Sequence[Work[Any]]) -> list[Any]:
        with self._turns.free():
            try:
                session = self._standing.begin(writes=True)
                ends = [_part(session, work) for work in works]
                self._standing.commit()
                session.stands()
                return ends
            except (OperationalError, sqlite3.Error) as error:
                raise Occupied from error
            finally:
                self._standing.end()
                self._count += 1

    async def _flush(self) -> None:
        while unsafe := self._unsafe:
            self._unsafe = []
            try:
                await asyncio.get_running_loop().run_in_executor(self._disk, partial(_carry, self._log))
            except OSError:
                busy = StorageBusy("the disk did not take it")
                unsafe = [(future, busy) for future, _ in unsafe]
            settle(unsafe)
            if self._count >= ROUNDS_PER_FOLDING:
                self._count = 0
                self._fold()


def _part(session: Part, work: Work[Any]) -> Any:
    """What one work returns. The next one reads anew what stands there."""
    result = work(session)
    session.flush()
    session.forget()
    return result


def _carry(log: Path) -> None:
    """Flush SQLite's log by its name: whoever opened it, the bytes are the same."""
    opened = os.open(log, os.O_RDWR)
    try:
        getattr(os, "fdatasync", os.fsync)(opened)
    finally:
        os.close(opened)
