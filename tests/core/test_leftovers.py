"""Finished work on a machine that died: where another machine ended the step, nobody waits for it any more."""

import asyncio
import json
import os
from pathlib import Path
from time import time

import pytest

from bot.settings import Settings
from bot.watch.readiness import Readiness
from core.creation.leftovers import Leftovers
from core.creation.view import CreationView
from tests.fakes.house import opened
from tests.fakes.provider import ScriptedProvider, Way

pytestmark = pytest.mark.each_database
AGO_S = 3_600.0


def left_behind(spool: Path, view: CreationView) -> Path:
    """A slip, as a machine has it that was killed an hour ago on its way to the store."""
    folder = spool / view.steps[0].id
    folder.mkdir(parents=True, exist_ok=True)
    slip = folder / "output.json"
    slip.write_text(json.dumps({"files": [], "cost_micros": 0, "notes": []}))
    os.utime(slip, (time() - AGO_S, time() - AGO_S))
    return folder


async def test_what_was_finished_elsewhere_is_let_go_and_the_machine_is_ready_again(settings: Settings) -> None:
    spool = settings.data_dir / "spool"
    async with opened(settings) as house:
        folder = left_behind(spool, await house.made())
    async with opened(settings) as house:
        async with asyncio.timeout(10):
            while folder.exists():
                await asyncio.sleep(0.02)
        assert house.app.workbench
        await house.app.workbench
        assert await Readiness(house.app).reasons() == []


async def test_what_nobody_has_ended_stays(settings: Settings) -> None:
    spool = settings.data_dir / "spool"
    provider = ScriptedProvider(default=Way(ticket=True, after_s=60))
    async with opened(settings, provider=provider) as house:
        view = await house.ask()
        async with asyncio.timeout(10):
            while not (view := await house.app.studio.creation(house.ada, view.id)).steps:
                await asyncio.sleep(0.02)
        folder = left_behind(spool, view)
        await Leftovers(house.app.database, house.app.spool).look()
        assert folder.exists()
