"""A picture at OpenAI again and again: 30 and 100 people who ask for the next as soon as the last is there, and how far
that lies from a bare loop that makes the same calls and writes the same files.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.away import CHAT_S, IMAGE_S
from benchmarks.bare import Bare, bare
from benchmarks.client import Client, clients
from benchmarks.outside import outside
from benchmarks.people import add_people
from benchmarks.place import aside, data_folder
from benchmarks.process import Meter, serving
from benchmarks.report import Figure, percentile

PATH_S = CHAT_S + IMAGE_S + CHAT_S
FEW, MANY, SECONDS = 30, 100, 15
MOST_PATH = 1.15
LEAST_SHARE = 65
MOST_CPU_MS = 25


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of so many people's asking."""

    took_s: Sequence[float]
    lost: int
    """Pictures that did not succeed with one final view."""
    per_s: float
    cpu_ms: float
    """Of the server alone, for one picture."""
    away_busy: float
    """Of a processor, by the local services."""


async def figures() -> list[Figure]:
    """First the bare loop, then Easel on the same two processors, asked from others."""
    with data_folder() as folder:
        tokens = await add_people(folder, MANY)
        async with outside(folder) as away:
            plain = await bare(folder, away.settings, MANY, SECONDS)
            async with serving(folder, ["bot", "run"], {"EASEL_USER_AT_ONCE": 0} | away.settings) as server:
                with aside():
                    async with clients(server.url, tokens) as people:
                        await _made(people[0])  # the first one loads what is loaded late
                        meters = Meter(server.pid), Meter(away.pid)
                        few = await _asking(people[:FEW], *meters)
                        many = await _asking(people, *meters)
    return _figures(plain, few, many)


def _figures(plain: Bare, few: Crowd, many: Crowd) -> list[Figure]:
    path, own_ms = percentile(few.took_s, 50) / PATH_S, many.cpu_ms - plain.cpu_ms
    return [
        Figure("path", f"{FEW} people: p50 / critical path of {PATH_S:g} s", path, most=MOST_PATH),
        Figure("p99_s", "p99, s", percentile(few.took_s, 99)),
        Figure("many_p50_s", f"{MANY} people: p50, s", percentile(many.took_s, 50)),
        Figure("many_p99_s", "p99, s", percentile(many.took_s, 99)),
        Figure("per_s", "pictures per second", many.per_s),
        Figure("bare_per_s", "by the bare loop", plain.per_s),
        Figure("share", "Easel's share of the bare loop's, %", 100 * many.per_s / plain.per_s, least=LEAST_SHARE),
        Figure("cpu_ms", "processor time of one, media work aside, ms", many.cpu_ms),
        Figure("own_cpu_ms", "of that beyond the bare loop's, ms", own_ms, most=MOST_CPU_MS),
        Figure("away_busy", "how busy the local services were, % of a processor", many.away_busy),
        Figure("lost", "that did not succeed with one final view", few.lost + many.lost, most=0),
    ]


async def _asking(people: Sequence[Client], server: Meter, away: Meter) -> Crowd:
    before, begun = (server.own_cpu_s(), away.own_cpu_s()), perf_counter()
    ends = await asyncio.gather(*(_again_and_again(each, begun + SECONDS) for each in people))
    took_s = perf_counter() - begun
    cpu_s, away_s = server.own_cpu_s() - before[0], away.own_cpu_s() - before[1]
    each_s = [seconds for own in ends for _, seconds in own]
    return Crowd(
        took_s=each_s,
        lost=sum(not ok for own in ends for ok, _ in own),
        per_s=len(each_s) / took_s,
        cpu_ms=cpu_s / len(each_s) * 1_000,
        away_busy=100 * away_s / took_s,
    )


async def _again_and_again(client: Client, until: float) -> list[tuple[bool, float]]:
    ends = []
    while perf_counter() < until:
        ends.append(await _made(client))
    return ends


async def _made(client: Client) -> tuple[bool, float]:
    begun = perf_counter()
    creation = await client.create("image: a lighthouse at dusk")
    finals = await client.finals(creation["id"])
    return [final["status"] for final in finals] == ["succeeded"], perf_counter() - begun
