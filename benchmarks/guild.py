"""A Discord server full of people, as a process of its own: `python -m benchmarks.guild`.

It is told `connected`, `results` (everybody makes a picture), `running N` (N people ask for a film that takes long) and
`load RATE SECONDS` (so many interactions a second by the clock, of every kind), and answers each when it is done.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from benchmarks.neighbour import leave_the_house_its_processors, serve
from benchmarks.report import percentile
from tests.fakes.discord import Channel, DiscordServer, Message, Person

PEOPLE = 200
CHANNELS = 20
MIX: Mapping[str, int] = {"create": 10, "autocomplete": 40, "usage": 40, "help": 30, "gallery": 20, "details": 60}
"""Of 200 interactions: what they are. Most of what people do is looking; each tenth of a second somebody asks."""
WITHIN_S = 120.0


class Town:
    """The server, its people, and what they do."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        guild = server.guild()
        self._channels = [guild.channel(f"studio-{i}") for i in range(CHANNELS)]
        self._people = [server.person(f"person-{i}", guild) for i in range(PEOPLE)]
        self._results: list[Message] = []
        self._late_ms: dict[str, list[float]] = defaultdict(list)
        self._failed: Counter[str] = Counter()
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
        kinds = [kind for kind, weight in MIX.items() for _ in range(weight)]
        begun = perf_counter()
        acts = [self._act(self._random.choice(kinds), begun + i / rate) for i in range(rate * seconds)]
        await asyncio.gather(*acts)
        took_s = perf_counter() - begun
        late = [each for kind in self._late_ms.values() for each in kind]
        return {
            "acts": len(acts),
            "answered": len(late),
            "failed": dict(self._failed),
            "took_s": took_s,
            "p50_ms": percentile(late, 50),
            "p99_ms": percentile(late, 99),
            "most_ms": max(late),
            "kinds_p99_ms": {kind: percentile(values, 99) for kind, values in self._late_ms.items()},
        }

    async def _counts(self) -> dict[str, object]:
        server = self._server
        return {
            "throttled": server.throttled,
            "requests": len(server.requests),
            "invalid": server.invalid,
            "flawed": server.flawed[:3],
            "pings": len(server.bot_pings),
        }

    async def _act(self, kind: str, due: float) -> None:
        """One interaction when it is due; late starts count."""
        await asyncio.sleep(max(0.0, due - perf_counter()))
        person, channel = self._random.choice(self._people[:100]), self._channel()
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "create": lambda: person.slash(channel, "create", prompt="image: a boat", private=False),
            "autocomplete": lambda: person.autocomplete(channel, "create", "model", prompt="a boat", model="s"),
            "usage": lambda: person.slash(channel, "usage"),
            "help": lambda: person.slash(channel, "help"),
            "gallery": lambda: person.slash(channel, "gallery"),
            "details": lambda: person.press(self._random.choice(self._results), "Details"),
        }
        begun = perf_counter()
        act = await acts[kind]()
        if act.failed:  # type: ignore[attr-defined]
            self._failed[kind] += 1
        else:
            self._late_ms[kind].append((act.ack_s + begun - max(due, begun)) * 1_000)  # type: ignore[attr-defined]

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
