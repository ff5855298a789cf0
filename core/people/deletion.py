"""Forgetting a person, wholly: rows, objects, thumbnails, index entries, spool, messages and workflows."""

import asyncio
from collections.abc import Awaitable, Callable, Container
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from sqlmodel import Session, select

from core.creation import thumbnails
from core.creation.delivery import Withdrawn
from core.creation.spool import Spool
from core.creation.stops import Stops
from core.creation.sweeps import sweep
from core.errors import Busy, NotFound
from core.safekeeping.tombstones import ASSET, PERSON, Tombstones, hash_of
from storage import deletion, gallery
from storage.database import Database
from storage.deletion import Remains
from storage.objects import ObjectStore
from storage.tables import Asset, User, now

WAIT_S = 10.0
"""How long running work is given to stop before its rows go; what finishes later is discarded."""
WORKER_WAIT_S = 60.0
BEGUN = "The deletion has begun and cannot be undone. It ends as soon as a worker runs."
SWEEP_S = 5.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was deleted of a person."""

    asked_at: str
    """When they asked, as ISO 8601."""
    duration_s: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    """How many of each kind."""
    objects: int = 0
    """Stored files, thumbnails among them."""
    thumbnails: int = 0
    messages_deleted: int = 0
    messages_left: int = 0
    """Messages that their platform would not delete."""
    charges_anonymised: int = 0
    """Amounts that stay in the totals, without a name."""

    @property
    def creations(self) -> int:
        """Requests."""
        return self.rows.get("creation", 0)

    @property
    def assets(self) -> int:
        """Pictures, videos, narrations and uploads."""
        return self.rows.get("asset", 0)


class Deletion:
    """Forgets people. Begun and interrupted, it goes on at the next start."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        spool: Spool,
        stops: Stops,
        forget_workflows: Callable[[list[str]], Awaitable[None]] | None,
        withdraw: Callable[[str], Awaitable[Withdrawn]],
        settled: Callable[[Container[str]], Awaitable[None]],
        marked: Callable[[str], None] = lambda _: None,
        wait_s: float = WAIT_S,
    ) -> None:
        """`forget_workflows` is None in a process without the engine: it leaves the erasing to the worker's sweep.

        `marked` is told as soon as a person is being forgotten.
        `withdraw` takes back what stands in chats because of a person, as far as the platforms let it.
        `settled` waits for what is being stored beside people's assets just now.
        """
        self._database = database
        self._objects = objects
        self._tombstones = Tombstones(objects)
        self._spool = spool
        self._stops = stops
        self._forget_workflows = forget_workflows
        self._withdraw = withdraw
        self._settled = settled
        self._marked = marked
        self._wait_s = wait_s
        self._erasing: set[str] = set()

    async def forget(self, user_id: str) -> Receipt:
        """Delete everything of a person.

        Raises:
            NotFound: there is no such person.
            Busy: it has begun, and no worker came to end it yet.
            StoreAway: it has begun, and goes on when the store is back.
        """
        user_id = await self._database.read(lambda session: deletion.person(session, user_id))
        self._erasing.add(user_id)  # before the mark, by which the sweep finds people
        try:
            found = await self._mark(user_id)
            if self._forget_workflows is None:
                return await self._left_to_the_worker(user_id, found)
            await self._quiet(user_id)
            return await self._erase(user_id) or await self._told(user_id, found)
        finally:
            self._erasing.discard(user_id)

    async def note(self, asset_id: str) -> None:
        """Remember that an asset was deleted, so that no backup brings it back.

        Raises:
            StoreAway: it could not be remembered.
        """
        await self._tombstones.put(ASSET, asset_id, now(), {})

    async def reapply(self, since: datetime) -> tuple[int, int]:
        """After a restore: delete again what was deleted since. Returns how many people and single assets went."""
        stones = {(stone.kind, stone.hash): stone.at for stone in await self._tombstones.since(since)}
        people, assets = await self._database.read(lambda session: _again(session, stones))
        for user_id in people:
            await self._mark(user_id)
            await self._erase(user_id)
        for user_id, asset_id in assets:
            await self._delete_again(user_id, asset_id)
        return len(people), len(assets)

    async def _delete_again(self, user_id: str, asset_id: str) -> None:
        keys = await self._database.write(lambda session: gallery.delete(session, user_id, asset_id))
        for key in keys or ():
            await self._objects.delete(key)

    async def run(self) -> None:
        """Finish what another process asked for, or began, until cancelled."""
        await sweep("deletion", self._sweep, SWEEP_S, at_once=True)

    async def _sweep(self) -> None:
        for user_id in await self._database.read(deletion.marked):
            if user_id not in self._erasing:
                await self._erase(user_id)

    async def _mark(self, user_id: str) -> Remains:
        """In one transaction with what there is: once they are marked, another worker may be through with them."""
        found = await self._database.write(lambda session: _marked(session, user_id))
        if found is None:
            raise NotFound("There is no such person.")
        self._marked(user_id)
        self._stops.check()
        return found

    async def _quiet(self, user_id: str) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                while await self._database.read(lambda session: deletion.unfinished(session, user_id)):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            log.warning("forgetting_before_the_end")

    async def _left_to_the_worker(self, user_id: str, found: Remains) -> Receipt:
        try:
            async with asyncio.timeout(WORKER_WAIT_S):
                while user_id in await self._database.read(deletion.marked):
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise Busy(BEGUN, "begun") from error
        return await self._told(user_id, found)

    async def _told(self, user_id: str, found: Remains) -> Receipt:
        """What whoever erased them counted."""
        told = await self._tombstones.facts(PERSON, user_id, found.at)
        return Receipt(**told) if told else _receipt(found)

    async def _erase(self, user_id: str) -> Receipt | None:
        """Everything but the mark first, and the mark last: a kill at any moment leaves it to be gone on from."""
        begun = monotonic()
        found = await self._database.read(lambda session: deletion.remains(session, user_id))
        if found is None:
            return None
        receipt = await self._counted(user_id, found)
        withdrawn = [await self._withdraw(each) for each in found.persons]
        await asyncio.gather(*(self._spool.clear(step_id) for step_id in found.step_ids))
        await self._delete_objects(found)
        if self._forget_workflows:
            await self._forget_workflows(found.creation_ids)
        await self._database.write(lambda session: deletion.clear(session, user_id))
        await self._database.purge()
        await self._settled(found.persons)
        await self._delete_objects(found)  # what was stored while the rows went
        facts = asdict(receipt) | {"duration_s": round(monotonic() - begun, 3)}
        facts["messages_deleted"] = max(receipt.messages_deleted, sum(each.deleted for each in withdrawn))
        facts["messages_left"] = max(receipt.messages_left, sum(each.left for each in withdrawn))
        await self._tombstones.put(PERSON, user_id, found.at, facts)
        await self._database.write(lambda session: deletion.leave(session, user_id))
        await self._database.purge()
        log.info("person_forgotten", **{name: facts[name] for name in ("objects", "messages_left", "duration_s")})
        return Receipt(**facts)

    async def _counted(self, user_id: str, found: Remains) -> Receipt:
        """What there was before anything went, also where an earlier process had begun to delete."""
        told = await self._tombstones.facts(PERSON, user_id, found.at)
        if told:
            return Receipt(**told)
        keys = [key for each in found.persons for key in await self._objects.keys(f"{each}/")]
        small = sum(1 for key in keys if key.endswith(thumbnails.ENDING))
        receipt = _receipt(found, objects=len(keys), thumbnails=small)
        await self._tombstones.put(PERSON, user_id, found.at, asdict(receipt))
        return receipt

    async def _delete_objects(self, found: Remains) -> None:
        for each in found.persons:
            await self._objects.delete_all(f"{each}/")


def _marked(session: Session, user_id: str) -> Remains | None:
    return deletion.remains(session, user_id) if deletion.mark(session, user_id) else None


def _receipt(found: Remains, **more: Any) -> Receipt:
    asked_at = found.at.isoformat(timespec="seconds")
    return Receipt(asked_at=asked_at, rows=found.rows, charges_anonymised=found.charges, **more)


def _again(session: Session, stones: dict[tuple[str, str], datetime]) -> tuple[list[str], list[tuple[str, str]]]:
    """Whose and which rows are back although they were deleted."""
    marked = [(each, stones.get((PERSON, hash_of(each)))) for each in session.exec(select(User.id))]
    people = [each for each, at in marked if at and not deletion.began_anew(session, each, at)]
    if not any(kind == ASSET for kind, _ in stones):
        return people, []
    rows = session.exec(select(Asset.user_id, Asset.id).execution_options(yield_per=1_000))
    return people, [(owner, asset_id) for owner, asset_id in rows if (ASSET, hash_of(asset_id)) in stones]
