"""`easel backup` and `easel restore`: the database goes into the store, and comes back without what was deleted."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.app import App, running
from bot.lock import WorkerLock
from bot.objects import object_store
from bot.settings import Settings
from core.errors import Conflict, Invalid
from core.safekeeping.backups import Backups, unpack
from storage.database import Database
from storage.migrate import HEAD
from storage.restoring import interrupt
from storage.tables import new_id, now

EVER = datetime(1970, 1, 1, tzinfo=UTC)
KEY = "The secret key is not in it: keep EASEL_SECRET_KEY, or secret.key of the data folder, somewhere else as well."


async def make_backup(app: App, to: Path | None) -> None:
    """One backup, in the store or as a file."""
    if to:
        try:
            await app.backups.write(to)
        except OSError as error:
            raise Invalid(f"{to} cannot be written: {error.strerror or error}.") from error
        print(f"{to}: {to.stat().st_size / 1e6:,.1f} MB.")
    else:
        made = await app.backups.make()
        print(f"{made.name}: {made.size_bytes / 1e6:,.1f} MB in the store.")
    print(KEY)


async def list_backups(app: App) -> None:
    """All backups in the store, the newest first."""
    for each in await app.backups.listing():
        print(f"{each.name}  {each.at:%Y-%m-%d %H:%M} UTC  {each.size_bytes / 1e6:,.1f} MB")


async def restore(settings: Settings, named: str) -> list[str]:
    """Put a backup back: a file, one of the store by its name, or the newest. Returns what there is to say.

    Raises:
        Invalid, Conflict: with the sentence why not; nothing is changed.
    """
    if settings.on_postgres or settings.database_url:
        raise Conflict("DATABASE_URL is set: restore with its own tools, then run `easel restore --reapply`.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = WorkerLock(settings.data_dir)
    if not lock.take():
        raise Conflict(f"Easel works on {settings.data_dir.resolve()}. Stop it first.")
    try:
        fresh = settings.data_dir / f".restored-{new_id()[:8]}.db"
        at = await _fetched(settings, named, fresh)
        _newer_than_this_easel(fresh)
        beside = _exchange(settings.data_dir / "easel.db", fresh)
        when = f"{at:%Y-%m-%d %H:%M} UTC" if at else named
        return [f"The database is that of {when} now.", *beside, *await _reapplied(settings, at or EVER, fresh=True)]
    finally:
        lock.release()


async def reapply(settings: Settings) -> list[str]:
    """Delete again what was deleted after the backup that an operator has put back with other tools."""
    return await _reapplied(settings, EVER, fresh=False)


async def _fetched(settings: Settings, named: str, fresh: Path) -> datetime | None:
    file = Path(named)
    if named and file.is_file():
        unpack(file, fresh)
        return None
    database, objects = Database(settings.easel_database), object_store(settings)
    try:
        return (await Backups(database, objects, settings.data_dir).fetch(named, fresh)).at
    finally:
        objects.close()
        database.close()


def _newer_than_this_easel(fresh: Path) -> None:
    with closing(sqlite3.connect(fresh)) as connection:
        revision = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    if revision > HEAD:
        fresh.unlink()
        raise Conflict("This backup was made by a newer Easel. Update this one first.")


def _exchange(place: Path, fresh: Path) -> list[str]:
    """The old database stays beside, with its log; returns the sentence that says where."""
    told = list[str]()
    if place.exists():
        beside = place.with_name(f"easel.db.before-{now():%Y%m%dT%H%M%SZ}")
        for ending in ("", "-wal", "-shm"):
            part = place.with_name(place.name + ending)
            if part.exists():
                part.rename(beside.with_name(beside.name + ending))
        told = [f"The one from before lies beside it as {beside.name}."]
    fresh.replace(place)
    return told


async def _reapplied(settings: Settings, since: datetime, *, fresh: bool) -> list[str]:
    ended = 0
    async with running(settings, worker=False) as app:
        if fresh:
            ended = await app.database.write(interrupt)
        people, assets = await app.deletion.reapply(since)
    told = [f"Deleted again, as they were before: {people} people, {assets} assets."]
    return [*told, f"{ended} creations were under way when the backup was made; they are ended."] if ended else told
