"""A PostgreSQL that goes away while creations run: all of them come to their end, and nothing is paid twice."""

import asyncio

import pytest

from bot.settings import Settings
from storage.tables import CreationState
from tests.core.test_restart import audit
from tests.core.victim import PAID
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way
from tests.postgres import Server

MANY = 6
TURN = calls(*(picture(f"nr {number}") for number in range(2)))


@pytest.fixture
def kept_in() -> str:
    return "postgres"


@pytest.fixture
def provider() -> ScriptedProvider:
    """Half of the calls give a ticket, half answer at once: both were paid for when the answer is written down."""
    return ScriptedProvider({"nr 0": Way(ticket=True, after_s=1.5, cost_micros=90_000)}, default=paid(1.0))


def paid(after_s: float) -> Way:
    return Way(after_s=after_s, cost_micros=90_000)


async def wishes(house: House) -> list[str]:
    return [(await house.ask(f"wish {number}")).id for number in range(MANY)]


async def well(house: House, ids: list[str], provider: ScriptedProvider) -> None:
    """Every wish came to its end, with everything in it, and the books are right to the last cent."""
    async with asyncio.timeout(40):
        ended = [await house.app.studio.finished(house.ada, each) for each in ids]
    assert {view.state for view in ended} == {CreationState.SUCCEEDED}
    assert [len(view.assets) for view in ended] == [2] * MANY
    assert {view.reply for view in ended} == {"Done."}
    assert set(provider.submits.values()) == {1}
    assert provider.submits.total() == 2 * MANY
    await audit(house)
    assert (await house.budgets())["total"].spent_micros == 2 * MANY * 90_000


def house_of(settings: Settings, provider: ScriptedProvider):
    free = settings.model_copy(update={"user_at_once": 0})
    return opened(free, planner=ScriptedPlanner(TURN), provider=provider, catalogue=PAID)


@pytest.mark.parametrize("how", ["stopped", "paused"])
async def test_a_server_that_is_away_for_some_seconds_costs_nothing_but_time(
    settings: Settings, postgres: Server, provider: ScriptedProvider, how: str
) -> None:
    go, come = {"stopped": (postgres.stop, postgres.start), "paused": (postgres.pause, postgres.resume)}[how]
    async with house_of(settings, provider) as house:
        ids = await wishes(house)
        while provider.submits.total() < MANY:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(go)
        try:
            await asyncio.sleep(5)
        finally:
            await asyncio.to_thread(come)
        await well(house, ids, provider)


async def test_a_server_that_restarts_again_and_again_loses_nothing(
    settings: Settings, postgres: Server, provider: ScriptedProvider
) -> None:
    async with house_of(settings, provider) as house:
        ids = await wishes(house)
        for _ in range(8):
            await asyncio.to_thread(postgres.stop)
            await asyncio.to_thread(postgres.start)
            await asyncio.sleep(0.35)
        await well(house, ids, provider)
