"""A database that was lost comes back as it was, but for what people had deleted in the meantime."""

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.lock import WorkerLock
from bot.safekeeping.restoring import restore
from bot.settings import Settings
from core.errors import Conflict, Invalid
from core.safekeeping.backups import NEWEST, WEEKS, Backups
from storage.tables import Asset, CreationState, User, now
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider, Way, models
from tests.fakes.s3 import S3Server


async def assets(house: House) -> set[str]:
    return set(await house.read(lambda session: list(session.exec(select(Asset.id)))))


async def settled(house: House) -> None:
    await house.app.thumbnails.drained()
    await house.app.sidecars.drained()


async def lived(settings: Settings) -> tuple[str, str, str]:
    """A backup, and a day after it: one asset stays, one is deleted, one person is forgotten, one asset is new."""
    async with opened(settings) as house:
        stays, deleted = [(await house.made()).assets[0].id for _ in range(2)]
        await house.made(by=house.bob)
        await settled(house)
        await house.app.backups.make()
        await house.app.studio.delete(house.ada, deleted)
        await house.app.studio.forget(house.bob)
        await house.made()
        await settled(house)
        return stays, deleted, house.bob


async def came_back(settings: Settings, stays: str, bob: str) -> None:
    async with opened(settings) as house:
        assert await assets(house) == {stays}
        assert (await house.app.studio.asset(house.ada, stays)).id == stays
        assert await house.read(lambda session: session.get(User, bob)) is None
        audited = await house.app.audit.look()
        assert (audited.missing, audited.thumbnails) == (0, 0)


async def test_what_was_deleted_since_the_backup_is_deleted_again(settings: Settings) -> None:
    stays, _, bob = await lived(settings)
    said = await restore(settings, "")
    assert "Deleted again, as they were before: 1 people, 1 assets." in said
    assert list(settings.data_dir.glob("easel.db.before-*Z")), "the replaced database lies beside"
    await came_back(settings, stays, bob)


async def test_a_lost_disk_is_put_back_from_the_bucket(settings: Settings, tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3") as server:
        values: dict[str, Any] = {"EASEL_DATA_DIR": tmp_path / "data", **server.environment}
        far = Settings(_env_file=None, **values)
        stays, _, bob = await lived(far)
        for file in far.data_dir.glob("*.db*"):
            file.unlink()
        await restore(far, "")
        await came_back(far, stays, bob)


async def test_a_file_is_put_back_too_and_one_that_is_damaged_changes_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    async with opened(settings) as house:
        made = (await house.made()).assets[0].id
        await house.app.backups.write(tmp_path / "copy.db.gz")
        await house.made()
    whole = (tmp_path / "copy.db.gz").read_bytes()
    for name, data in (
        ("cut.gz", whole[: len(whole) // 2]),
        ("text.gz", b"nonsense"),
        ("empty.gz", gzip.compress(b"")),
        ("other.gz", gzip.compress(b"SQLite format 3\0" + bytes(4_000))),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Invalid, match="is not a whole backup"):
            await restore(settings, str(tmp_path / name))
    assert not list(settings.data_dir.glob(".restored-*"))
    await restore(settings, str(tmp_path / "copy.db.gz"))
    async with opened(settings) as house:
        assert await assets(house) == {made}


async def test_nothing_is_put_back_under_a_running_easel(settings: Settings) -> None:
    async with opened(settings) as house:
        await house.app.backups.make()
    lock = WorkerLock(settings.data_dir)
    assert lock.take()
    try:
        with pytest.raises(Conflict, match="Stop it first"):
            await restore(settings, "")
    finally:
        lock.release()


async def test_a_backup_of_a_newer_easel_is_refused(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()
    (tmp_path / "newer.db.gz").write_bytes(gzip.compress((tmp_path / "newer.db").read_bytes()))
    with pytest.raises(Conflict, match="newer Easel"):
        await restore(settings, str(tmp_path / "newer.db.gz"))


async def test_there_must_be_a_backup(settings: Settings) -> None:
    with pytest.raises(Invalid, match="There is no backup in the store"):
        await restore(settings, "")
    with pytest.raises(Invalid, match="There is no backup 'x'"):
        await restore(settings, "x")


async def test_work_that_was_under_way_is_not_paid_for_again(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1))
    async with opened(settings, provider=provider, catalogue=models(image_usd=0.1)) as house:
        view = await house.ask()
        await house.until(view, lambda _: bool(provider.orders))
        await house.app.backups.make()
        await house.end(view)
    await restore(settings, "")
    later = ScriptedProvider()
    async with opened(settings, provider=later) as house:
        ended = await house.app.studio.creation(house.ada, view.id)
        assert (ended.state, ended.error and ended.error.code) == (CreationState.FAILED, "interrupted")
        assert all(budget.reserved_micros == 0 for budget in (await house.budgets()).values())
        await house.made("another")
    assert later.submits.total() == 1


async def test_the_newest_stay_and_one_of_each_week_for_a_while(settings: Settings, tmp_path: Path) -> None:
    async with opened(settings, worker=False) as house:
        at = datetime(2026, 11, 22, 3, tzinfo=UTC)
        (tmp_path / "x").write_bytes(b"x")
        for day in range(200):
            name = (at - timedelta(days=day)).strftime("easel-%Y%m%dT%H%M%SZ.db.gz")
            await house.app.objects.put(f"backups/{name}", tmp_path / "x", "application/gzip")
        backups = Backups(house.app.database, house.app.objects, tmp_path, clock=lambda: at)
        await backups.clear_away()
        left = await backups.listing()
        assert [each.at for each in left[:NEWEST]] == [at - timedelta(days=day) for day in range(NEWEST)]
        assert NEWEST + WEEKS - 3 <= len(left) <= NEWEST + WEEKS
        assert at - left[-1].at <= timedelta(weeks=WEEKS)


async def test_a_backup_is_made_by_itself_when_it_is_time(settings: Settings, tmp_path: Path) -> None:
    async with opened(settings, worker=False) as house:
        clock = [now()]
        backups = Backups(house.app.database, house.app.objects, tmp_path, timedelta(hours=6), lambda: clock[0])
        counts = []
        for hours in (0, 1, 5, 1):
            clock[0] += timedelta(hours=hours)
            await backups.make_if_due()
            counts.append(len(await backups.listing()))
        assert counts == [1, 1, 2, 2]
