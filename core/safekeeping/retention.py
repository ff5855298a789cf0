"""What is kept for how long. What is in the gallery stays, unless the operator set an end."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from core.creation.spool import Spool
from core.creation.sweeps import sweep
from core.errors import NotFound
from core.safekeeping.tombstones import Tombstones
from storage import creations, retention
from storage.database import Database
from storage.errors import StoreAway
from storage.tables import Asset, now

KEPT = timedelta(days=30)
"""Uploads that nothing was made from, what a kill left in the spool, and a planner's words."""
EVERY = timedelta(hours=24)
AGAIN = timedelta(hours=1)
"""Of processes that start one after another, the first tidies."""
STONES_KEPT = timedelta(days=180)
"""How long deletions are remembered: no backup that is put back may be older."""
log = structlog.get_logger()
Find = Callable[[Session, datetime, int], list[Asset]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What a night's work let go."""

    uploads: int = 0
    assets: int = 0
    turns: int = 0
    keys: int = 0
    spool: int = 0
    tombstones: int = 0


class Retention:
    """Looks at start and each night; on several machines, one does."""

    def __init__(
        self,
        database: Database,
        spool: Spool,
        tombstones: Tombstones,
        delete: Callable[[str, str], Awaitable[None]],
        assets_days: int | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`delete` deletes one asset of a person, as the person would."""
        self._database = database
        self._spool = spool
        self._tombstones = tombstones
        self._delete = delete
        self._assets_days = assets_days
        self._clock = clock

    async def run(self) -> None:
        """Tidy now and each night, until cancelled."""
        await sweep("retention", self._nightly, EVERY.total_seconds(), at_once=True)

    async def _nightly(self) -> None:
        at = self._clock()
        if await self._database.write(lambda session: retention.claim(session, "retention", at, AGAIN)):
            await self.tidy()

    async def tidy(self) -> Tidied:
        """Let everything go that is due."""
        at = self._clock()
        before = at - KEPT
        tidied = Tidied(
            uploads=await self._let_go(retention.unused_uploads, before),
            assets=await self._old_assets(at),
            turns=await self._blanked(before),
            keys=await self._database.write(lambda session: retention.let_keys_go(session, before, at)),
            spool=await self._spooled(before),
            tombstones=await self._tombstones.prune(at - STONES_KEPT),
        )
        if any(asdict(tidied).values()):
            log.info("tidied", **asdict(tidied))
        return tidied

    async def _old_assets(self, at: datetime) -> int:
        if self._assets_days is None:
            return 0
        return await self._let_go(retention.old_assets, at - timedelta(days=self._assets_days))

    async def _let_go(self, find: Find, before: datetime) -> int:
        count, after = 0, 0
        while found := await self._database.read(partial(_found, find, before, after)):
            after = found[-1].seq or 0
            count += sum([await self._deleted(each) for each in found])
        return count

    async def _deleted(self, asset: Asset) -> bool:
        try:
            await self._delete(asset.user_id, asset.id)
        except NotFound:
            return False  # its owner was faster
        except StoreAway as error:
            log.warning("not_tidied", asset=asset.id, reason=error.reason)
            return False  # the next night
        return True

    async def _blanked(self, before: datetime) -> int:
        count = 0
        while done := await self._database.write(lambda session: retention.blank_turns(session, before)):
            count += done
        return count

    async def _spooled(self, before: datetime) -> int:
        """What lies there of steps that have ended, or are gone; what still waits for the store stays."""
        old = await self._spool.untouched(before)
        open_ = await self._database.read(lambda session: creations.open_steps(session, old))
        gone = [step_id for step_id in old if step_id not in open_]
        for step_id in gone:
            await self._spool.clear(step_id)
        return len(gone)


def _found(find: Find, before: datetime, after: int, session: Session) -> list[Asset]:
    return find(session, before, after)
