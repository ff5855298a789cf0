"""How fast a chat's people are answered: acts by the clock in a process beside the house, and what came of them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from benchmarks.lag import read_lag
from benchmarks.neighbour import Facts, Neighbour
from benchmarks.process import metering, serving
from benchmarks.report import Figure, percentile
from benchmarks.running import running, until_running

RATE, SECONDS, RUNNING = 200, 30, 100
ORDER_S, FILM_S = 0.2, 90.0
"""A picture is quick; a film goes on while people are answered."""
BOUND_MS = 3_000
LAG_MS = 50


class Answers:
    """What came of people's acts, kind by kind."""

    def __init__(self) -> None:
        self._late_ms: dict[str, list[float]] = defaultdict(list)
        self._failed: Counter[str] = Counter()

    async def by_the_clock(self, rate: int, seconds: int, act: Callable[[float], Awaitable[None]]) -> Facts:
        """So many acts a second, each told when it is due; returns what the table needs."""
        begun = perf_counter()
        await asyncio.gather(*(act(begun + i / rate) for i in range(rate * seconds)))
        took_s, late = perf_counter() - begun, [each for kind in self._late_ms.values() for each in kind]
        return {
            "acts": rate * seconds,
            "answered": len(late),
            "failed": dict(self._failed),
            "took_s": took_s,
            "p50_ms": percentile(late, 50),
            "p99_ms": percentile(late, 99),
            "most_ms": max(late),
            "kinds_p99_ms": {kind: percentile(values, 99) for kind, values in self._late_ms.items()},
        }

    def note(self, kind: str, seconds: float | None) -> None:
        """One act's answer came after so long, or not in time."""
        if seconds is None:
            self._failed[kind] += 1
        else:
            self._late_ms[kind].append(seconds * 1_000)


async def until_due(due: float) -> None:
    """Wait for an act's moment."""
    await asyncio.sleep(max(0.0, due - perf_counter()))


async def answered(
    folder: Path, people: Neighbour, prepare: Callable[[str], Awaitable[None]], *, most_ms: float
) -> tuple[list[Figure], Facts]:
    """Serve a house to these people, let 100 creations run, and see how fast they are answered.

    `prepare` is told the house's address. Returns the figures, and what the people's platform counted.
    """
    noted = folder / "lag"
    command = ["benchmarks.house", str(ORDER_S), "--film", str(FILM_S), "--lag", str(noted)]
    settings = {"EASEL_USER_AT_ONCE": 0, "EASEL_DRAIN_S": 0}
    async with serving(folder, command, settings | people.facts) as server:
        await prepare(server.url)
        await people.ask(f"running {RUNNING}")
        await until_running(folder, RUNNING)
        async with metering(server.pid) as meter:
            cpu_s, before = meter.cpu_s(), len(read_lag(noted))
            load = await people.ask(f"load {RATE} {SECONDS}")
            cpu_s, still, late_ms = meter.cpu_s() - cpu_s, running(folder), read_lag(noted)[before:]
        counts = await people.ask("counts")
    acts = load["acts"]
    figures = [
        Figure("answered", f"of {acts} acts answered within 3 s", load["answered"], acts, acts),
        Figure("p50_ms", "from the act to the first answer, p50, ms", load["p50_ms"]),
        Figure("p99_ms", "p99, ms", load["p99_ms"], most=most_ms),
        *(Figure(f"{kind}_p99_ms", f"p99 of {kind}, ms", ms) for kind, ms in sorted(load["kinds_p99_ms"].items())),
        Figure("most_ms", "the slowest, ms", load["most_ms"], most=BOUND_MS),
        Figure("rate", "acts per second, as they really came", acts / load["took_s"], least=RATE * 0.95),
        Figure("running", "creations that still ran at the end", still, least=RUNNING),
        Figure("cpu_ms", "processor time per act, with all that they started, ms", cpu_s / acts * 1_000),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb),
        Figure("lag_p99_ms", "its event loop wakes late: p99, ms", percentile(late_ms, 99), most=LAG_MS),
    ]
    return figures, counts
