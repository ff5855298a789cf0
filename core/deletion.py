"""Forgetting a person, wholly: rows, objects, thumbnails, index entries, spool and workflows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlmodel import Session

from core.creation.spool import Spool
from core.creation.stops import Stops
from core.creation.sweeps import sweep
from core.errors import NotFound
from storage import creations, deletion
from storage.database import Database
from storage.objects import ObjectStore

WAIT_S = 10.0
"""How long running work is given to stop before its rows go; what finishes later is discarded."""
SWEEP_S = 5.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted."""

    creations: int
    assets: int
    objects: int


class Deletion:
    """Forgets people. Begun and interrupted, it goes on at the next start."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        spool: Spool,
        stops: Stops,
        forget_workflows: Callable[[list[str]], Awaitable[None]] | None,
        withdraw: Callable[[str], Awaitable[None]],
        marked: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`forget_workflows` is None in a process without the engine: it leaves the erasing to the worker's sweep.

        `marked` is told as soon as a person is being forgotten.
        `withdraw` takes back what stands in chats because of a person, as far as the platforms let it.
        """
        self._database = database
        self._objects = objects
        self._spool = spool
        self._stops = stops
        self._forget_workflows = forget_workflows
        self._withdraw = withdraw
        self._marked = marked
        self._erasing: set[str] = set()
        self._woken = asyncio.Event()
        self._woken.set()  # the first sweep takes up at once what an earlier process began

    async def forget(self, user_id: str) -> Receipt:
        """Delete everything of a person.

        Raises:
            NotFound: there is no such person.
        """
        if self._forget_workflows is None:
            return await self._left_to_the_worker(user_id)
        self._erasing.add(user_id)
        try:
            await self._mark(user_id)
            await self._quiet(user_id)
            return await self._erase(user_id)
        finally:
            self._erasing.discard(user_id)

    async def run(self) -> None:
        """Finish what another process asked for, or began, until cancelled."""
        await sweep("deletion", self._sweep, self._woken, SWEEP_S)

    async def _sweep(self) -> None:
        for user_id in await self._database.read(deletion.marked):
            if user_id not in self._erasing:
                await self._erase(user_id)

    async def _mark(self, user_id: str) -> None:
        if not await self._database.write(lambda session: deletion.mark(session, user_id)):
            raise NotFound("There is no such person.")
        self._marked(user_id)
        self._stops.check()

    async def _quiet(self, user_id: str) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                while await self._database.read(lambda session: creations.unfinished(session, user_id)):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            log.warning("forgetting_before_the_end")

    async def _left_to_the_worker(self, user_id: str) -> Receipt:
        await self._mark(user_id)
        found = await self._database.read(lambda session: deletion.remains(session, user_id))
        while user_id in await self._database.read(deletion.marked):
            await asyncio.sleep(0.1)
        return Receipt(len(found.creation_ids), found.assets, found.assets)

    async def _erase(self, user_id: str) -> Receipt:
        found = await self._database.read(lambda session: deletion.remains(session, user_id))
        steps = await self._database.read(lambda session: _steps(session, found.creation_ids))
        await asyncio.gather(*(self._spool.clear(step_id) for step_id in steps), self._withdraw(user_id))
        objects = await self._objects.delete_all(f"{user_id}/")
        if self._forget_workflows:
            await self._forget_workflows(found.creation_ids)
        await self._database.write(lambda session: deletion.erase(session, user_id))
        await self._database.purge()
        await self._objects.delete_all(f"{user_id}/")  # what was stored while the rows went
        return Receipt(len(found.creation_ids), found.assets, objects)


def _steps(session: Session, creation_ids: list[str]) -> list[str]:
    return [step.id for each in creation_ids for step in creations.steps(session, each)]
