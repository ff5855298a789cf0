"""Several workers on one database: work is spread, what a dead one had is taken over, and nothing happens twice."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest
from sqlmodel import delete

from core.creation.view import CreationView
from storage.tables import CreationState, StepState, Worker
from tests.conftest import POSTGRES
from tests.core.hand import DEAD, HURRIED, PAID, TAKEN, settings_of
from tests.core.yard import Yard, audit, succeeded
from tests.fakes.house import opened

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)


@pytest.fixture
async def yard(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Yard]:
    """A house without a worker, and as many hands as a test asks for."""
    async with AsyncExitStack() as stack:
        monkeypatch.setenv("DATABASE_URL", database_url)
        house = await stack.enter_async_context(opened(settings_of(tmp_path, ""), catalogue=PAID, worker=False))
        yield Yard(tmp_path, database_url, house, stack)


# --- together ----------------------------------------------------------------------------------------------------


async def test_a_house_without_a_worker_shows_what_another_makes_as_it_happens(yard: Yard) -> None:
    await yard.hand("soon")
    view = await yard.house.ask()
    seen: list[StepState] = []
    async with asyncio.timeout(15):
        async for each in yard.house.app.studio.watch(yard.house.ada, view.id):
            seen += [step.state for step in each.steps if step.state not in seen[-1:]]
    assert seen[-2:] == [StepState.IN_PROGRESS, StepState.COMPLETE]


async def test_a_burst_is_spread_evenly_over_three_workers(yard: Yard) -> None:
    hands = await asyncio.gather(*(yard.hand("half a second") for _ in range(3)))
    views = await asyncio.gather(*(yard.house.ask(f"nr {number}") for number in range(12)))
    ended = [await yard.house.end(view) for view in views]
    assert all(succeeded(view) for view in ended)
    shares = await yard.carried_out_by()
    assert set(shares) == {hand.id for hand in hands}
    assert min(shares.values()) >= 2
    assert set(yard.books.count("submit").values()) == {1}


async def test_more_wait_than_may_run_and_all_workers_keep_to_the_one_limit(yard: Yard) -> None:
    await asyncio.gather(*(yard.hand("quick", at_once=2) for _ in range(3)))
    views = await asyncio.gather(*(yard.house.ask(f"nr {number}") for number in range(10)))
    most = 0
    while not all([(await yard.house.rows(view.id)).creation.state.final for view in views]):
        most = max(most, len(await yard.running()))
    assert most == 2
    assert set(yard.books.count("submit").values()) == {1}


async def test_three_workers_together_place_no_more_orders_than_the_provider_takes(yard: Yard) -> None:
    await asyncio.gather(*(yard.hand("half a second", rooms=2) for _ in range(3)))
    views = await asyncio.gather(*(yard.house.ask(f"nr {number}") for number in range(9)))
    ended = [await yard.house.end(view) for view in views]
    assert all(succeeded(view) for view in ended)
    begun = sorted(float(str(entry["at"])) for entry in yard.books if entry["what"] == "submit")
    assert len(begun) == 9
    # of any three one after the other, the third had to wait for the half second of the first
    assert min(third - first for first, third in zip(begun, begun[2:], strict=False)) >= 0.5
    assert len(await yard.carried_out_by()) == 3


async def test_a_hundred_wishes_at_three_workers_never_spend_more_than_the_budget(yard: Yard) -> None:
    yard.environment = {"EASEL_BUDGET_TOTAL_DAY_USD": "1"}
    await asyncio.gather(*(yard.hand("quick") for _ in range(3)))
    views: list[CreationView] = []
    for ten in range(10):
        views += await asyncio.gather(*(yard.house.ask(f"nr {ten}.{number}") for number in range(10)))
    ended = [await yard.house.end(view, within_s=60) for view in views]
    budget = (await yard.house.budgets())["total"]
    made = sum(map(succeeded, ended))
    assert budget.spent_micros == 90_000 * made <= 1_000_000
    assert made >= 9
    assert {view.error.code for view in ended if view.error} == {"over_budget"}
    await audit(yard)


async def test_a_workflow_that_older_code_recorded_is_finished_by_newer_code(yard: Yard) -> None:
    """The older code knew no rows of workers: nobody ever declares its worker dead."""
    old = await yard.hand("ticket")
    view = await yard.house.ask()
    await yard.until_under_way()
    old.send(signal.SIGKILL)
    await yard.house.app.database.write(lambda session: session.execute(delete(Worker)))
    await yard.hand("ticket")
    assert succeeded(await yard.house.end(view))
    assert set(yard.books.count("submit").values()) == {1}


# --- dead ---------------------------------------------------------------------------------------------------------


async def test_a_killed_worker_s_ticket_is_polled_on_by_another_and_never_paid_again(yard: Yard) -> None:
    view, first, second = await yard.pair("ticket")
    first.send(signal.SIGKILL)
    assert succeeded(await yard.house.end(view))
    assert set(await yard.carried_out_by()) == {second.id}
    assert set(yard.books.count("submit").values()) == {1}
    await audit(yard)


async def test_killed_inside_a_paid_call_another_worker_says_that_it_may_have_been_charged(yard: Yard) -> None:
    view, first, _ = await yard.pair("inside")
    first.send(signal.SIGKILL)
    view = await yard.house.end(view)
    assert (view.state, view.steps[0].error_code) == (CreationState.FAILED, "uncertain")
    assert set(yard.books.count("submit").values()) == {1}


async def test_what_two_dead_workers_had_is_taken_over_by_the_third(yard: Yard) -> None:
    *dead, third = await asyncio.gather(*(yard.hand("ticket") for _ in range(3)))
    views = await asyncio.gather(*(yard.house.ask(f"nr {number}") for number in range(9)))
    await yard.until_under_way(9)
    for each in dead:
        each.send(signal.SIGKILL)
    assert all([succeeded(await yard.house.end(view, within_s=40)) for view in views])
    assert (await yard.carried_out_by())[third.id] > len(views) / 3
    assert set(yard.books.count("submit").values()) == {1}


async def test_a_worker_that_comes_later_takes_over_what_nobody_was_there_for(yard: Yard) -> None:
    first = await yard.hand("ticket")
    view = await yard.house.ask()
    await yard.until_under_way()
    first.send(signal.SIGKILL)
    await first.ended()
    await yard.hand("ticket")
    assert succeeded(await yard.house.end(view))


# --- stopped, and woken -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["ticket", "inside"])
async def test_a_worker_that_was_stopped_too_long_writes_nothing_more_when_it_wakes(yard: Yard, way: str) -> None:
    view, first, _ = await yard.pair(way)
    first.send(signal.SIGSTOP)
    view = await yard.house.end(view)
    await asyncio.sleep(0.5)  # thumbnails come after the end
    before = await yard.house.rows(view.id)
    first.send(signal.SIGCONT)
    assert await first.ended() == DEAD
    assert await yard.house.rows(view.id) == before
    assert set(yard.books.count("submit").values()) == {1}
    assert succeeded(view) == (way == "ticket")
    await audit(yard)


@pytest.mark.timeout(400)  # a transaction that sleeps keeps its locks for 10 s
async def test_workers_stopped_and_woken_at_any_moment_pay_nothing_twice(yard: Yard) -> None:
    *hands, _ = await asyncio.gather(*(yard.hand("half a second") for _ in range(3)))
    views = [await yard.house.ask(f"nr {number}") for number in range(24)]
    for moment, hand in enumerate(hands):
        await asyncio.sleep(0.3 + 0.2 * moment)
        hand.send(signal.SIGSTOP)
    ended = [await yard.house.end(view, within_s=120) for view in views]
    for hand in hands:
        hand.send(signal.SIGCONT)
        assert await hand.ended() == DEAD
    assert set(yard.books.count("submit").values()) == {1}
    for view in ended:
        assert succeeded(view) or view.steps[0].error_code == "uncertain"
    await audit(yard)


async def test_a_short_pause_is_no_death(yard: Yard) -> None:
    first, _ = await asyncio.gather(yard.hand("soon"), yard.hand("soon"))
    first.send(signal.SIGSTOP)
    await asyncio.sleep(HURRIED.rhythm.ttl_s / 2)
    first.send(signal.SIGCONT)
    view = await yard.house.ask()
    assert succeeded(await yard.house.end(view))
    first.send(signal.SIGTERM)
    assert await first.ended() == 0


# --- names, and going ---------------------------------------------------------------------------------------------


async def test_two_living_workers_of_one_name_are_refused(yard: Yard) -> None:
    await yard.hand("quick", name="one")
    second = await yard.hand("quick", name="one", ready=False)
    assert await second.ended(within_s=30) == TAKEN


async def test_a_killed_worker_s_name_may_be_used_again(yard: Yard) -> None:
    first = await yard.hand("ticket", name="one")
    view = await yard.house.ask()
    await yard.until_under_way()
    first.send(signal.SIGKILL)
    second = await yard.hand("ticket", name="one")
    assert second.id != first.id
    assert succeeded(await yard.house.end(view))


async def test_a_worker_told_to_stop_finishes_what_it_can_and_hands_the_rest_over_at_once(yard: Yard) -> None:
    view, first, second = await yard.pair("ticket", drain_s=0.5)
    first.send(signal.SIGTERM)
    assert await first.ended() == 0
    left_at = monotonic()
    async with asyncio.timeout(10):
        while await yard.running() != [second.id]:
            await asyncio.sleep(0.02)
    assert monotonic() - left_at < HURRIED.rhythm.ttl_s
    assert succeeded(await yard.house.end(view))
    assert set(yard.books.count("submit").values()) == {1}


async def test_a_worker_told_to_stop_takes_nothing_new_and_ends_when_its_work_has(yard: Yard) -> None:
    first = await yard.hand("half a second")
    view = await yard.house.ask()
    await yard.until_submitted()
    first.send(signal.SIGTERM)
    await asyncio.sleep(0.1)
    later = await yard.house.ask("later")
    assert await first.ended() == 0
    assert succeeded(await yard.house.end(view))
    second = await yard.hand("quick")
    assert succeeded(await yard.house.end(later))
    assert set(await yard.carried_out_by()) == {first.id, second.id}
