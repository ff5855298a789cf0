"""Creations that one worker of several has taken: each is started, whatever became of the one before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.settings import Settings
from core.creation.admission import Admission, Room
from core.creation.crew import Crew
from core.creation.heartbeat import Heartbeat
from storage.tables import CreationState
from tests.conftest import POSTGRES
from tests.fakes.house import House, opened

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)


@pytest.fixture
async def front(settings: Settings) -> AsyncIterator[House]:
    """A house that takes wishes and carries none out."""
    async with opened(settings, worker=False) as built:
        yield built


async def test_one_that_cannot_be_started_holds_up_none_that_was_taken_with_it(front: House) -> None:
    views = [await front.ask(f"nr {number}") for number in range(3)]
    app, started = front.app, list[str]()
    heartbeat = Heartbeat(app.database, None)
    await heartbeat.begin()

    async def start(creation_id: str) -> None:
        if creation_id == views[0].id:
            raise ConnectionError("the engine is away")
        started.append(creation_id)

    assert app.machines.notices
    crew = Crew(app.database, app.machines.notices, heartbeat)
    admission = Admission(
        app.database, app.changes, start, heartbeat.id, Room(per_user=0), timedelta(minutes=5), crew=crew
    )
    admission.look()
    admitting = asyncio.create_task(admission.run())
    try:
        async with asyncio.timeout(5):
            while [(await front.rows(view.id)).creation.state for view in views] != [CreationState.RUNNING] * 3:
                await asyncio.sleep(0.02)
            while len(started) < 2:
                await asyncio.sleep(0.02)
    finally:
        admitting.cancel()
        await asyncio.gather(admitting, return_exceptions=True)
        await heartbeat.leave()
    assert started == [view.id for view in views[1:]]
