"""The kill test starts again whatever ends: once it is broken off itself, it must not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from benchmarks.chaos.house import House, build
from benchmarks.chaos.journal import Journal
from benchmarks.chaos.reaper import LOOK_S, Pace, Reaper
from benchmarks.chaos.storm import Measure, blow, settle
from benchmarks.chaos.weather import Climate, Weather
from benchmarks.chaos.world import World, world
from benchmarks.process import Server

PACE, CALM = Pace(life_s=(0.1, 0.2), while_starting=1.0, down_s=(0.0, 0.1), pauses=0.0), Climate(between_s=(60, 60))


class BrokenOff(Exception):
    """Whoever looks on has had enough."""


class Nobody:
    """People who cannot ask."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def ask_soon(self) -> None:
        while not self._journal.counts["kill"]:
            await asyncio.sleep(0.01)
        raise BrokenOff


@pytest.fixture
def process(tmp_path: Path) -> Server:
    """Anything that is well until it is killed: it serves its folder."""
    folder = tmp_path / "process"
    folder.mkdir()
    (folder / "readyz").touch()
    built = Server(folder, [])
    built.command = ["http.server", str(built.port), "--bind", "127.0.0.1"]
    return built


@asynccontextmanager
async def around(folder: Path) -> AsyncIterator[tuple[World, House]]:
    async with world(folder, socket_mode=False) as away:
        yield away, build(folder, away, None)


async def stays_dead(process: Server) -> bool:
    await asyncio.sleep(3 * LOOK_S)
    dead = process.ended() is not None
    if not dead:
        await process.end()
    return dead


async def test_a_storm_that_is_broken_off_starts_nothing_again(tmp_path: Path, process: Server) -> None:
    journal = Journal(tmp_path / "journal")
    reaper = Reaper([process], Random(1), PACE, journal)
    measure = Measure(kills=3, creations=1, pace=PACE, climate=CALM, settle_s=1)
    people: Any = Nobody(journal)
    async with around(tmp_path) as (away, house):
        weather = Weather(away, house, None, Random(1), CALM, journal)
        async with asyncio.timeout(30):
            with pytest.raises(BrokenOff):
                await blow(reaper, weather, people, measure, journal, away)
        await reaper.close()
        assert await stays_dead(process)


async def test_a_house_that_cannot_be_counted_is_not_started_again(tmp_path: Path, process: Server) -> None:
    journal = Journal(tmp_path / "journal")
    reaper = Reaper([process], Random(1), PACE, journal)
    async with around(tmp_path) as (away, house):
        with pytest.raises(OperationalError):
            await settle(house, away, reaper, journal, within_s=5)
        await reaper.close()
        assert await stays_dead(process)
