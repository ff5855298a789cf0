"""Where several workers are put to work: a folder and a database that they share, and a house without a worker."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import String, cast
from sqlmodel import col, select

import bot
from core.creation.view import CreationView
from storage.tables import Asset, ChargeState, Creation, CreationState, Step
from tests.fakes.house import House
from tests.fakes.provider import Books

ROOT = Path(bot.__file__).parent.parent


@dataclass(slots=True)
class Hand:
    """A worker in a process of its own."""

    process: asyncio.subprocess.Process
    id: str = ""

    def send(self, what: signal.Signals) -> None:
        self.process.send_signal(what)

    async def said(self) -> None:
        assert self.process.stdout
        self.id = (await asyncio.wait_for(self.process.stdout.readline(), 30)).decode().strip()

    async def ended(self, within_s: float = 15) -> int:
        return await asyncio.wait_for(self.process.wait(), within_s)


class Yard:
    """Where hands work: a folder and a database that they share, and the web in this process."""

    def __init__(self, folder: Path, database_url: str, house: House, stack: AsyncExitStack) -> None:
        self.folder, self.house = folder, house
        self._url, self._stack = database_url, stack
        self.environment: dict[str, str] = {}
        """What each hand's settings say besides."""

    @property
    def books(self) -> Books:
        return Books(self.folder / "books.jsonl")

    async def hand(
        self, way: str, *, name: str = "", drain_s: float = 10, at_once: int = 0, rooms: int = 0, ready: bool = True
    ) -> Hand:
        """A new worker, once it is at work."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-m", "tests.core.hand"),
            *(str(self.folder), name, way, str(drain_s), str(at_once), str(rooms)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env=os.environ | {"DATABASE_URL": self._url} | self.environment,
        )
        hand = Hand(process)
        self._stack.push_async_callback(_killed, hand)
        if ready:
            await hand.said()
            assert hand.id
        return hand

    async def pair(self, way: str, *, drain_s: float = 10) -> tuple[CreationView, Hand, Hand]:
        """A wish that a provider has begun on, the worker that carries it out, and another."""
        hands = await asyncio.gather(*(self.hand(way, drain_s=drain_s) for _ in range(2)))
        view = await self.house.ask()
        await (self.until_submitted() if way == "inside" else self.until_under_way())
        busy = (await self.running())[0]
        first, second = sorted(hands, key=lambda hand: hand.id != busy)
        return view, first, second

    async def carried_out_by(self) -> Counter[str]:
        found = await self.house.read(lambda session: list(session.exec(select(Creation.worker))))
        return Counter(each or "" for each in found)

    async def running(self) -> list[str | None]:
        query = select(Creation.worker).where(Creation.state == CreationState.RUNNING)
        return await self.house.read(lambda session: list(session.exec(query)))

    async def until_under_way(self, times: int = 1) -> None:
        """The provider has begun so many orders, and each receipt stands in its row."""
        ticketed = select(Step.id).where(col(Step.intent_at).is_not(None), cast(col(Step.ticket), String) != "null")
        async with asyncio.timeout(15):
            while len(await self.house.read(lambda session: session.exec(ticketed).all())) < times:
                await asyncio.sleep(0.02)

    async def until_submitted(self, times: int = 1) -> None:
        async with asyncio.timeout(15):
            while self.books.count("submit").total() < times:
                await asyncio.sleep(0.02)


async def _killed(hand: Hand) -> None:
    if hand.process.returncode is None:
        hand.process.kill()
        await hand.process.wait()


async def audit(yard: Yard) -> None:
    """No money is held, every asset has its object, and nothing was ordered twice."""
    assert all(charge.state != ChargeState.RESERVED for charge in await yard.house.charges())
    assert all(budget.reserved_micros == 0 for budget in (await yard.house.budgets()).values())
    assets = await yard.house.read(lambda session: list(session.exec(select(Asset))))
    for asset in assets:
        assert await yard.house.app.objects.size(asset.object_key) == asset.size_bytes
    assert set(yard.books.count("submit").values()) <= {1}


def succeeded(view: CreationView) -> bool:
    return (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
