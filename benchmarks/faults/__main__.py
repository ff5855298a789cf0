"""`python -m benchmarks.faults`: every fault at every service, a misbehaving planner, and a budget under a crowd."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.faults.case import Row
from benchmarks.faults.house import house
from benchmarks.faults.lanes import all_lanes
from benchmarks.faults.mixed import all_parts
from benchmarks.faults.planners import all_mischiefs
from benchmarks.faults.purse import purse
from benchmarks.faults.standing_in import all_failures
from benchmarks.faults.table import show
from benchmarks.faults.world import world
from benchmarks.place import data_folder, keep_to_two_processors
from benchmarks.report import Figure, Report, conclude
from benchmarks.witness import call_witness, testimony
from bot.logs import set_up

LONGEST_S = 120


def main() -> int:
    """Run; returns the process's exit code."""
    keep_to_two_processors()
    set_up("CRITICAL")
    with data_folder() as folder:
        return conclude(asyncio.run(measure(folder)))


async def measure(folder: Path) -> Report:
    """The table first; it is printed before the figures."""
    begun = perf_counter()
    rows: list[Row] = []
    ends: list[int] = []
    async with world() as away:
        for name, real_planner, tables in (
            ("services", False, (all_lanes, all_parts, all_failures)),
            ("planner", True, (all_mischiefs,)),
        ):
            async with house(folder / name, away, real_planner=real_planner) as open_house:
                call_witness(folder / name)
                for each in tables:
                    rows += await each(open_house, away)
            ends += [len(states) for states in testimony(folder / name).values()]
        money = await purse(folder / "purse", away)
    show(rows)
    return Report("faults", "of services, of the planner, of the purse", _figures(rows, ends, money, begun))


def _figures(rows: Sequence[Row], ends: Sequence[int], money: Sequence[Figure], begun: float) -> list[Figure]:
    return [
        Figure("faults", "faults met", len(rows)),
        Figure("wrong", "of these with an end that is not as it must be", sum(bool(row.wrong) for row in rows), most=0),
        Figure("ended", "creations and steps that came to an end, as the rows say", len(ends), least=len(rows)),
        Figure("ended_twice", "of these more than once", sum(count != 1 for count in ends), most=0),
        *money,
        Figure("took_s", "the whole run, s", perf_counter() - begun, most=LONGEST_S),
    ]


if __name__ == "__main__":
    sys.exit(main())
