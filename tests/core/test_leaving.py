"""A process that is told to end: what is under way is kept, and no call begins whose end it would not see."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from bot.app import drain
from bot.settings import Settings
from core.agent.messages import Message, Turn
from core.creation.leaving import Leaving
from core.creation.view import CreationView
from storage.tables import CreationState, StepState
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way, models

CHAIN = calls(picture("slow"), call("animate", image="call:0", prompt="moving"))
PAID = tuple(each.model_copy(update={"typical_s": 4}) for each in models(image_usd=0.1, video_usd_per_s=0.01))
AT_ONCE, IN_A_WHILE = Way(after_s=0.6), Way(after_s=3)


@pytest.fixture
def hurried(settings: Settings) -> Settings:
    return settings.model_copy(update={"drain_s": 4.0, "user_at_once": 0})


def provider_in(folder: Path, **ways: Way) -> ScriptedProvider:
    return ScriptedProvider(ways, books=folder / "books.jsonl")


def thinking(turn: Turn) -> Callable[[tuple[Message, ...]], Awaitable[Turn]]:
    """An answer that takes a moment."""

    async def answer(_: tuple[Message, ...]) -> Turn:
        await asyncio.sleep(0.3)
        return turn

    return answer


@asynccontextmanager
async def asked(
    settings: Settings, provider: ScriptedProvider, turn: Turn
) -> AsyncIterator[tuple[House, CreationView]]:
    """A house whose planner still thinks about a wish."""
    planner = ScriptedPlanner(thinking(turn))
    async with opened(settings, planner=planner, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await house.until(view, lambda seen: seen.state == CreationState.RUNNING)
        yield house, view


async def drained_s(house: House) -> float:
    """How long it took to let it end."""
    begun = monotonic()
    await drain(house.app)
    return monotonic() - begun


async def ended_after(
    settings: Settings, view: CreationView, provider: ScriptedProvider, *script: Turn
) -> CreationView:
    """What came of it in the next process."""
    async with opened(settings, planner=ScriptedPlanner(*script), provider=provider, catalogue=PAID) as house:
        return await house.end(view)


async def until_called(house: House, provider: ScriptedProvider) -> None:
    async with asyncio.timeout(10):
        while not provider.submits:
            await asyncio.sleep(0.01)


async def test_a_call_that_would_not_end_in_time_is_begun_by_the_next_process(
    hurried: Settings, tmp_path: Path
) -> None:
    provider = provider_in(tmp_path)
    async with asked(hurried, provider, calls(picture())) as (house, view):
        took_s = await drained_s(house)
        (step,) = (await house.rows(view.id)).steps
        assert (step.state, step.intent_at, provider.submits) == (StepState.PENDING, None, {})
    assert took_s < hurried.drain_s, "nothing was left to wait for"
    view = await ended_after(hurried, view, provider, calls(picture()))
    assert (view.state, view.error, list(provider.submits.values())) == (CreationState.SUCCEEDED, None, [1])


async def test_who_stands_in_line_when_the_end_is_told_begins_nothing_either(hurried: Settings, tmp_path: Path) -> None:
    provider, both = provider_in(tmp_path, slow=AT_ONCE), calls(picture("slow"), picture("quick"))
    narrow = hurried.model_copy(update={"providers_at_once": {"fake": 1}})
    async with asked(narrow, provider, both) as (house, view):
        await house.until(view, lambda seen: any("Waiting" in step.detail for step in seen.steps))
        await drain(house.app)
        first, second = (await house.rows(view.id)).steps
        assert (first.state, second.intent_at, provider.submits.total()) == (StepState.COMPLETE, None, 1)
    view = await ended_after(narrow, view, provider, both)
    assert (view.state, sorted(provider.submits.values())) == (CreationState.SUCCEEDED, [1, 1])


async def test_with_time_enough_everything_is_still_made(settings: Settings, tmp_path: Path) -> None:
    async with asked(settings, provider_in(tmp_path), calls(picture())) as (house, view):
        await drain(house.app)
        assert (await house.rows(view.id)).creation.state == CreationState.SUCCEEDED


async def test_a_step_that_waits_for_one_that_rests_rests_as_well(hurried: Settings, tmp_path: Path) -> None:
    provider = provider_in(tmp_path)
    async with asked(hurried, provider, CHAIN) as (house, view):
        assert await drained_s(house) < hurried.drain_s
    view = await ended_after(hurried, view, provider, CHAIN)
    assert (view.state, sorted(provider.submits.values())) == (CreationState.SUCCEEDED, [1, 1])


@pytest.mark.parametrize("way", [AT_ONCE, IN_A_WHILE])
async def test_what_comes_in_the_last_moment_is_kept_and_what_does_not_is_said(
    settings: Settings, tmp_path: Path, way: Way
) -> None:
    """The process ends at once, without a word before: a paid call has one second more."""
    provider = provider_in(tmp_path, **{"a lighthouse": way})
    async with opened(settings, planner=ScriptedPlanner(calls(picture())), provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await until_called(house, provider)
    view = await ended_after(settings, view, provider_in(tmp_path), calls(picture()))
    assert list(provider.submits.values()) == [1]
    if way is AT_ONCE:
        assert (view.state, view.error) == (CreationState.SUCCEEDED, None)
    else:
        assert view.error
        assert view.error.code == "uncertain"


async def test_only_what_waits_with_every_step_rests() -> None:
    leaving = Leaving()
    assert not leaving.rests("a")
    with leaving.step("a"), leaving.step("a"):
        with leaving.resting("a"):
            assert not leaving.rests("a")
            with leaving.resting("a"):
                assert leaving.rests("a")
        assert not leaving.rests("a")
    assert not leaving.rests("a")


@pytest.mark.parametrize(
    ("within_s", "usual_s", "begins"), [(10, 4, True), (10, 6, False), (0, None, False), (9, None, True)]
)
async def test_a_call_begins_where_twice_its_usual_length_is_left(
    within_s: float, usual_s: float | None, begins: bool
) -> None:
    leaving = Leaving()
    await leaving.begins("a", 1_000_000)  # nobody has told it to end
    leaving.tell(within_s)
    waiting = asyncio.create_task(leaving.begins("a", usual_s))
    await asyncio.sleep(0)
    assert waiting.done() == begins
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
