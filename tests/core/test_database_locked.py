"""A database that is locked just as a provider answers: the answer stands nowhere else, and money hangs on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from bot.settings import Settings
from core.providers.base import Failed, Order, Output, Refused, Ticket
from storage.tables import CreationState
from tests import outsider
from tests.core.victim import PAID
from tests.fakes.house import opened
from tests.fakes.provider import ScriptedProvider, Way

pytestmark = pytest.mark.each_database

LOCK_WAIT_MS = 100
LOCKED_S = 1.5


class Locking(ScriptedProvider):
    """Locks every row just before it answers, and lets go long after a write has given up."""

    def __init__(self, url: str, way: Way) -> None:
        super().__init__(default=way)
        self._url = url
        self._locks: set[asyncio.Task[None]] = set()

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        answer = await super().submit(order)
        locked = asyncio.Event()
        task = asyncio.create_task(self._hold(locked))
        self._locks.add(task)
        await locked.wait()
        return answer

    async def _hold(self, locked: asyncio.Event) -> None:
        async with _all_rows(self._url):
            locked.set()
            await asyncio.sleep(LOCKED_S)


@asynccontextmanager
async def _all_rows(url: str) -> AsyncIterator[None]:
    with outsider.connected(url) as connection:
        for each in _locking(connection):
            connection.execute(each)
        yield


def _locking(connection: Any) -> tuple[str, ...]:
    if isinstance(connection, psycopg.Connection):
        return ("BEGIN", "LOCK TABLE creation, step IN EXCLUSIVE MODE")
    return ("BEGIN IMMEDIATE",)


@pytest.fixture(autouse=True)
def soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sqlite", "postgres"):
        monkeypatch.setattr(f"storage.{module}.LOCK_WAIT_MS", LOCK_WAIT_MS)


async def told(settings: Settings, way: Way) -> tuple[Any, int, int]:
    """How a wish ended, how often its order was placed, and what the budget says."""
    provider = Locking(settings.easel_database, way)
    async with opened(settings, provider=provider, catalogue=PAID) as house:
        ended = await house.made("a lighthouse")
        return ended, provider.submits.total(), (await house.budgets())["total"].spent_micros


@pytest.mark.parametrize("ticket", [True, False], ids=["a ticket", "a picture"])
async def test_what_was_ordered_is_delivered_and_paid_once(settings: Settings, ticket: bool) -> None:
    ended, orders, spent = await told(settings, Way(ticket=ticket, cost_micros=90_000))
    assert (ended.state, len(ended.assets), ended.error) == (CreationState.SUCCEEDED, 1, None)
    assert (orders, spent) == (1, 90_000)


async def test_a_refusal_stays_one_and_costs_nothing(settings: Settings) -> None:
    refused = Refused("The model's own rules do not allow this.", "content_policy")
    ended, orders, spent = await told(settings, Way(end=refused))
    assert (ended.state, ended.error.code) == (CreationState.FAILED, "content_policy")
    assert (orders, spent) == (1, 0)
