import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from storage import ledger
from storage.database import Database
from storage.ledger import Hold, Limit, Short
from storage.tables import Budget, Charge, new_id, now
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database

DOLLAR = 1_000_000
CENT = 10_000
DAY = Limit("total", "all", "2026-01-01", DOLLAR)
FREE = Limit("user", "ada", "2026-01-01", None)


class Refused(Exception):
    """The caller's rollback."""


def hold(session: Session, limits: Sequence[Limit], micros: int, step_id: str, user_id: str = "ada") -> None:
    holds = [Hold(step_id, "fake", "fake-image", micros)]
    short = ledger.reserve(session, limits, holds, creation_id="c", user_id=user_id, workspace_id=None)
    if short:
        raise Refused


def books(rows: Rows, limit: Limit) -> tuple[int, int]:
    budget = rows.read(lambda session: session.get(Budget, limit.id))
    return (budget.reserved_micros, budget.spent_micros) if budget else (0, 0)


def test_a_hold_is_reserved_then_settled_for_what_it_cost(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [FREE, DAY], 40 * CENT, "s"))
    assert books(rows, DAY) == books(rows, FREE) == (40 * CENT, 0)
    rows.write(lambda session: ledger.settle(session, "s", 25 * CENT))
    assert books(rows, DAY) == books(rows, FREE) == (0, 25 * CENT)


def test_a_released_hold_costs_nothing(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [DAY], 40 * CENT, "s"))
    rows.write(lambda session: ledger.release(session, "s"))
    assert books(rows, DAY) == (0, 0)


@pytest.mark.parametrize("again", [ledger.release, lambda session, step: ledger.settle(session, step, 99 * CENT)])
def test_a_hold_is_closed_once(rows: Rows, again) -> None:  # type: ignore[no-untyped-def]
    rows.write(lambda session: hold(session, [DAY], 40 * CENT, "s"))
    rows.write(lambda session: ledger.settle(session, "s", 10 * CENT))
    rows.write(lambda session: again(session, "s"))
    assert books(rows, DAY) == (0, 10 * CENT)


def test_what_may_have_been_charged_counts_in_full(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [DAY], 40 * CENT, "s"))
    assert rows.write(lambda session: ledger.settle_whole(session, "s")) == 40 * CENT
    assert books(rows, DAY) == (0, 40 * CENT)
    assert rows.write(lambda session: ledger.settle_whole(session, "s")) == 0


def test_settling_what_was_never_held_changes_nothing(rows: Rows) -> None:
    rows.write(lambda session: ledger.settle(session, "free", 5))
    assert rows.sql("SELECT * FROM charge") == []


def test_all_calls_of_a_turn_are_held_or_none(rows: Rows) -> None:
    small = Limit("creation", "c", "once", 50 * CENT)
    holds = [Hold(f"s{i}", "fake", "m", 20 * CENT) for i in range(3)]

    def work(session: Session) -> Short | None:
        return ledger.reserve(session, [DAY, small], holds, creation_id="c", user_id="a", workspace_id=None)

    def refused(session: Session) -> None:
        short = work(session)
        assert short == Short(small, 50 * CENT)
        raise Refused

    with pytest.raises(Refused):
        rows.write(refused)
    assert books(rows, DAY) == books(rows, small) == (0, 0)
    assert rows.sql("SELECT * FROM charge") == []


def test_a_limit_may_be_filled_to_its_last_micro_dollar_and_no_further(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [DAY], DOLLAR, "s"))
    with pytest.raises(Refused):
        rows.write(lambda session: hold(session, [DAY], 1, "t"))


def test_no_limit_only_counts(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [FREE], 10**12, "s"))
    assert books(rows, FREE) == (10**12, 0)


def test_a_new_period_begins_empty(rows: Rows) -> None:
    rows.write(lambda session: hold(session, [DAY], DOLLAR, "s"))
    rows.write(lambda session: hold(session, [Limit("total", "all", "2026-01-02", DOLLAR)], DOLLAR, "t"))


def test_an_ended_creation_holds_nothing_any_more(rows: Rows) -> None:
    for step in ("a", "b", "c"):
        rows.write(lambda session, step=step: hold(session, [DAY], 10 * CENT, step))
    rows.write(lambda session: ledger.settle(session, "a", 5 * CENT))
    rows.write(lambda session: ledger.release_all(session, "c"))
    assert books(rows, DAY) == (0, 5 * CENT)


async def test_a_hundred_reservations_at_once_fill_a_dollar_exactly(database: Database) -> None:
    other = Database(database.url)
    try:
        ended = await asyncio.gather(
            *(
                (database, other)[i % 2].write(lambda session: hold(session, [FREE, DAY], 3 * CENT, new_id()))
                for i in range(100)
            ),
            return_exceptions=True,
        )
    finally:
        other.close()
    assert [type(each) for each in ended].count(type(None)) == 33
    assert [type(each) for each in ended].count(Refused) == 67
    budgets = await database.read(lambda session: session.exec(select(Budget)).all())
    assert {budget.reserved_micros for budget in budgets} == {99 * CENT}


async def test_reserving_settling_and_releasing_at_once_never_passes_the_limit(database: Database) -> None:
    seen: list[int] = []

    async def one(number: int) -> None:
        step = f"s{number}"
        try:
            await database.write(lambda session: hold(session, [DAY], 7 * CENT, step))
        except Refused:
            return
        budget = await database.read(lambda session: session.get_one(Budget, DAY.id))
        seen.append(budget.reserved_micros + budget.spent_micros)
        end = ledger.release if number % 3 else (lambda session, step: ledger.settle(session, step, 6 * CENT))
        await database.write(lambda session: end(session, step))

    await asyncio.gather(*(one(number) for number in range(100)))
    assert max(seen) <= DOLLAR
    budget, charges = await database.read(
        lambda session: (session.get_one(Budget, DAY.id), session.exec(select(Charge)).all())
    )
    assert budget.reserved_micros == 0
    assert budget.spent_micros == sum(charge.settled_micros for charge in charges) <= DOLLAR


def test_spent_is_a_person_s_settled_money_since_a_moment(rows: Rows) -> None:
    for step, user in (("a", "ada"), ("b", "ada"), ("c", "bob")):
        rows.write(lambda session, step=step, user=user: hold(session, [DAY], 10 * CENT, step, user))
    rows.write(lambda session: ledger.settle(session, "a", 4 * CENT))
    rows.write(lambda session: ledger.settle(session, "c", 5 * CENT))
    hour = timedelta(hours=1)
    assert rows.read(lambda session: ledger.spent(session, "ada", now() - hour)) == 4 * CENT
    assert rows.read(lambda session: ledger.spent(session, "ada", now() + hour)) == 0
    assert rows.read(lambda session: ledger.spent(session, "nobody", now() - hour)) == 0
