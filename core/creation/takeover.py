"""What a dead worker had is taken over by the living: noticed by its silence, or by its own last word."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from core.creation.heartbeat import Heartbeat
from core.creation.sweeps import sweep
from storage import workers
from storage.database import Database

STRANGERS_EVERY = 6
"""How many looks at the silent come to one at those without a row: of an older Easel, or only half taken over."""
log = structlog.get_logger()


class Engine(Protocol):
    """What the durable engine can tell and do about other workers' jobs."""

    async def workers(self) -> set[str]:
        """Ids of the workers whose jobs it has in hand."""
        ...

    async def take_over(self, worker_id: str) -> int:
        """Let the living carry out what one has left; returns how many jobs that are."""
        ...

    async def unfinished(self) -> set[str]:
        """Ids of the creations that it has in hand."""
        ...

    async def start(self, creation_id: str) -> None:
        """Begin a creation, or do nothing if it has begun before."""
        ...


class Takeover:
    """Sweeps in every worker; what one of them takes over, the others leave alone."""

    def __init__(
        self,
        database: Database,
        heartbeat: Heartbeat,
        engine: Engine,
        look_around: Callable[[], Awaitable[None]],
    ) -> None:
        """`look_around` is done before each look at the dead: something may fall to this worker now."""
        self._database = database
        self._heartbeat = heartbeat
        self._engine = engine
        self._look_around = look_around
        self._woken = asyncio.Event()
        self._looks = 0

    def wake(self) -> None:
        """Somebody has left: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Look until cancelled."""
        await sweep("takeover", self._sweep, self._heartbeat.rhythm.every_s, self._woken, at_once=True)

    async def _sweep(self) -> None:
        if not self._heartbeat.certain:
            return
        self._looks += 1
        await self._look_around()
        ttl = self._heartbeat.rhythm.ttl
        for dead in await self._database.read(lambda session: workers.dead(session, ttl)):
            if self._heartbeat.steady or self._looks == 1:
                await self._claim(dead)
        if self._looks % STRANGERS_EVERY == 1:
            await self._strangers()

    async def _claim(self, dead: str) -> None:
        ttl = self._heartbeat.rhythm.ttl
        if await self._database.write(lambda session: workers.claim(session, dead, ttl)):
            await self._take_over(dead)
            await self._database.write(lambda session: workers.bury(session, dead))

    async def _strangers(self) -> None:
        """What a worker without a row had: nobody will ever hear of it again."""
        at_work = await self._engine.workers()
        for dead in await self._database.read(lambda session: workers.strangers(session, list(at_work))):
            await self._take_over(dead)

    async def _take_over(self, dead: str) -> None:
        jobs = await self._engine.take_over(dead)
        in_hand = await self._engine.unfinished()
        me = self._heartbeat.id
        adopted = await self._database.write(lambda session: workers.adopt(session, dead, me, list(in_hand)))
        for creation_id in adopted:
            await self._engine.start(creation_id)
        if jobs or adopted:
            log.warning("work_taken_over", of=dead, jobs=jobs + len(adopted))
