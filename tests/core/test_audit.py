"""Rows and files are compared in both directions; what is mended loses nothing, and what is in flight is left alone."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from bot.settings import Settings
from core.safekeeping.audit import Audited
from core.safekeeping.tombstones import FOLDER
from storage.objects import FileObjects
from storage.tables import Asset, Step, StepState
from tests.fakes.house import House, opened

pytestmark = pytest.mark.each_database


@pytest.fixture
async def kept(settings: Settings) -> AsyncIterator[House]:
    async with opened(settings) as house:
        for by in (house.ada, house.ada, house.bob):
            await house.made(by=by)
        await house.app.thumbnails.drained()
        await house.app.sidecars.drained()
        yield house


async def look(house: House, **more: Any) -> Audited:
    return await house.app.audit.look(**more)


async def assets(house: House) -> list[Asset]:
    return await house.read(lambda session: list(session.exec(select(Asset).order_by(col(Asset.seq)))))


def path_of(house: House, key: str) -> Path:
    return FileObjects(house.app.settings.data_dir / "objects").folder / key


async def lay(house: House, key: str, *, hours_ago: float = 2) -> None:
    """A file in the store that no row names."""
    path = path_of(house, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"orphan")
    at = time.time() - hours_ago * 3_600
    os.utime(path, (at, at))


async def test_a_house_in_order_is_clean_also_when_everything_is_read_through(kept: House) -> None:
    found = await look(kept, deep=True)
    assert found.clean
    assert (found.objects, found.named) == (9, 9)


async def test_a_row_without_its_file_is_told_and_never_deleted(kept: House) -> None:
    asset = (await assets(kept))[0]
    await kept.app.objects.delete(asset.object_key)
    found = await look(kept, repair=True)
    assert (found.missing, found.examples) == (1, {"missing": [asset.id]})
    assert len(await assets(kept)) == 3


async def test_a_file_of_another_size_and_one_of_other_bytes_are_told(kept: House) -> None:
    first, second, _ = await assets(kept)
    path_of(kept, first.object_key).write_bytes(b"short")
    path = path_of(kept, second.object_key)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert (await look(kept)).examples == {"wrong": [first.id]}
    found = await look(kept, deep=True)
    assert (found.wrong, sorted(found.examples["wrong"])) == (2, sorted([first.id, second.id]))


async def test_a_file_without_a_row_is_told_and_deleted_on_demand(kept: House) -> None:
    keys = [f"{kept.ada}/{'0' * 32}/{'1' * 32}-0{ending}" for ending in (".png", ".thumb.webp", ".json")]
    for key in keys:
        await lay(kept, key)
    found = await look(kept)
    assert (found.orphans, found.orphan_bytes, found.examples) == (3, 18, {"orphans": sorted(keys)})
    assert (await look(kept, repair=True)).repaired == 3
    assert (await look(kept)).clean
    assert [await kept.app.objects.size(key) for key in keys] == [None, None, None]


async def test_what_is_in_flight_or_belongs_to_no_asset_is_no_orphan(kept: House) -> None:
    step = await kept.read(lambda session: session.exec(select(Step)).first())
    assert step
    await kept.app.database.write(
        lambda session: session.exec(update(Step).where(col(Step.id) == step.id).values(state=StepState.IN_PROGRESS))
    )
    keys = [f"{kept.ada}/x/{step.id}-7.png", "backups/2026.db.gz", f"{FOLDER}20260101/000000-asset-x"]
    for key in keys:
        await lay(kept, key)
    await lay(kept, f"{kept.ada}/x/young.png", hours_ago=0.5)
    assert (await look(kept, repair=True)).clean
    assert None not in [await kept.app.objects.size(key) for key in keys]


async def test_a_missing_thumbnail_and_recipe_are_made_anew(kept: House) -> None:
    asset = (await assets(kept))[0]
    assert asset.thumbnail_key
    for key in (asset.thumbnail_key, asset.object_key.replace(".png", ".json")):
        await kept.app.objects.delete(key)
    found = await look(kept, repair=True)
    assert (found.thumbnails, found.sidecars, found.repaired) == (1, 1, 2)
    await kept.app.thumbnails.drained()
    await kept.app.sidecars.sweep()
    assert (await look(kept)).clean


async def test_the_figures_tell_what_the_last_audit_found(kept: House) -> None:
    await lay(kept, f"{kept.ada}/x/y.png")
    await look(kept)
    assert b'easel_audit_findings{kind="orphans"} 1.0' in kept.app.watch.figures.text()
