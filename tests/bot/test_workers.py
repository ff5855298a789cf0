"""Several workers before a real chat: one of them listens, and nobody reads anything twice, whoever dies or sleeps."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from storage.tables import Creation
from tests.bot.discord.house import until
from tests.bot.leading import SOON_S, leader
from tests.conftest import POSTGRES
from tests.core.hand import DEAD, PAID, settings_of
from tests.core.yard import Hand, Yard
from tests.fakes.discord import Channel, DiscordServer, Message, Person
from tests.fakes.house import opened

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)


@dataclass(frozen=True, slots=True)
class Place:
    """A Discord with one person in it, and workers who serve it."""

    yard: Yard
    server: DiscordServer
    channel: Channel
    ada: Person
    database_url: str

    async def leader(self, among: list[Hand]) -> tuple[Hand, Hand]:
        """Who holds the connection, and who does not."""
        found = await leader(self.database_url, among)
        await self.server.connected()
        return found

    async def wish(self, prompt: str = "a lighthouse") -> None:
        await self.ada.slash(self.channel, "create", prompt=prompt)

    async def results(self, count: int = 1) -> list[Message]:
        """Messages with pictures in the threads, once there are so many."""

        def look() -> list[Message] | None:
            places = self.server.threads(self.channel)
            found = [one for place in places for one in self.server.messages(place) if one.files]
            return found if len(found) >= count else None

        return await until(look, f"{count} results", SOON_S)

    async def creations(self) -> list[Creation]:
        return await self.yard.house.read(lambda session: list(session.exec(select(Creation))))

    async def all_ended(self) -> None:
        async with asyncio.timeout(SOON_S):
            while not (found := await self.creations()) or not all(each.state.final for each in found):
                await asyncio.sleep(0.05)


@pytest.fixture
async def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DiscordServer())
        guild = server.guild()
        house = await stack.enter_async_context(opened(settings_of(tmp_path, ""), catalogue=PAID, worker=False))
        yard = Yard(tmp_path, database_url, house, stack)
        yard.environment = {
            "DISCORD_TOKEN": server.token,
            "DISCORD_API_BASE_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
        }
        yield Place(yard, server, guild.channel(), server.person("ada", guild), database_url)


async def two(place: Place, way: str) -> tuple[Hand, Hand]:
    return await place.leader(list(await asyncio.gather(place.yard.hand(way), place.yard.hand(way))))


async def test_one_of_two_workers_listens_and_both_work(place: Place) -> None:
    await two(place, "half a second")
    await asyncio.sleep(0.5)
    assert len(place.server.gateway.identifies) == 1
    for number in range(6):
        await place.wish(f"nr {number}")
    await place.results(6)
    await place.all_ended()
    assert len(await place.yard.carried_out_by()) == 2
    assert len(place.server.threads(place.channel)) == 6


async def test_when_the_listener_is_killed_the_other_listens(place: Place) -> None:
    first, _ = await two(place, "quick")
    await place.wish()
    await place.results()
    first.send(signal.SIGKILL)
    await until(lambda: len(place.server.gateway.identifies) == 2, "another connection", SOON_S)
    await place.server.connected()
    await asyncio.sleep(0.3)
    await place.wish("another")
    assert len(await place.results(2)) == 2


async def test_a_listener_that_slept_has_hung_up_before_it_hears_anything(place: Place) -> None:
    first, _ = await two(place, "quick")
    first.send(signal.SIGSTOP)
    await until(lambda: len(place.server.gateway.identifies) == 2, "another connection", SOON_S)
    await asyncio.sleep(0.5)
    await place.wish()
    assert len(await place.results()) == 1
    first.send(signal.SIGCONT)
    assert await first.ended() == DEAD
    await place.wish("another")
    assert len(await place.results(2)) == 2
    await place.all_ended()
    assert len(await place.creations()) == len(place.server.threads(place.channel)) == 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_whoever_dies_a_thread_gets_one_status_and_one_result(place: Place, how: signal.Signals) -> None:
    hands = await asyncio.gather(*(place.yard.hand("soon") for _ in range(2)))
    await place.leader(list(hands))
    await place.wish()
    await place.yard.until_under_way()
    busy = (await place.yard.running())[0]
    first = next(hand for hand in hands if hand.id == busy)
    first.send(how)
    await place.all_ended()
    await place.results()
    if how is signal.SIGSTOP:
        first.send(signal.SIGCONT)
        assert await first.ended() == DEAD
    await asyncio.sleep(0.5)
    (thread,) = place.server.threads(place.channel)
    own = [one for one in place.server.messages(thread) if one.author is place.server.bot]
    assert len([one for one in own if one.files]) == 1
    assert len(own) == 2
    assert set(place.yard.books.count("submit").values()) == {1}
