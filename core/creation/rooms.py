"""How many orders may be under way at one provider, in all processes together: some take few, and queue nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlmodel import Session

from core.creation.jobs import Job
from storage import creations
from storage.changes import Changes
from storage.database import Database
from storage.tables import now

LOOK_S = 0.5
MayBegin = Callable[[], Awaitable[None]]
"""Returns as soon as a call may begin, or never: however long it stood in line, a call may come too late."""


class Rooms:
    """Lets an order in when its provider has room for one more. Counted in rows, so a restart forgets nobody."""

    def __init__(self, database: Database, changes: Changes, most: Mapping[str, int]) -> None:
        """`most`: the name of a provider → how many orders it takes at once. One that is not named takes all."""
        self._database = database
        self._changes = changes
        self._most = most
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Before each provider one order of this process looks for room; the others stand in line behind it."""

    async def enter(self, job: Job, may_begin: MayBegin, **intent: Any) -> None:
        """Commit the intent to place an order, as soon as that is one of those that may be under way."""
        provider = job.step.provider or ""
        most = self._most.get(provider, 0)
        if not most:
            await may_begin()
            return await self._changes.write(job.creation.id, lambda session: _intend(session, job, intent))
        door = self._doors[provider]
        if door.locked() or not await self._entered(job, most, may_begin, intent):
            await self._note(job, {"detail": f"Waiting: only {most} at once are made there"})
            async with door:
                while not (await self._is_free(provider, most) and await self._entered(job, most, may_begin, intent)):
                    await asyncio.sleep(LOOK_S)
        return None

    async def _entered(self, job: Job, most: int, may_begin: MayBegin, intent: Mapping[str, Any]) -> bool:
        """Nobody else counts at the same moment: of two that see one free place, one would be too many."""
        await may_begin()

        def work(session: Session) -> bool:
            if creations.under_way(session, job.step.provider or "", alone=True) >= most:
                return False
            _intend(session, job, intent)
            return True

        return await self._changes.write(job.creation.id, work)

    async def _is_free(self, provider: str, most: int) -> bool:
        return await self._database.look(lambda session: creations.under_way(session, provider)) < most

    async def _note(self, job: Job, values: Mapping[str, Any]) -> None:
        await self._changes.write(job.creation.id, lambda session: creations.change_step(session, job.step, **values))


def _intend(session: Session, job: Job, intent: Mapping[str, Any]) -> None:
    """As of this moment, however long it waited: what became of the call will be asked by it."""
    creations.change_step(session, job.step, intent_at=now(), **intent)
