"""Two people become one: what runs ends in the one gallery, and what both spent is one budget."""

import asyncio

import pytest
from sqlmodel import select

from bot.settings import Settings
from core.errors import OverBudget
from core.people.joining import Joined
from storage import joining
from storage.finding import Query
from storage.tables import Budget, ChargeState, CreationState, now
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider, Way, models

pytestmark = pytest.mark.each_database

PAID = models(image_usd=0.1)


async def join(house: House) -> Joined:
    """Bob enters the code that Ada was shown; his rows follow."""
    joined = await house.app.joining.join(house.bob, await house.app.joining.code(house.ada))
    await house.app.joining.follow()
    return joined


async def test_what_runs_goes_on_and_ends_in_the_one_gallery(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1.5, cost_micros=90_000))
    async with opened(settings, provider=provider, catalogue=PAID) as house:
        view = await house.ask(by=house.bob)
        async with asyncio.timeout(10):
            while not provider.polls.total():
                await asyncio.sleep(0.02)
        joined = await join(house)
        assert joined.user_id == house.ada
        ended = await house.end(view, by=house.ada)
        assert (ended.state, len(ended.assets)) == (CreationState.SUCCEEDED, 1)
        await house.app.joining.follow()
        assert [each.id for each in (await house.app.studio.gallery(house.ada, Query()))[0]] == [ended.assets[0].id]
        assert await house.read(joining.unmoved) == []
        budgets = await house.read(lambda session: list(session.exec(select(Budget))))
        assert [budget.id for budget in budgets if house.bob in budget.id] == []
        own = next(budget for budget in budgets if budget.id.startswith(f"user:{house.ada}:"))
        assert (own.spent_micros, own.reserved_micros) == (90_000, 0)
        assert {(charge.user_id, charge.state) for charge in await house.charges()} == {
            (house.ada, ChargeState.SETTLED)
        }
    assert provider.submits.total() == 1


async def test_what_both_spent_today_counts_for_both(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(cost_micros=100_000))
    limited = settings.model_copy(update={"budget_user_day_usd": 0.25})
    async with opened(limited, provider=provider, catalogue=PAID) as house:
        for by in (house.ada, house.bob):
            assert (await house.made(by=by)).state == CreationState.SUCCEEDED
        await join(house)
        ended = await house.made(by=house.ada)
        assert ended.state == CreationState.FAILED
        assert ended.error
        assert ended.error.code == OverBudget.code
        assert await house.app.studio.usage(house.ada, now().replace(hour=0, minute=0)) == pytest.approx(0.2)


async def test_a_wish_in_the_old_name_is_the_one_person_s(settings: Settings) -> None:
    """Another process may remember for some seconds who an account was."""
    async with opened(settings) as house:
        await join(house)
        from storage import creations
        from tests.storage.rows import wish

        creation_id, _ = await house.app.database.record(lambda session: creations.record(session, wish(house.bob)))
        assert (await house.app.studio.finished(house.ada, creation_id)).state == CreationState.SUCCEEDED


async def test_a_third_account_joins_the_same_person(settings: Settings) -> None:
    async with opened(settings) as house:
        made = await house.made(by=house.bob)
        await join(house)
        local = house.app.local_user_id
        await house.app.joining.join(local, await house.app.joining.code(house.ada))
        await house.app.joining.follow()
        found = (await house.app.studio.gallery(local, Query()))[0]
        assert [each.id for each in found] == [made.assets[0].id]
        receipt = await house.app.studio.forget(local)
        assert receipt.assets == 1
        for user_id in (house.ada, house.bob, local):
            assert await house.app.objects.keys(user_id) == []
