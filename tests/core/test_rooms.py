"""Providers that take few orders at once: no more are under way there, and whoever waits is told so."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from core.creation.view import CreationView
from core.providers.base import Failed
from storage.tables import CreationState
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

pytestmark = pytest.mark.each_database
MOST = 2
TWO_PICTURES = {f"wish {number}": [calls(picture(f"{number}a"), picture(f"{number}b"))] for number in range(3)}


@pytest.fixture
def narrow(settings: Settings) -> Settings:
    return settings.model_copy(update={"user_at_once": 0, "providers_at_once": {"fake": MOST}})


def planner() -> ScriptedPlanner:
    return ScriptedPlanner(by_prompt=TWO_PICTURES)


async def asked(house: House) -> list[CreationView]:
    return [await house.ask(each) for each in TWO_PICTURES]


def waits(view: CreationView) -> bool:
    return any(step.detail == f"Waiting: only {MOST} at once are made there" for step in view.steps)


def most_at_once(provider: ScriptedProvider) -> int:
    """Orders of the provider that were under way in one moment."""
    steps = [pair for began, ended in provider.running.values() for pair in ((began, 1), (ended, -1))]
    level = most = 0
    for _, step in sorted(steps):
        level += step
        most = max(most, level)
    return most


@pytest.mark.parametrize("ticket", [True, False], ids=["tickets", "answers"])
async def test_no_more_orders_are_under_way_than_the_provider_takes(narrow: Settings, ticket: bool) -> None:
    provider = ScriptedProvider(default=Way(ticket=ticket, after_s=0.4))
    async with opened(narrow, planner=planner(), provider=provider) as house:
        views = await asked(house)
        await house.until(views[2], waits)
        ended = [await house.end(view) for view in views]
    assert {(view.state, len(view.assets)) for view in ended} == {(CreationState.SUCCEEDED, 2)}
    assert {step.detail for view in ended for step in view.steps} == {""}
    assert len(provider.orders) == 6
    assert most_at_once(provider) == MOST


async def test_one_that_waits_may_be_cancelled_and_costs_nothing(narrow: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with opened(narrow, planner=planner(), provider=provider) as house:
        views = await asked(house)
        waiting = await house.until(views[2], waits)
        await house.app.studio.cancel(house.ada, waiting.id)
        ended = await house.end(waiting)
        assert (ended.state, ended.cost_usd) == (CreationState.CANCELLED, 0)
        assert provider.submits.total() == MOST
        for view in views[:2]:
            await house.app.studio.cancel(house.ada, view.id)
            await house.end(view)


async def test_one_that_failed_makes_room(narrow: Settings) -> None:
    provider = ScriptedProvider(default=Way(after_s=0.2, end=Failed("It broke.", "broken")))
    async with opened(narrow, planner=planner(), provider=provider) as house:
        ended = [await house.end(view) for view in await asked(house)]
    assert {view.state for view in ended} == {CreationState.FAILED}
    assert provider.submits.total() == 6


async def test_a_restart_forgets_nobody_who_is_under_way(narrow: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1.5))
    async with opened(narrow, planner=planner(), provider=provider) as house:
        views = await asked(house)
        await house.until(views[2], waits)
    async with opened(narrow, planner=planner(), provider=provider) as house:
        ended = [await house.end(view, within_s=20) for view in views]
    assert all(len(view.assets) == 2 for view in ended)
    assert set(provider.submits.values()) == {1}
    assert most_at_once(provider) == MOST


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("said", ["runway", "runway=two", "runway=0", "midjourney=2", "runway=2;replicate=3"])
def test_a_limit_that_cannot_be_read_is_a_sentence(said: str) -> None:
    facts: dict[str, Any] = {"EASEL_PROVIDERS_AT_ONCE": said}
    with pytest.raises(ValidationError, match="EASEL_PROVIDERS_AT_ONCE"):
        Settings(_env_file=None, **facts)


@pytest.mark.sqlite_alone
def test_limits_are_read_from_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_PROVIDERS_AT_ONCE", "runway=2, replicate = 20")
    assert Settings(_env_file=None).providers_at_once == {"runway": 2, "replicate": 20}  # type: ignore[call-arg]
