"""A crowd goes in a few at a time, and nobody stands in the way for long."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.settings import Settings
from core.creation import doorway as module
from core.creation.admission import Admission, Room
from core.creation.doorway import PLACES, Doorway
from core.wishes import Action
from storage.tables import CreationState
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, never, picture

CROWD = 3 * PLACES


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is let through because of the time."""
    monkeypatch.setattr(module, "SURELY_IN_S", 600.0)


async def who_enters(doorway: Doorway, *names: str) -> tuple[list[str], list[asyncio.Task[None]]]:
    entered: list[str] = []

    async def enter(name: str) -> None:
        await doorway.enter(name)
        entered.append(name)

    tasks = [asyncio.create_task(enter(name)) for name in names]
    await asyncio.sleep(0.01)
    return entered, tasks


@pytest.mark.usefixtures("patient")
async def test_they_go_in_as_they_came_and_as_many_as_have_gone_through() -> None:
    doorway = Doorway(2)
    entered, tasks = await who_enters(doorway, "a", "b", "c", "d", "e")
    assert entered == ["a", "b"]
    for _ in range(3):
        doorway.through("a")  # the first planner's call, its end, the end of the plan
    doorway.through("never came in")
    await asyncio.sleep(0.01)
    assert entered == ["a", "b", "c"]
    doorway.through("c")
    doorway.through("b")
    await asyncio.gather(*tasks)
    assert entered == ["a", "b", "c", "d", "e"]


async def test_one_that_is_held_up_lets_the_next_in_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    doorway = Doorway(1)
    monkeypatch.setattr(module, "SURELY_IN_S", 0.05)
    await doorway.enter("held up")
    monkeypatch.setattr(module, "SURELY_IN_S", 600.0)
    await asyncio.wait_for(doorway.enter("next"), 5)
    doorway.through("held up")  # late: its place is given back already
    entered, tasks = await who_enters(doorway, "third")
    assert entered == []
    doorway.through("next")
    await asyncio.wait_for(asyncio.gather(*tasks), 5)


@pytest.fixture
def crowded(settings: Settings) -> Settings:
    return settings.model_copy(update={"user_at_once": 0})


@pytest.mark.usefixtures("patient")
async def test_who_waits_for_an_answer_stands_in_nobodys_way(crowded: Settings) -> None:
    planner = ScriptedPlanner(never)
    async with opened(crowded, planner=planner) as house:
        for number in range(CROWD):
            await house.ask(f"nr {number}")
        async with asyncio.timeout(20):
            while len(planner.told) < CROWD:
                await asyncio.sleep(0.02)


@pytest.mark.usefixtures("patient")
async def test_a_button_needs_no_planner_and_stands_in_nobodys_way_either(crowded: Settings) -> None:
    async with opened(crowded, planner=ScriptedPlanner(calls(picture()))) as house:
        (asset,) = (await house.made()).assets
        views = [await house.ask("", action=Action.VARY, inputs=(asset.id,)) for _ in range(CROWD)]
        assert [(await house.end(view)).state for view in views] == [CreationState.SUCCEEDED] * CROWD


@pytest.fixture
async def front(crowded: Settings) -> AsyncIterator[House]:
    """A house that takes wishes and carries none out."""
    async with opened(crowded, worker=False) as built:
        yield built


@pytest.mark.usefixtures("patient")
async def test_one_that_cannot_be_started_gives_its_place_back(front: House) -> None:
    views, app, started = [await front.ask(f"nr {number}") for number in range(3)], front.app, list[str]()
    doorway = Doorway(1)

    async def start(creation_id: str) -> None:
        if creation_id == views[0].id:
            raise ConnectionError("the engine is away")
        started.append(creation_id)
        doorway.through(creation_id)

    admission = Admission(app.database, app.changes, start, "worker", Room(per_user=0), timedelta(minutes=5), doorway)
    admission.look()
    admitting = asyncio.create_task(admission.run())
    async with asyncio.timeout(5):
        while len(started) < 2:
            await asyncio.sleep(0.02)
    admitting.cancel()
    await asyncio.gather(admitting, return_exceptions=True)
    assert started == [view.id for view in views[1:]]
