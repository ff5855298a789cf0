"""500 creations in flight, each watched over server-sent events, while people leaf through a gallery that grows and new
wishes come by the clock.
"""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponseError

from benchmarks.client import Client, Json, clients
from benchmarks.lag import read_lag
from benchmarks.people import add_people
from benchmarks.place import aside, data_folder
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, percentile
from benchmarks.running import running, until_running
from benchmarks.witness import call_witness, testimony

IN_FLIGHT = 500
COMING_PER_S = 100
ORDER_S = 25.0
"""Long enough that all of them have begun before the first has ended, and are in flight together for a while."""
READERS = 5
WISHES_PER_S = 5
SECONDS = 10
PAUSE_S = 0.05
AGAIN_S = 0.5
MOST_MB = 400
MOST_LAG_MS = 50
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"kind": "image"},
    {"q": "boat"},
    {"favourite": "true"},
    {"q": "no such words"},
)


class Flight:
    """Who does what, and how long each answer took."""

    def __init__(self, crowd: list[Client], folder: Path) -> None:
        self._crowd = crowd
        self._folder = folder
        self.ends: list[tuple[str, list[str], float]] = []
        """Of each creation: its id, the final states that its watcher saw, and the seconds until then."""
        self.posts_ms: list[float] = []
        self.reads_ms: list[float] = []
        self.at_once = 0
        self.refused = 0

    async def all(self) -> None:
        """Everybody's creation; and once all of them run, readers and wishes beside them."""
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(self._crowd):
                group.create_task(self._make(client, number / COMING_PER_S))
            await until_running(self._folder, IN_FLIGHT)
            self.at_once = running(self._folder)
            until = perf_counter() + SECONDS
            for client in self._crowd[:READERS]:
                group.create_task(self._read(client, until))
            for number in range(WISHES_PER_S * SECONDS):
                group.create_task(self._wish(self._crowd[number], number / WISHES_PER_S))

    async def _make(self, client: Client, after_s: float) -> None:
        await asyncio.sleep(after_s)
        begun = perf_counter()
        creation = await self._taken(client)
        finals = await client.finals(creation["id"])
        self.ends.append((creation["id"], [final["status"] for final in finals], perf_counter() - begun))

    async def _taken(self, client: Client) -> Json:
        """Ask again where Easel says that it has too much to do; the key makes sure that nothing is made twice."""
        key = uuid4().hex
        while True:
            try:
                return await client.create("image: a boat", key)
            except ClientResponseError as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            self.refused += 1
            await asyncio.sleep(AGAIN_S)

    async def _read(self, client: Client, until: float) -> None:
        """A person who leafs through their gallery."""
        number = 0
        while perf_counter() < until:
            self.reads_ms.append(await _timed_ms(client.assets(**QUERIES[number % len(QUERIES)])))
            number += 1
            await asyncio.sleep(PAUSE_S)

    async def _wish(self, client: Client, due_s: float) -> None:
        """A wish that comes by the clock; the time counts from when it was due."""
        due = perf_counter() + due_s
        await asyncio.sleep(due_s)
        await client.create("image: a lighthouse")
        self.posts_ms.append((perf_counter() - due) * 1_000)


async def figures() -> list[Figure]:
    """One run against a server of its own."""
    with data_folder() as folder:
        tokens, noted = await add_people(folder, IN_FLIGHT), folder / "lag"
        call_witness(folder)
        command = ["benchmarks.house", str(ORDER_S), "--lag", str(noted)]
        async with serving(folder, command, {"EASEL_USER_AT_ONCE": 0}) as server, metering(server.pid) as meter:
            with aside():
                async with clients(server.url, tokens) as crowd:
                    before, cpu_s, flight = len(read_lag(noted)), meter.own_cpu_s(), Flight(crowd, folder)
                    await flight.all()
                    cpu_s, late_ms = meter.own_cpu_s() - cpu_s, read_lag(noted)[before:]
        return _figures(flight, folder, meter, cpu_s, late_ms)


def _figures(flight: Flight, folder: Path, meter: Meter, cpu_s: float, late_ms: list[float]) -> list[Figure]:
    seen, once = testimony(folder), ["succeeded"]
    by_watchers = sum(finals == once for _, finals, _ in flight.ends)
    by_rows = sum([state for state, _ in seen[each]] == once for each, _, _ in flight.ends)
    over_ms = [(seconds - ORDER_S) * 1_000 for _, _, seconds in flight.ends]
    return [
        Figure("at_once", "creations that ran at one moment", flight.at_once, least=IN_FLIGHT),
        Figure("refused", "wishes that were to come again, for there was too much to do", flight.refused),
        Figure("finals", "succeeded with one final view, as watchers saw it", by_watchers, IN_FLIGHT, IN_FLIGHT),
        Figure("ended_once", "succeeded once, as the rows say", by_rows, IN_FLIGHT, IN_FLIGHT),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb, most=MOST_MB),
        Figure("over_p50_ms", f"a creation of {ORDER_S:g} s, beyond these: p50, ms", percentile(over_ms, 50)),
        Figure("over_p99_ms", "p99, ms", percentile(over_ms, 99)),
        Figure("post_p50_ms", f"a new wish, {WISHES_PER_S} a second: p50, ms", percentile(flight.posts_ms, 50)),
        Figure("post_p99_ms", "p99, ms", percentile(flight.posts_ms, 99)),
        Figure("gallery_p50_ms", f"a gallery page, {READERS} readers: p50, ms", percentile(flight.reads_ms, 50)),
        Figure("gallery_p99_ms", "p99, ms", percentile(flight.reads_ms, 99)),
        Figure("gallery_per_s", "gallery pages per second", len(flight.reads_ms) / SECONDS),
        Figure("cpu_ms", "processor time per creation, with all else, ms", cpu_s / len(seen) * 1_000),
        Figure("lag_p50_ms", "the event loop wakes late: p50, ms", percentile(late_ms, 50)),
        Figure("lag_p99_ms", "p99, ms", percentile(late_ms, 99), most=MOST_LAG_MS),
    ]


async def _timed_ms(request: Awaitable[Any]) -> float:
    begun = perf_counter()
    await request
    return (perf_counter() - begun) * 1_000
