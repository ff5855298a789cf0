"""After a crash few paid calls are in flight at first; without one, as many as there are."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.settings import Settings
from core.creation import recovering as module
from core.creation.recovering import FIRST, Recovering
from storage.tables import CreationState
from tests.fakes.house import opened
from tests.fakes.planner import ScriptedPlanner, calls, never, picture
from tests.fakes.provider import ScriptedProvider, Way

CROWD = 3 * FIRST


async def let_in(recovering: Recovering, within_s: float) -> int:
    """How many of a crowd are in flight so soon."""
    inside: list[AsyncExitStack] = []

    async def call() -> None:
        stack = AsyncExitStack()
        await stack.enter_async_context(recovering.call())
        inside.append(stack)

    calls_of_all = [asyncio.create_task(call()) for _ in range(CROWD)]
    await asyncio.sleep(within_s)
    seen = len(inside)
    for each in calls_of_all:
        each.cancel()
    await asyncio.gather(*calls_of_all, return_exceptions=True)
    for stack in inside:
        await stack.aclose()
    return seen


async def test_at_first_few_and_with_time_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOUBLES_S", 600.0)
    recovering = Recovering()
    assert await let_in(recovering, 0.3) == FIRST
    assert await let_in(recovering, 0.3) == FIRST, "those that ended have given their places back"
    monkeypatch.setattr(module, "DOUBLES_S", 0.01)
    assert await let_in(recovering, 0.5) == CROWD


async def test_where_nothing_was_left_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOUBLES_S", 600.0)
    recovering = Recovering()
    recovering.over()
    assert await let_in(recovering, 0.05) == CROWD


async def test_a_place_that_becomes_free_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOUBLES_S", 600.0)
    recovering, ended = Recovering(), 0

    async def call() -> None:
        nonlocal ended
        async with recovering.call():
            await asyncio.sleep(0.01)
        ended += 1

    await asyncio.wait_for(asyncio.gather(*(call() for _ in range(CROWD))), 10)
    assert ended == CROWD


@pytest.fixture
def crowded(settings: Settings) -> Settings:
    return settings.model_copy(update={"user_at_once": 0})


def most_at_once(provider: ScriptedProvider) -> int:
    """How many orders were carried out at the same moment."""
    begins = [begun for begun, _ in provider.running.values()]
    return max(sum(begun <= at < ended for begun, ended in provider.running.values()) for at in begins)


@pytest.mark.parametrize("crashed", [False, True])
async def test_what_a_process_left_is_begun_a_few_at_a_time(
    crowded: Settings, monkeypatch: pytest.MonkeyPatch, crashed: bool
) -> None:
    monkeypatch.setattr(module, "DOUBLES_S", 600.0)
    monkeypatch.setattr(module, "OVER_S", 600.0)
    prompts = [f"nr {number}" for number in range(CROWD)]
    script = {prompt: (calls(picture(prompt)),) for prompt in prompts}
    provider, views = ScriptedProvider(default=Way(after_s=0.5)), []
    if crashed:
        async with opened(crowded, planner=(planner := ScriptedPlanner(never))) as house:
            views = [await house.ask(prompt) for prompt in prompts]
            async with asyncio.timeout(10):
                while len(planner.told) < CROWD:
                    await asyncio.sleep(0.02)
    async with opened(crowded, planner=ScriptedPlanner(by_prompt=script), provider=provider) as house:
        views = views or [await house.ask(prompt) for prompt in prompts]
        assert [(await house.end(view)).state for view in views] == [CreationState.SUCCEEDED] * CROWD
    assert (most_at_once(provider) <= FIRST) == crashed
