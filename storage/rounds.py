"""Small writes, made by the loop itself; a thread only carries them to the disk.

What changes a row or ten takes a few tenths of a millisecond. To hand it to another thread takes as long again, because
both threads want the interpreter at each step of SQLite's.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from storage.lines import Waiting, Work, settle
from storage.standing import Part, Standing
from storage.turns import Occupied, Turns

T = TypeVar("T")
TOGETHER = 16
"""How many works share one transaction, and one flush of the disk: so long the loop is held up at most."""


class Rounds:
    """Works that came while the ones before were carried to the disk make the next round, wishes first."""

    def __init__(self, engine: Engine, turns: Turns) -> None:
        self._standing = Standing(engine)
        self._turns = turns
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="db-commit")
        self._wishes: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._rounds: asyncio.Task[None] | None = None

    async def run(self, work: Work[T], *, is_wish: bool = False) -> T:
        """Run a transaction, as one part of its round's.

        Raises:
            Occupied: somebody else writes, or the round failed. Nothing of it stands; a thread has to do it.
        """
        loop = asyncio.get_running_loop()
        if self._rounds is None or self._rounds.done():
            self._rounds = loop.create_task(self._go_round(), name="rounds of writes")
        elif self._rounds.get_loop() is not loop:
            raise Occupied
        future: asyncio.Future[T] = loop.create_future()
        (self._wishes if is_wish else self._others).append(Waiting(work, future))
        return await future

    def close(self) -> None:
        """Finish what is on its way to the disk."""
        self._disk.shutdown(wait=True)
        self._standing.close()

    async def _go_round(self) -> None:
        while works := self._next():
            ends: Sequence[Any] = [Occupied()] * len(works)
            try:
                ends = await self._round([each.work for each in works])
            except Occupied:
                pass
            except Exception as error:
                if len(works) == 1:  # otherwise each is made again by itself: then it alone ends with its error
                    ends = [error]
            finally:
                settle([(waiting.future, end) for waiting, end in zip(works, ends, strict=True)])

    def _next(self) -> list[Waiting]:
        works: list[Waiting] = []
        while len(works) < TOGETHER and (line := self._wishes or self._others):
            if not (waiting := line.popleft()).future.cancelled():
                works.append(waiting)
        return works

    async def _round(self, works: Sequence[Work[Any]]) -> list[Any]:
        with self._turns.free():
            try:
                session = self._standing.begin(writes=True)
                ends = [_part(session, work) for work in works]
                await self._carried()
                session.stands()
                return ends
            except (OperationalError, sqlite3.Error) as error:
                raise Occupied from error
            finally:
                self._standing.end()

    async def _carried(self) -> None:
        """Wait for the disk, also where nobody wants to any more: until then, the connection is the thread's."""
        committing = asyncio.get_running_loop().run_in_executor(self._disk, self._standing.commit)
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            await asyncio.wait({committing})
            raise


def _part(session: Part, work: Work[Any]) -> Any:
    """What one work returns. The next one reads anew what stands there."""
    result = work(session)
    session.flush()
    session.forget()
    return result
