"""Copies of the database in the store of files: made while Easel runs, checked, and kept for a while.

SQLite alone: PostgreSQL has tools of its own for it.
"""

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from core.creation.sweeps import sweep
from core.errors import Conflict, Invalid
from core.safekeeping.audit import BACKUPS as FOLDER
from core.trust.disk import working_folder
from storage import retention
from storage.database import Database
from storage.objects import CHUNK, ObjectStore
from storage.tables import now

NEWEST = 14
WEEKS = 12
LOOK_S = 600.0
MEDIA_TYPE = "application/gzip"
_NAME = "easel-%Y%m%dT%H%M%SZ.db.gz"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup in the store."""

    name: str
    at: datetime
    size_bytes: int

    @property
    def key(self) -> str:
        """Where it lies."""
        return f"{FOLDER}{self.name}"


class Backups:
    """Makes, lists, fetches and clears away backups."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        folder: Path,
        every: timedelta | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`folder` has room for a copy of the database. `every`: how often one is made unasked; None: never."""
        self._database = database
        self._objects = objects
        self._folder = folder
        self._every = every
        self._clock = clock

    async def run(self) -> None:
        """Make one whenever it is time, until cancelled."""
        await sweep("backups", self.make_if_due, LOOK_S, at_once=True)

    async def make_if_due(self) -> None:
        """One backup, if none was made for so long."""
        at, every = self._clock(), self._every
        if every is None or not self._database.is_sqlite:
            return
        if await self._database.write(lambda session: retention.claim(session, "backup", at, every)):
            await self.make()

    async def make(self) -> Backup:
        """A checked backup in the store; old ones are cleared away.

        Raises:
            Conflict: the copy is damaged, or rows lie in PostgreSQL.
            StoreAway: it could not be stored.
        """
        at = self._clock()
        async with working_folder(self._folder) as room:
            file = room / at.astimezone(UTC).strftime(_NAME)
            await self.write(file)
            backup = Backup(file.name, at, file.stat().st_size)
            await self._objects.put(backup.key, file, MEDIA_TYPE)
        log.info("backup_made", size_bytes=backup.size_bytes)
        await self.clear_away()
        return backup

    async def write(self, target: Path) -> None:
        """A checked backup as a file of this machine."""
        if not self._database.is_sqlite:
            raise Conflict("Rows lie in PostgreSQL: back it up with pg_dump (docs/safekeeping.md).", "postgres")
        source = Path(self._database.url.removeprefix("sqlite:///"))
        await asyncio.to_thread(_write, source, target)

    async def listing(self) -> list[Backup]:
        """All backups in the store, the newest first."""
        pages = [page async for page in self._objects.listing(FOLDER)]
        found = [(each.key.removeprefix(FOLDER), each.size_bytes) for page in pages for each in page]
        backups = [Backup(name, at, size) for name, size in found if (at := time_of(name))]
        return sorted(backups, key=lambda each: each.at, reverse=True)

    async def fetch(self, name: str, target: Path) -> Backup:
        """Bring a backup's database, ready to be opened; an empty name means the newest.

        Raises:
            Invalid: there is none by that name, or it is damaged.
        """
        found = next((each for each in await self.listing() if each.name == name or not name), None)
        if found is None:
            raise Invalid(f"There is no backup {name!r} in the store." if name else "There is no backup in the store.")
        async with working_folder(target.parent) as room:
            file = await self._objects.fetch(found.key, room)
            await asyncio.to_thread(unpack, file, target)
        return found

    async def clear_away(self) -> int:
        """Keep the newest, and of older ones the first of each week; none too old to know what was deleted since.

        The very newest stays whatever its age: it may be all there is.
        """
        backups = await self.listing()
        oldest = self._clock() - timedelta(weeks=WEEKS)
        recent = [each for each in backups if each.at >= oldest] or backups[:1]
        weekly = {each.at.isocalendar()[:2]: each.name for each in recent}
        kept = {each.name for each in recent[:NEWEST]} | set(weekly.values())
        gone = [each for each in backups if each.name not in kept]
        for each in gone:
            await self._objects.delete(each.key)
        return len(gone)


def time_of(name: str) -> datetime | None:
    """When a backup was made, as its name says."""
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def unpack(file: Path, target: Path) -> None:
    """A backup's database.

    Raises:
        Invalid: it is no backup, or a damaged one.
    """
    try:
        with gzip.open(file) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, CHUNK)
        _check(target)
    except (OSError, EOFError, sqlite3.DatabaseError) as error:
        target.unlink(missing_ok=True)
        raise Invalid(f"{file.name} is not a whole backup of Easel.") from error


def _write(source: Path, target: Path) -> None:
    """SQLite's own copy: of one moment, while others read and write on."""
    plain = target.with_name(f".{target.name}.plain")
    part = target.with_name(f".{target.name}.part")
    try:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(plain)) as writer:
            reader.backup(writer)
        try:
            _check(plain)
        except sqlite3.DatabaseError as error:
            raise Conflict("The copy of the database is damaged; see `easel doctor`.", "damaged") from error
        with plain.open("rb") as opened, gzip.open(part, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(opened, packed, CHUNK)
        part.replace(target)
    finally:
        for litter in (plain, part):
            litter.unlink(missing_ok=True)


def _check(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok" or not connection.execute("SELECT 1 FROM alembic_version").fetchone():
            raise sqlite3.DatabaseError("damaged")
