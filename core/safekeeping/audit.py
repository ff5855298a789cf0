"""Whether rows and files agree, in both directions; and what of it can be mended without losing anything."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import structlog
from sqlmodel import Session

from core.creation.sweeps import sweep
from core.creation.thumbnails import Thumbnails
from core.safekeeping.tombstones import FOLDER as TOMBSTONES
from core.trust.disk import working_folder
from storage import audit, creations, gallery, retention
from storage.audit import Ledger, Part, Wanted
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import now

T = TypeVar("T")
BACKUPS = "backups/"
NOT_OURS = (BACKUPS, TOMBSTONES)
"""What lies in the store and belongs to no asset."""
IN_FLIGHT = timedelta(hours=1)
NIGHT = timedelta(hours=24)
LOOK_S = 3_600.0
PAGE = 500
NAMED_MOST = 20
"""So many of each kind are named; the others are counted."""
log = structlog.get_logger()


@dataclass(slots=True)
class Audited:
    """What an audit found."""

    objects: int = 0
    named: int = 0
    """Objects that rows name."""
    missing: int = 0
    """Assets whose file is not there: nothing can bring it back."""
    wrong: int = 0
    """Assets whose file has another size, or other bytes."""
    orphans: int = 0
    """Files that nothing names."""
    orphan_bytes: int = 0
    thumbnails: int = 0
    """Thumbnails that are named and not there."""
    sidecars: int = 0
    repaired: int = 0
    seconds: float = 0.0
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Some of each kind, by id or key."""

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not (self.missing or self.wrong or self.orphans or self.thumbnails or self.sidecars)

    def note(self, kind: str, what: str) -> None:
        """Count one, and name it if there are few."""
        setattr(self, kind, getattr(self, kind) + 1)
        named = self.examples.setdefault(kind, [])
        if len(named) < NAMED_MOST:
            named.append(what)


class Audit:
    """Compares, each night and when asked. Rows are never deleted: they say what there was."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        thumbnails: Thumbnails,
        folder: Path,
        told: Callable[[Audited], None] = lambda _: None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`folder` has room for two lists of keys. `told` hears what each audit found."""
        self._database = database
        self._objects = objects
        self._thumbnails = thumbnails
        self._folder = folder
        self._told = told
        self._clock = clock

    async def run(self) -> None:
        """Audit once a night, in one process, until cancelled."""
        await sweep("audit", self._nightly, LOOK_S)

    async def _nightly(self) -> None:
        at = self._clock()
        if await self._database.write(lambda session: retention.claim(session, "audit", at, NIGHT)):
            await self.look()

    async def look(self, *, deep: bool = False, repair: bool = False) -> Audited:
        """Compare everything. `deep`: read every file through. `repair`: delete orphans, make thumbnails anew."""
        begun = self._clock()
        async with working_folder(self._folder) as room:
            ledger = await asyncio.to_thread(Ledger, room / "ledger.db")
            try:
                found = await self._compared(ledger, begun, deep=deep, repair=repair)
            finally:
                ledger.close()
        found.seconds = round((self._clock() - begun).total_seconds(), 3)
        facts = {name: value for name, value in asdict(found).items() if name != "examples"}
        (log.info if found.clean else log.warning)("audited", **facts)
        self._told(found)
        return found

    async def _compared(self, ledger: Ledger, begun: datetime, *, deep: bool, repair: bool) -> Audited:
        """Objects are listed first: a row that is read later may only name more."""
        async for page in self._objects.listing():
            await asyncio.to_thread(ledger.store, [each for each in page if not each.key.startswith(NOT_OURS)])
        last = await self._want(ledger)
        found = Audited()
        found.objects, found.named = await asyncio.to_thread(ledger.counts)
        await self._missing(ledger, found, repair=repair)
        await self._differing(ledger, found)
        if deep:
            await self._read_through(ledger, found)
        await self._want(ledger, last)  # what was stored long ago may have got its row just now
        await self._orphans(ledger, found, begun - IN_FLIGHT, repair=repair)
        return found

    async def _want(self, ledger: Ledger, after: int = 0) -> int:
        """Note what rows name; returns the `seq` after which a later look goes on."""
        await asyncio.to_thread(ledger.want, await self._read(audit.previews))
        while True:
            page, after = await self._read(audit.wanted, after)
            if not page:
                return after
            await asyncio.to_thread(ledger.want, page)

    # --- rows without their objects -------------------------------------------------------------------------------

    async def _missing(self, ledger: Ledger, found: Audited, *, repair: bool) -> None:
        kinds = {Part.OBJECT: "missing", Part.THUMBNAIL: "thumbnails", Part.SIDECAR: "sidecars"}
        async for each in self._suspects(ledger.missing):
            if await self._objects.size(each.key) is not None or not await self._names(each):
                continue
            found.note(kinds[each.part], each.asset_id)
            if repair and each.part != Part.OBJECT:
                found.repaired += await self._made_anew(each)

    async def _differing(self, ledger: Ledger, found: Audited) -> None:
        async for each in self._suspects(ledger.differing):
            if await self._objects.size(each.key) not in (each.size_bytes, None) and await self._names(each):
                found.note("wrong", each.asset_id)

    async def _read_through(self, ledger: Ledger, found: Audited) -> None:
        async for each in self._suspects(ledger.alike):
            try:
                same = await self._digest(each.key) == each.sha256
            except FileNotFoundError:
                continue  # deleted meanwhile, or missing by now: the next audit tells
            if not same and await self._names(each):
                found.note("wrong", each.asset_id)

    async def _digest(self, key: str) -> str:
        digest = hashlib.sha256()
        async with aclosing(self._objects.open(key)) as chunks:
            async for chunk in chunks:
                digest.update(chunk)
        return digest.hexdigest()

    async def _names(self, each: Wanted) -> bool:
        """Whether the asset is still there and names this very object."""
        return await self._read(audit.still, each) is not None

    async def _made_anew(self, each: Wanted) -> bool:
        """A thumbnail at once; a sidecar by the sweep that writes what lacks one."""
        asset = await self._read(audit.still, each)
        if asset is None:
            return False
        lacks = {"thumbnail_key": None} if each.part == Part.THUMBNAIL else {"sidecar": False}
        changed = await self._database.write(lambda session: gallery.change(session, asset.user_id, asset.id, **lacks))
        if changed is None or each.part == Part.SIDECAR:
            return changed is not None
        return await self._thumbnails.key(changed) is not None

    # --- objects without their rows -------------------------------------------------------------------------------

    async def _orphans(self, ledger: Ledger, found: Audited, before: datetime, *, repair: bool) -> None:
        after = ""
        while page := await asyncio.to_thread(ledger.orphans, before, after, PAGE):
            after = page[-1][0]
            keys = [key for key, _ in page]
            stored = await self._being_stored(keys)
            for key, size in page:
                if key in stored or await self._objects.size(key) is None:
                    continue
                found.note("orphans", key)
                found.orphan_bytes += size
                if repair:
                    await self._objects.delete(key)
                    found.repaired += 1

    async def _being_stored(self, keys: list[str]) -> set[str]:
        """One file of several may lie there long before its row, where the store went away between them."""
        steps = {key: PurePosixPath(key).name.split("-")[0] for key in keys}
        open_ = await self._read(creations.open_steps, list(steps.values()))
        return {key for key, step_id in steps.items() if step_id in open_}

    # --- reading --------------------------------------------------------------------------------------------------

    @staticmethod
    async def _suspects(look: Callable[[str, int], list[Wanted]]) -> AsyncIterator[Wanted]:
        after = ""
        while page := await asyncio.to_thread(look, after, PAGE):
            after = page[-1].key
            for each in page:
                yield each

    async def _read(self, work: Callable[..., T], *arguments: Any) -> T:
        def inside(session: Session) -> T:
            return work(session, *arguments)

        return await self._database.read(inside)
