"""How much may be spent, and the sentence that says so when it is too much."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from core.trust.budget import Budgets, refusal
from storage.ledger import Limit, Short
from storage.tables import Creation

EVENING = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
ALL = Budgets(creation_usd=1, user_day_usd=2, workspace_month_usd=3, total_day_usd=4)


def creation(**more: Any) -> Creation:
    return Creation(id="c", user_id="u", thread_id="t", prompt="p", **more)


def test_every_creation_must_fit_into_each_limit_always_in_one_order() -> None:
    assert [limit.id for limit in ALL.limits(creation(workspace_id="w"), EVENING)] == [
        "creation:c:once",
        "user:u:2026-12-31",
        "workspace:w:2026-12",
        "total:all:2026-12-31",
    ]
    assert [limit.scope for limit in ALL.limits(creation(), EVENING)] == ["creation", "user", "total"]


def test_periods_are_utc_wherever_the_machine_stands() -> None:
    there = EVENING.astimezone(timezone(timedelta(hours=9)))
    assert [limit.id for limit in ALL.limits(creation(), there)] == [
        limit.id for limit in ALL.limits(creation(), EVENING)
    ]


@pytest.mark.parametrize(
    ("operator", "wished", "micros"),
    [
        (None, None, None),
        (1.0, None, 1_000_000),
        (1.0, 0.1, 100_000),
        (0.1, 1.0, 100_000),
        (None, 0.25, 250_000),
        (None, 0.0, 0),
        (0.0, 5.0, 0),
    ],
)
def test_a_creation_is_held_to_the_lower_of_the_operator_s_limit_and_its_own(
    operator: float | None, wished: float | None, micros: int | None
) -> None:
    options = {} if wished is None else {"max_usd": wished}
    limits = Budgets(creation_usd=operator).limits(creation(options=options), EVENING)
    assert limits[0].micros == micros


def test_nothing_set_is_counted_and_not_limited() -> None:
    assert {limit.micros for limit in Budgets().limits(creation(workspace_id="w"), EVENING)} == {None}


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("creation", "This could cost up to $0.40, but this request's limit has $0.05 left."),
        ("user", "This could cost up to $0.40, but your budget for today has $0.05 left. It resets at midnight (UTC)."),
        (
            "workspace",
            "This could cost up to $0.40, but this workspace's budget for this month has $0.05 left. "
            "It resets on 01 January (UTC).",
        ),
        (
            "total",
            "This could cost up to $0.40, but this installation's budget for today has $0.05 left. "
            "It resets at midnight (UTC).",
        ),
    ],
)
def test_a_refusal_says_the_price_the_budget_what_is_left_and_when_it_is_full_again(scope: str, sentence: str) -> None:
    refused = refusal(Short(Limit(scope, "k", "p", 1_000_000), 50_000), 400_000, EVENING)
    assert (refused.message, refused.code) == (sentence, "over_budget")


@pytest.mark.parametrize("micros", [1, 400, 4_000])
def test_a_refusal_never_says_that_a_price_is_nothing(micros: int) -> None:
    said = refusal(Short(Limit("creation", "c", "once", 0), 0), micros, EVENING).message
    assert "up to $0.00" not in said
