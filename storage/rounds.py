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
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from storage.errors import Unsafe
from storage.lines import Waiting, Work, settle
from storage.standing import Part, Standing
from storage.turns import Occupied, Turns

T = TypeVar("T")
End = tuple[asyncio.Future[Any], Any]
"""Who waits for a work, and what it returned or raised."""
TOGETHER = 16
"""How many works share one transaction: so long the loop is held up at most."""
ROUNDS_PER_FOLDING = 400
"""After so many, the log is folded into the database; a round adds some ten pages of 4 KB to it."""


class Rounds:
    """Works that came since the loop's last turn make a round, wishes first.

    By callbacks, not by tasks: each turn of a busy loop that a write has to wait for is a millisecond or two.
    """

    def __init__(self, engine: Engine, turns: Turns, fold: Callable[[], None]) -> None:
        """`fold` brings the log into the database, and begins it anew; it is called by the loop and must not wait."""
        self._standing = Standing(engine, "PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0")
        self._turns = turns
        self._fold = fold
        self._log = Path(f"{engine.url.database}-wal")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="db-flush")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wishes: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._unsafe: list[End] = []
        self._is_due = False
        self._is_flushing = False
        self._count = 0

    async def run(self, work: Work[T], *, is_wish: bool = False) -> T:
        """Run a transaction, as one part of its round's.

        Raises:
            Occupied: somebody else writes, or the round failed. Nothing of it stands; a thread has to do it.
            Unsafe: it stands, but the disk did not take it.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._move_to(loop)
        future: asyncio.Future[T] = loop.create_future()
        (self._wishes if is_wish else self._others).append(Waiting(work, future))
        self._come_round(loop)
        return await future

    def close(self) -> None:
        """Finish what is on its way to the disk."""
        self._disk.shutdown(wait=True)
        self._standing.close()

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """What an earlier loop left when it closed, nobody waits for."""
        if self._loop and not self._loop.is_closed() and (self._is_due or self._is_flushing):
            raise Occupied
        self._loop, self._is_due, self._is_flushing = loop, False, False
        for left in (self._wishes, self._others, self._unsafe):
            left.clear()

    def _come_round(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._is_due and (self._wishes or self._others):
            self._is_due = True
            loop.call_soon(self._go_round, loop)

    def _go_round(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_due = False
        if works := self._next():
            self._come_round(loop)
            try:
                ends = self._round([each.work for each in works])
            except Exception as error:
                # Where several were in it, each is made again by itself: then it alone ends with its error.
                ending = error if len(works) == 1 else Occupied()
                settle([(each.future, ending) for each in works])
            else:
                self._unsafe += [(each.future, end) for each, end in zip(works, ends, strict=True)]
                self._flush(loop)

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

    # --- to the disk ----------------------------------------------------------------------------------------------

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._unsafe and not self._is_flushing:
            self._is_flushing = True
            unsafe, self._unsafe = self._unsafe, []
            try:
                self._disk.submit(self._carry, loop, unsafe)
            except RuntimeError:  # it is closing: there is nobody else to do it
                self._carry(loop, unsafe)

    def _carry(self, loop: asyncio.AbstractEventLoop, unsafe: list[End]) -> None:
        """In the thread, mostly."""
        try:
            _flushed(self._log)
        except OSError:
            unsafe = [(future, Unsafe("the disk did not take it")) for future, _ in unsafe]
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(self._carried, loop, unsafe)

    def _carried(self, loop: asyncio.AbstractEventLoop, safe: list[End]) -> None:
        self._is_flushing = False
        settle(safe)
        self._flush(loop)
        if self._count >= ROUNDS_PER_FOLDING:
            self._count = 0
            self._fold()


def _part(session: Part, work: Work[Any]) -> Any:
    """What one work returns. The next one reads anew what stands there."""
    result = work(session)
    session.flush()
    session.forget()
    return result


def _flushed(log: Path) -> None:
    """Flush SQLite's log by its name: whoever opened it, the bytes are the same."""
    try:
        opened = os.open(log, os.O_RDWR)
    except FileNotFoundError:  # on a disk where SQLite cannot keep one: there it has flushed at the commit
        return
    try:
        getattr(os, "fdatasync", os.fsync)(opened)
    finally:
        os.close(opened)
