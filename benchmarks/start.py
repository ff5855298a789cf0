"""From nothing to an answer: `python -m bot run` until `/healthz` says 200, and until it takes work."""

import signal
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.place import data_folder
from benchmarks.process import Server
from benchmarks.report import Figure, Report

TIMES = 5
BOUND_S = 2.0


async def measure() -> Report:
    """The very first start makes the tables; five more find them."""
    with data_folder() as folder:
        first = await _start(folder)
        later = [await _start(folder) for _ in range(TIMES)]
    return Report(
        "start",
        "import and start, until it answers and until it works",
        (
            Figure("first_healthy_s", "the very first start, with migration: /healthz, s", first[0], most=BOUND_S),
            Figure("healthy_s", f"later starts, median of {TIMES}: /healthz, s", _median(later, 0), most=BOUND_S),
            Figure("healthy_max_s", "the slowest of them, s", max(healthy for healthy, _ in later)),
            Figure("ready_s", f"later starts, median of {TIMES}: /readyz, s", _median(later, 1)),
        ),
    )


async def _start(folder: Path) -> tuple[float, float]:
    """Seconds until it answers, and until it is ready; then it is asked to stop."""
    server = Server(folder, ["bot", "run"])
    begun = perf_counter()
    server.start()
    await server.answers("/healthz")
    healthy = perf_counter() - begun
    await server.answers("/readyz")
    ready = perf_counter() - begun
    await server.end(signal.SIGINT)
    return healthy, ready


def _median(starts: list[tuple[float, float]], which: int) -> float:
    return median(start[which] for start in starts)
