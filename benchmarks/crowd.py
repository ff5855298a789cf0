"""200 people press the button at once: all get theirs, each exactly one end, and memory stays small."""

import asyncio
from pathlib import Path
from time import perf_counter

from benchmarks.client import Client, clients
from benchmarks.people import add_people
from benchmarks.place import data_folder
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, Report, percentile
from benchmarks.witness import call_witness, testimony

PEOPLE = 200
ORDER_S = 2
BOUND_MB = 300
Ends = list[tuple[str, list[str], float]]
"""Of each creation: its id, the final states that its watcher saw, and the seconds until then."""


async def measure() -> Report:
    """One creation of each, watched over server-sent events; the rows are asked too."""
    with data_folder() as folder:
        tokens = await add_people(folder, PEOPLE)
        call_witness(folder)
        async with (
            serving(folder, ["benchmarks.house", str(ORDER_S)]) as server,
            clients(server.url, tokens) as crowd,
            metering(server.pid) as meter,
        ):
            begun = perf_counter()
            ends: Ends = await asyncio.gather(*map(_creation, crowd))
            took_s, cpu_s = perf_counter() - begun, meter.cpu_s()
        return Report(
            "crowd",
            f"{PEOPLE} creations of {PEOPLE} people at once, {ORDER_S} s each",
            _figures(folder, ends, took_s, cpu_s, meter),
        )


async def _creation(client: Client) -> tuple[str, list[str], float]:
    begun = perf_counter()
    creation = await client.create("image: a boat among many boats")
    finals = await client.finals(creation["id"])
    return creation["id"], [final["status"] for final in finals], perf_counter() - begun


def _figures(folder: Path, ends: Ends, took_s: float, cpu_s: float, meter: Meter) -> list[Figure]:
    seen = testimony(folder)
    by_watchers = sum(1 for _, finals, _ in ends if finals == ["succeeded"])
    by_rows = sum(1 for creation_id, _, _ in ends if [state for state, _ in seen[creation_id]] == ["succeeded"])
    seconds = [each for _, _, each in ends]
    return [
        Figure("finished", "succeeded with one final view, as watchers saw it", by_watchers, PEOPLE, PEOPLE),
        Figure("ended_once", "succeeded once, as the rows say", by_rows, PEOPLE, PEOPLE),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb, most=BOUND_MB),
        Figure("rss_all_mb", "with its media children, MB", meter.peak_all_mb),
        Figure("total_s", "until the last had theirs, s", took_s),
        Figure("p50_s", "until the middle one had theirs, s", percentile(seconds, 50)),
        Figure("cpu_ms", "processor time of one creation, with its thumbnail, ms", cpu_s / PEOPLE * 1_000),
    ]
