"""Who asks: people with tokens, people on Discord, people in Slack; and how the chats reach the house."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

import aiohttp

from benchmarks.chaos.chats import Discord, Slack
from benchmarks.chaos.house import House
from benchmarks.chaos.wishes import Book, Caller
from benchmarks.chaos.world import World
from benchmarks.client import Client

CALLERS = 4
ANSWER_S = 10.0
REST, SLACK = 0.4, 0.3
"""Of all wishes, the share that comes this way; the rest comes from Discord."""
TOGETHER_S = 2.0
"""Wishes come within this time of each other, after each kill."""
HEARD_WITHIN_S = 60.0


class Crowd:
    """Somebody asks something somewhere."""

    def __init__(self, book: Book, world: World, callers: Sequence[Caller], luck: Random) -> None:
        self.callers = callers
        self._luck = luck
        self._discord = Discord(book, world, Random(luck.random()))
        self._slack = Slack(book, world, Random(luck.random()))

    async def ask_soon(self) -> None:
        """One wish, until it is accepted."""
        await asyncio.sleep(self._luck.uniform(0, TOGETHER_S))
        dice = self._luck.random()
        if dice < REST:
            await self._luck.choice(self.callers).ask()
        elif dice < REST + SLACK:
            await self._slack.ask()
        else:
            await self._discord.ask()

    async def read(self, creation_id: str) -> str:
        """What who asked for it over HTTP reads of it."""
        return json.dumps(await next(each for each in self.callers if creation_id in each.asked).look(creation_id))


@asynccontextmanager
async def crowd(house: House, world: World, book: Book, tokens: Sequence[str], luck: Random) -> AsyncIterator[Crowd]:
    """Each person knows every address. Who waits too long asks again."""
    limits, connector = aiohttp.ClientTimeout(total=ANSWER_S), aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=limits) as http:
        addresses = [[Client(http, web.url, token) for web in house.webs] for token in tokens]
        yield Crowd(book, world, [Caller(book, each, Random(luck.random())) for each in addresses], luck)


async def connected(house: House, world: World) -> None:
    """The chats reach the house."""
    await world.discord.connected(HEARD_WITHIN_S)
    await world.discord.until(lambda: world.discord.commands, HEARD_WITHIN_S, "the commands")
    if world.socket_mode:
        world.slack.deliver_by_socket()
        await world.slack.until(lambda: world.slack.sockets.open, HEARD_WITHIN_S)
    else:
        await world.slack.deliver_to(f"{house.webs[0].url}/slack/events")
