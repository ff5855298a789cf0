"""Cancel and deadline: columns that every wait looks at, by one query a second for the whole process."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.creation.sweeps import sweep
from storage import creations
from storage.database import Database
from storage.tables import now

T = TypeVar("T")
EVERY_S = 1.0


class Stopped(Exception):
    """A creation was cancelled or ran out of time. `reason` is `cancelled` or `deadline`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stops:
    """Interrupts the waits of creations that are to stop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waits: dict[str, dict[asyncio.Future[str], bool]] = {}
        self._look = asyncio.Event()

    def check(self) -> None:
        """Look now instead of within a second."""
        self._look.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        await sweep("stops", self._stop, EVERY_S, self._look)

    async def during(self, creation_id: str, work: Coroutine[Any, Any, T], *, despite_deadline: bool = False) -> T:
        """Await `work`, unless the creation is stopped meanwhile: then the work is cancelled.

        `despite_deadline`: only its person may end this.

        Raises:
            Stopped: with the reason.
        """
        stop: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waits.setdefault(creation_id, {})[stop] = despite_deadline
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped(stop.result())
            return task.result()
        finally:
            await self._leave(creation_id, stop, task)

    async def _leave(self, creation_id: str, stop: asyncio.Future[str], task: asyncio.Future[Any]) -> None:
        self._waits[creation_id].pop(stop)
        if not self._waits[creation_id]:
            del self._waits[creation_id]
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _stop(self) -> None:
        if not self._waits:
            return
        found = await self._database.read(lambda session: creations.stopped(session, now()))
        for creation_id, reason in found.items():
            for stop, despite_deadline in self._waits.get(creation_id, {}).items():
                if not stop.done() and not (despite_deadline and reason == "deadline"):
                    stop.set_result(reason)
