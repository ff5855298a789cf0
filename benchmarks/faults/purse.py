"""A dollar for the whole installation and a hundred people's wishes at once; then a restart, and twenty more."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from benchmarks.faults.case import promises_broken
from benchmarks.faults.house import DEADLINE_S, End, House, house
from benchmarks.faults.world import World
from benchmarks.report import Figure
from storage.tables import Budget, Charge, ChargeState
from tests.fakes.openai import Route

LIMIT_USD = 1.0
AT_ONCE = 100
AFTER = 20
FILM_S = 2.0
CREDITS_OF_A_DOLLAR = 100


@dataclass(frozen=True, slots=True)
class Books:
    """What the ledger says was spent, in dollars and calls."""

    budget_usd: float
    held_usd: float
    films_usd: float
    pictures_usd: float
    pictures: int

    @property
    def spent_usd(self) -> float:
        """The sum of all charges."""
        return self.films_usd + self.pictures_usd


async def purse(folder: Path, away: World) -> list[Figure]:
    """Half of the wishes are films of two seconds at 24 cents, half are pictures."""
    credits_before, pictures = away.runway.spent_credits, away.paid(Route.IMAGES_GENERATE.value)
    settings: dict[str, Any] = {"EASEL_BUDGET_TOTAL_DAY_USD": LIMIT_USD, "EASEL_DEADLINE_S": DEADLINE_S * 6}
    async with house(folder, away, **settings) as first:
        ends = await _wish(first, AT_ONCE)
        before = await _books(first)
    async with house(folder, away, **settings) as second:
        found = await _books(second)
        more = await _wish(second, AFTER)
        after = await _books(second)
    charged_usd = (away.runway.spent_credits - credits_before) / CREDITS_OF_A_DOLLAR
    paid_pictures = away.paid(Route.IMAGES_GENERATE.value) - pictures
    all_ends = ends + more
    return [
        Figure("purse_wishes", "wishes against a budget of one dollar, and more after a restart", len(all_ends)),
        Figure("purse_made", "of these made", _count(all_ends, "succeeded"), least=1),
        Figure("purse_refused", "of these refused for the budget", _count(all_ends, "failed"), least=1),
        Figure("purse_spent_usd", "spent as the ledger says, USD", after.spent_usd, most=LIMIT_USD),
        Figure(
            "purse_budget_off", "budget row beside the ledger, USD", _off(after.budget_usd, after.spent_usd), most=0
        ),
        Figure(
            "purse_films_off", "films: ledger beside Runway's bill, USD", _off(after.films_usd, charged_usd), most=0
        ),
        Figure(
            "purse_pictures_off", "pictures: ledger beside OpenAI's count", abs(after.pictures - paid_pictures), most=0
        ),
        Figure("purse_held_usd", "still held in the end, USD", after.held_usd, most=0),
        Figure(
            "purse_lost",
            "spent before the restart and not known after it, USD",
            _off(before.budget_usd, found.budget_usd),
            most=0,
        ),
        Figure("purse_after_usd", "spent by wishes after the restart, USD", after.spent_usd - before.spent_usd),
        Figure("purse_unkept", "promises that an end broke", sum(len(_broken(end)) for end in all_ends), most=0),
    ]


async def _wish(house: House, count: int) -> list[End]:
    wishes = [
        house.made("video: a lighthouse", model="gen4.5", duration_s=FILM_S)
        if number % 2
        else house.made("image: a lighthouse", model="gpt-image-2.6-flare")
        for number in range(count)
    ]
    return list(await asyncio.gather(*wishes))


async def _books(house: House) -> Books:
    def work(session: Session) -> Books:
        charges = session.exec(select(Charge)).all()
        settled = [charge for charge in charges if charge.state == ChargeState.SETTLED]
        total = session.exec(select(Budget).where(Budget.scope == "total")).one()
        return Books(
            total.spent_micros / 1e6,
            total.reserved_micros / 1e6,
            _usd(settled, "runway"),
            _usd(settled, "openai"),
            sum(1 for charge in settled if charge.provider == "openai"),
        )

    return await house.app.database.read(work)


def _usd(charges: list[Charge], provider: str) -> float:
    return sum(charge.settled_micros for charge in charges if charge.provider == provider) / 1e6


def _count(ends: list[End], state: str) -> int:
    return sum(1 for end in ends if end.view.state == state)


def _off(one: float, other: float) -> float:
    return abs(round(one - other, 6))


def _broken(end: End) -> list[str]:
    """A hundred at once are slower than one alone."""
    return [what for what in promises_broken(end) if what != "late"]
