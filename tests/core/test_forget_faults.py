"""Forgetting one of two people while processes are killed and the store fails: nothing of one, all of the other."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from core.safekeeping.tombstones import FOLDER
from storage.tables import Asset, User
from tests.core.test_restart import ROOT
from tests.core.victim import PAID, settings_of
from tests.fakes import s3 as fake
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider
from tests.fakes.s3 import S3Server
from tests.outsider import ask, dump

EACH = 25


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3", page=20) as running:
        yield running


@pytest.fixture
def folder(server: S3Server, tmp_path: Path) -> Path:
    lines = [f"{name}={value}" for name, value in server.environment.items()]
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    return tmp_path


async def killed(folder: Path, moment: Callable[[], bool], *, asks: bool = False) -> None:
    """A process that forgets, killed with -9 once `moment` has come."""
    command = [sys.executable, "-W", "error", "-m", "tests.core.forgetful", str(folder), "asks" if asks else "works"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            while not moment():
                assert process.returncode is None
                await asyncio.sleep(0.005)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def filled(folder: Path) -> tuple[str, str, dict[str, str]]:
    """Both have 25 assets with thumbnails; returns their ids, and what Bob's objects are."""
    async with opened(settings_of(folder), provider=ScriptedProvider(), catalogue=PAID) as house:
        for by in (house.ada, house.bob):
            views = [await house.ask(f"a lighthouse {number}", by=by) for number in range(EACH)]
            for view in views:
                await house.end(view, by=by, within_s=60)
        await house.app.thumbnails.drained()
        return house.ada, house.bob, await objects_of(house, house.bob)


async def objects_of(house: House, user_id: str) -> dict[str, str]:
    """Each asset's object, by its key, as the hash that its row names."""
    assets = await house.read(lambda session: list(session.exec(select(Asset).where(Asset.user_id == user_id))))
    found = {}
    for asset in assets:
        data = b"".join([chunk async for chunk in house.app.objects.open(asset.object_key)])
        assert hashlib.sha256(data).hexdigest() == asset.sha256
        found[asset.object_key] = asset.sha256
    return found


async def test_after_three_kills_and_a_failing_store_nothing_of_one_and_all_of_the_other_is_there(
    server: S3Server, folder: Path
) -> None:
    ada, bob, his = await filled(folder)
    assert len(his) == EACH
    url = settings_of(folder).easel_database

    server.always("DeleteObjects", fake.slow(0.5))
    await killed(folder, lambda: server.count("DeleteObjects") > 0, asks=True)

    server.always("DeleteObjects", fake.fails("InternalError"))
    await killed(folder, lambda: server.count("DeleteObjects") > 4)

    server.always("DeleteObjects", None)
    server.always("PutObject", fake.slow(1))
    await killed(folder, lambda: ask(url, "SELECT count(*) FROM asset WHERE user_id = ?", ada) == [(0,)])
    server.always("PutObject", None)
    assert ask(url, 'SELECT count(*) FROM "user" WHERE id = ?', ada) == [(1,)], "the mark stays to the very end"

    async with opened(settings_of(folder), provider=ScriptedProvider(), catalogue=PAID) as house:
        async with asyncio.timeout(30):
            while await house.read(lambda session: session.get(User, ada)):
                await asyncio.sleep(0.05)
        assert await objects_of(house, bob) == his
        assert house.bob == bob
    left = {table: found for table, found in dump(url).items() if any(ada in str(row) for row in found)}
    assert left == {}
    assert ask(settings_of(folder).engine_database, "SELECT count(*) FROM workflow_status") == [(EACH,)]
    keys = [key for key in server.shelf.objects if not key.startswith(FOLDER)]
    assert [key for key in keys if not key.startswith(f"{bob}/")] == []
    assert set(his) <= set(keys)
