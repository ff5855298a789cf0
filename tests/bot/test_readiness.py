"""`/readyz` says why: each reason by itself, and gone when what it tells of is."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.app import App, running
from bot.settings import Settings
from bot.watch.readiness import Readiness
from core.creation.spool import SLIP
from tests.bot.house import served, web_of
from tests.furnished import furnish


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[App]:
    async with running(furnish(settings)) as built:
        assert built.workbench
        await built.workbench
        yield built


async def asked(app: App) -> tuple[int, list[str]]:
    """Through the web, as a balancer asks."""
    async with (
        served(web_of(app)) as address,
        aiohttp.ClientSession() as http,
        http.get(f"{address}/readyz") as response,
    ):
        return response.status, (await response.json())["reasons"]


def spooled(app: App, step: str, age_s: float, size_bytes: int = 10) -> Path:
    """A finished result that nobody took to the store."""
    folder = app.spool.folder / step
    folder.mkdir()
    (folder / "film.mp4").write_bytes(b"x" * size_bytes)
    slip = folder / SLIP
    slip.write_text("{}")
    os.utime(slip, (time.time() - age_s,) * 2)
    return folder


async def test_a_house_that_is_well_says_so(app: App) -> None:
    assert await asked(app) == (200, [])


async def test_a_house_that_has_just_begun_says_that_its_engine_is_starting(settings: Settings) -> None:
    async with running(settings) as app:
        assert "the engine is starting" in app.not_working()
        assert app.workbench
        await app.workbench
        assert await asked(app) == (200, [])


async def test_a_house_that_drains_says_so(app: App) -> None:
    app.admission.open = False
    assert await asked(app) == (503, ["draining"])


async def test_a_task_that_has_stopped_is_named(app: App) -> None:
    (admission,) = [task for task in app.tasks if task.get_name() == "admission"]
    admission.cancel()
    await asyncio.wait((admission,))
    assert await asked(app) == (503, ["admission has stopped"])


async def test_a_database_that_is_closed_cannot_be_reached(app: App) -> None:
    app.database.close()
    assert (await asked(app))[1] == ["the database cannot be reached"]


async def test_a_database_that_hangs_is_told_in_time_and_asked_once(app: App) -> None:
    goes_on = threading.Event()
    hanging = [asyncio.create_task(app.database.read(lambda _: goes_on.wait(60))) for _ in range(20)]
    await asyncio.sleep(0.1)
    begun, readiness = time.monotonic(), Readiness(app)
    told = await asyncio.gather(*(readiness.reasons() for _ in range(50)))
    assert time.monotonic() - begun < 4
    assert all(reasons == ["the database cannot be reached"] for reasons in told)
    goes_on.set()
    await asyncio.gather(*hanging)
    async with asyncio.timeout(10):
        while await readiness.reasons():
            await asyncio.sleep(0.1)


async def test_results_that_the_store_does_not_take_are_told_after_a_minute(app: App) -> None:
    spooled(app, "young", age_s=30)
    assert await asked(app) == (200, [])
    old = spooled(app, "old", age_s=90)
    assert await asked(app) == (503, ["the store of files is away: 2 finished results wait for it"])
    await app.spool.clear(old.name)
    assert await asked(app) == (200, [])


async def test_a_spool_that_grows_over_its_bound_is_told(app: App) -> None:
    spooled(app, "large", age_s=0, size_bytes=3 << 20)
    assert await Readiness(app, spool_max=4 << 20).reasons() == []
    assert await Readiness(app, spool_max=2 << 20).reasons() == ["the spool holds 3 MB"]


async def test_all_reasons_are_told_together(app: App) -> None:
    spooled(app, "old", age_s=90)
    app.admission.open = False
    assert (await asked(app))[1] == ["draining", "the store of files is away: 1 finished results wait for it"]
