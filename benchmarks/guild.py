"""A Discord server full of people, as a process of its own: `python -m benchmarks.guild`.

It is told `connected`, `results` (everybody makes a picture), `running N` (N people ask for a film that takes long) and
`load RATE SECONDS` (so many interactions a second by the clock, of every kind), and answers each when it is done.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.answers import Answers, until_due
from benchmarks.neighbour import serve
from benchmarks.place import leave_the_house_its_processors
from tests.fakes.discord import Act, Channel, DiscordServer, Message, Person

PEOPLE = 200
CHANNELS = 20
MIX: Mapping[str, int] = {"create": 10, "autocomplete": 40, "usage": 40, "help": 30, "gallery": 20, "details": 60}
"""Of 200 interactions: what they are. Most of what people do is looking; each tenth of a second somebody asks."""
KINDS = [kind for kind, weight in MIX.items() for _ in range(weight)]
WITHIN_S = 120.0


class Town:
    """The server, its people, and what they do."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        guild = server.guild()
        self._channels = [guild.channel(f"studio-{i}") for i in range(CHANNELS)]
        self._people = [server.person(f"person-{i}", guild) for i in range(PEOPLE)]
        self._results: list[Message] = []
        self._answers = Answers()
        self._random = random.Random(7)

    async def told(self, line: str) -> dict[str, object]:
        """Do what a line says."""
        word, *numbers = line.split()
        return await {
            "connected": self._connected,
            "results": self._make,
            "running": self._run,
            "load": self._load,
            "counts": self._counts,
        }[word](*map(int, numbers))

    async def _connected(self) -> dict[str, object]:
        await self._server.connected(30)
        await self._server.until(lambda: self._server.commands, 30, "the commands")
        return {}

    async def _make(self) -> dict[str, object]:
        makers = self._people[:40]
        await asyncio.gather(*(self._ask(person, "image: a boat") for person in makers))
        await self._until(lambda: len(self._finished()) >= len(makers))
        self._results = self._finished()
        return {"results": len(self._results)}

    async def _run(self, count: int) -> dict[str, object]:
        await asyncio.gather(*(self._ask(person, "video: a boat") for person in self._people[-count:]))
        return {"asked": count}

    async def _load(self, rate: int, seconds: int) -> dict[str, object]:
        return await self._answers.by_the_clock(rate, seconds, self._act)

    async def _counts(self) -> dict[str, object]:
        server = self._server
        return {
            "throttled": server.throttled,
            "requests": len(server.requests),
            "invalid": server.invalid,
            "flawed": server.flawed[:3],
            "pings": len(server.bot_pings),
        }

    async def _act(self, due: float) -> None:
        """One interaction when it is due."""
        await until_due(due)
        kind = self._random.choice(KINDS)
        person, channel = self._random.choice(self._people[:100]), self._channel()
        acts: dict[str, Callable[[], Awaitable[Act]]] = {
            "create": lambda: person.slash(channel, "create", prompt="image: a boat"),
            "autocomplete": lambda: person.autocomplete(channel, "create", "model", prompt="a boat", model="s"),
            "usage": lambda: person.slash(channel, "usage"),
            "help": lambda: person.slash(channel, "help"),
            "gallery": lambda: person.slash(channel, "gallery"),
            "details": lambda: person.press(self._random.choice(self._results), "Details"),
        }
        act = await acts[kind]()
        self._answers.note(kind, None if act.failed else act.ack_s)

    async def _ask(self, person: Person, prompt: str) -> None:
        act = await person.slash(self._channel(), "create", prompt=prompt)
        await act.answer(WITHIN_S)

    def _channel(self) -> Channel:
        return self._random.choice(self._channels)

    def _written(self) -> list[Message]:
        threads = [thread for channel in self._channels for thread in self._server.threads(channel)]
        return [message for thread in threads for message in self._server.messages(thread)]

    def _finished(self) -> list[Message]:
        return [message for message in self._written() if any(button.label == "Details" for button in message.buttons)]

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                await asyncio.sleep(0.2)


async def main() -> None:
    """Serve until the input ends."""
    async with DiscordServer(validate=False) as server:
        town = Town(server)
        settings = {
            "DISCORD_TOKEN": server.token,
            "DISCORD_API_BASE_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
        }
        await serve(settings, town.told)


if __name__ == "__main__":
    leave_the_house_its_processors()
    asyncio.run(main())
