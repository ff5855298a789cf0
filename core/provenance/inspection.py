"""Where a file comes from: made here, by whom and how; what its content credentials say; or that nothing is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlmodel import Session

from core.chat import Adapter, FileRef, ThreadRef
from core.creation.receiving import fetched
from core.creation.spool import Spool
from core.creation.titles import shortened
from core.creation.view import AssetView, shown_to
from core.errors import NativeError
from core.native.pool import NativePool
from core.trust.disk import working_folder
from core.trust.words import clean
from storage import sightings, visibility
from storage.database import Database
from storage.sightings import Sightings
from storage.tables import Asset

EXAMINE_S = 30.0
BITS = 64
TITLE_MAX = 80


class Finding(StrEnum):
    """What came of looking."""

    SAME = "same"
    """The very file, which the one who asks may see."""
    MADE_HERE = "made_here"
    """The very file, made here, and nobody's business beyond that."""
    ALIKE = "alike"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the file's content credentials (C2PA) claim. They are read, not verified."""

    state: str
    """`found`, `none` or `unreadable`."""
    generator: str
    signer: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """An asset that the file is, or looks like."""

    asset: AssetView
    distance: int
    """In how many of 64 bits the looks differ; 0 for the very file."""
    thread: str | None
    """The address of its conversation, where that is the asking person's own."""
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that can be said of a file to one person."""

    finding: Finding
    sentence: str
    sha256: str
    size_bytes: int
    sightings: tuple[Sighting, ...]
    """The very file alone, or what looks like it, the nearest first."""
    credentials: Credentials


class Inspection:
    """Looks at files. Nothing of them is kept."""

    def __init__(self, database: Database, pool: NativePool, spool: Spool, adapters: Mapping[str, Adapter]) -> None:
        self._database = database
        self._pool = pool
        self._spool = spool
        self._adapters = adapters

    async def look_at(self, user_id: str, file: Path, workspaces: Sequence[str] = ()) -> Report:
        """What is known of a file to this person, who is in these workspaces. Any file gives a report."""
        size_bytes, digest = await self._spool.measure(file)
        shown = await self._examined(file)

        def work(session: Session) -> tuple[Sightings, tuple[Sighting, ...]]:
            found = sightings.sightings(session, user_id, digest, shown["look"], workspaces)
            return found, _seen(session, user_id, found)

        found, seen = await self._database.read(work)
        finding = _finding(found)
        return Report(
            finding=finding,
            sentence=_sentence(finding, seen),
            sha256=digest,
            size_bytes=size_bytes,
            sightings=seen,
            credentials=_credentials(shown["credentials"]),
        )

    async def attached(self, user_id: str, thread: ThreadRef, file: FileRef, workspaces: Sequence[str] = ()) -> Report:
        """The same of a file that stands in a chat.

        Raises:
            UserError: it cannot be fetched, with the sentence why.
        """
        adapter = self._adapters.get(thread.platform)
        async with working_folder(self._spool.folder) as folder:
            target = folder / "attached"
            await fetched(adapter, thread, file, target)
            return await self.look_at(user_id, target, workspaces)

    async def _examined(self, file: Path) -> dict[str, Any]:
        try:
            return dict(
                await self._pool.run("core.native.evidence:examine", {"source": str(file)}, timeout_s=EXAMINE_S)
            )
        except NativeError:
            return {"look": None, "credentials": {"state": "unreadable", "generator": "", "signer": ""}}


def _seen(session: Session, user_id: str, found: Sightings) -> tuple[Sighting, ...]:
    rows = [(found.same, 0)] if found.same else [(each.asset, each.distance) for each in found.alike]
    notes = visibility.notes(session, user_id, [asset for asset, _ in rows])

    def sighting(asset: Asset, distance: int) -> Sighting:
        thread = found.threads.get(asset.thread_id or "")
        mine = thread if asset.user_id == user_id else None
        return Sighting(
            shown_to(user_id, asset, notes), distance, mine.ref if mine else None, mine.title if mine else ""
        )

    return tuple(sighting(asset, distance) for asset, distance in rows)


def _finding(found: Sightings) -> Finding:
    if found.same:
        return Finding.SAME
    if found.made_here:
        return Finding.MADE_HERE
    return Finding.ALIKE if found.alike else Finding.UNKNOWN


# --- words -------------------------------------------------------------------------------------------------------


def _sentence(finding: Finding, seen: tuple[Sighting, ...]) -> str:
    match finding:
        case Finding.SAME:
            return _same(seen[0])
        case Finding.MADE_HERE:
            return "This Easel made this file. Who made it, and how, is for them to show."
        case Finding.ALIKE:
            return _alike(seen[0])
    return "Easel does not know this file. It may still have been made here, and changed too much since."


def _same(seen: Sighting) -> str:
    asset = seen.asset
    if asset.kind == "upload":
        return "You brought this file along yourself." if asset.mine else f"{asset.author} brought this file along."
    by = "you" if asset.mine else asset.author
    return f"Made here by {by}: {_named(seen)}."


def _alike(seen: Sighting) -> str:
    whose = "your" if seen.asset.mine else f"{seen.asset.author}’s"
    what = "upload" if seen.asset.kind == "upload" else _named(seen)
    if not seen.distance:
        return f"It looks just like {whose} {what}, though it is not that file byte for byte."
    return f"It looks like {whose} {what}: the two differ in {seen.distance} of {BITS} bits of their looks."


def _named(seen: Sighting) -> str:
    short = shortened(seen.title or seen.asset.asked or seen.asset.prompt, TITLE_MAX)
    return f"{seen.asset.version} of “{short}”" if short else seen.asset.version


def _credentials(read: dict[str, str]) -> Credentials:
    state, generator, signer = read["state"], clean(read["generator"]), clean(read["signer"])
    return Credentials(state, generator, signer, _claim(state, generator, signer))


def _claim(state: str, generator: str, signer: str) -> str:
    if state == "none":
        return "It carries no content credentials. That proves nothing: most programs drop them."
    if state == "unreadable":
        return "It carries content credentials that cannot be read; they may have been damaged on the way."
    made = f" They name {generator} as what made it" if generator else " They do not name what made it"
    signed = f", signed as {signer}." if signer else "."
    return f"It carries content credentials (C2PA).{made}{signed} Easel has not verified the signature."
