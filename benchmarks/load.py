"""`python -m benchmarks.load`: everything at once.

100 creations in flight, each followed by its events, while people leaf through a gallery that grows, and new wishes
come by the clock.
"""

import asyncio
import sys
from collections.abc import Awaitable
from time import perf_counter
from typing import Any

from benchmarks.client import Client, clients
from benchmarks.lag import read_lag
from benchmarks.people import add_people
from benchmarks.place import data_folder, keep_to_two_processors
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, Report, conclude, percentile

IN_FLIGHT = 100
READERS = 5
WISHES_PER_S = 5
SECONDS = 15
ORDER_S = 2.0
PAUSE_S = 0.05
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"kind": "image"},
    {"q": "boat"},
    {"favourite": "true"},
    {"q": "no such words"},
)


class Run:
    """One load run: who does what, and how long each answer took."""

    def __init__(self, crowd: list[Client], until: float) -> None:
        self._crowd = crowd
        self._until = until
        self.posts_ms: list[float] = []
        self.reads_ms: list[float] = []
        self.ended_ms: list[float] = []
        self.lost = 0
        """Creations that did not succeed, or did not end exactly once."""

    async def all(self) -> None:
        """Everybody, until the time is over and the last creation has ended."""
        makers = [self._make(client) for client in self._crowd]
        readers = [self._read(client) for client in self._crowd[:READERS]]
        wishes = [self._wish(self._crowd[i % IN_FLIGHT], i / WISHES_PER_S) for i in range(WISHES_PER_S * SECONDS)]
        await asyncio.gather(*makers, *readers, *wishes)

    async def _make(self, client: Client) -> None:
        """A person who asks for the next as soon as the last has ended."""
        while perf_counter() < self._until:
            begun = perf_counter()
            creation = await client.create("image: a boat")
            finals = await client.finals(creation["id"])
            self.lost += [final["status"] for final in finals] != ["succeeded"]
            self.ended_ms.append((perf_counter() - begun) * 1_000)

    async def _read(self, client: Client) -> None:
        """A person who leafs through their gallery."""
        number = 0
        while perf_counter() < self._until:
            self.reads_ms.append(await _timed_ms(client.assets(**QUERIES[number % len(QUERIES)])))
            number += 1
            await asyncio.sleep(PAUSE_S)

    async def _wish(self, client: Client, due_s: float) -> None:
        """A wish that comes by the clock; the time counts from when it was due."""
        due = perf_counter() + due_s
        await asyncio.sleep(due_s)
        await client.create("image: a lighthouse")
        self.posts_ms.append((perf_counter() - due) * 1_000)


async def measure() -> Report:
    """One run against a server of its own."""
    with data_folder() as folder:
        tokens, noted = await add_people(folder, IN_FLIGHT), folder / "lag"
        command = ["benchmarks.house", str(ORDER_S), "--lag", str(noted)]
        async with (
            serving(folder, command, {"EASEL_USER_AT_ONCE": 0}) as server,
            clients(server.url, tokens) as crowd,
            metering(server.pid) as meter,
        ):
            before, begun = len(read_lag(noted)), perf_counter()
            run = Run(crowd, begun + SECONDS)
            await run.all()
            took_s, cpu_s = perf_counter() - begun, meter.cpu_s()
        figures = _figures(run, took_s, cpu_s, meter, read_lag(noted)[before:])
    return Report("load", f"{IN_FLIGHT} creations in flight, {READERS} readers, {WISHES_PER_S} wishes/s", figures)


def _figures(run: Run, took_s: float, cpu_s: float, meter: Meter, late_ms: list[float]) -> list[Figure]:
    ended = len(run.ended_ms) + len(run.posts_ms)
    requests = 2 * len(run.ended_ms) + len(run.posts_ms) + len(run.reads_ms)
    return [
        Figure("post_p50_ms", "POST creations: p50, ms", percentile(run.posts_ms, 50)),
        Figure("post_p99_ms", "POST creations: p99, ms", percentile(run.posts_ms, 99)),
        Figure("gallery_p50_ms", "GET assets: p50, ms", percentile(run.reads_ms, 50)),
        Figure("gallery_p99_ms", "GET assets: p99, ms", percentile(run.reads_ms, 99)),
        Figure(
            "creation_p50_ms", f"a creation of {ORDER_S:g} s, to its final view: p50, ms", percentile(run.ended_ms, 50)
        ),
        Figure("creation_p99_ms", "the same: p99, ms", percentile(run.ended_ms, 99)),
        Figure("creations_per_s", "creations ended per second", len(run.ended_ms) / took_s),
        Figure("requests_per_s", "requests answered per second, streams among them", requests / took_s),
        Figure("cpu_ms", "processor time per creation, with all else and media children, ms", cpu_s / ended * 1_000),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb, most=300),
        Figure("lag_p50_ms", "event loop wakes late: p50, ms", percentile(late_ms, 50)),
        Figure("lag_p99_ms", "event loop wakes late: p99, ms", percentile(late_ms, 99)),
        Figure("lost", "watched creations that did not succeed with exactly one final view", run.lost, most=0),
    ]


async def _timed_ms(request: Awaitable[Any]) -> float:
    begun = perf_counter()
    await request
    return (perf_counter() - begun) * 1_000


if __name__ == "__main__":
    keep_to_two_processors()
    sys.exit(conclude(asyncio.run(measure())))
