"""`python -m benchmarks.chaos [--short] [--database sqlite|postgres|both] [--seed N]`: a storm, and an audit."""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.chaos.reaper import Pace
from benchmarks.chaos.storm import Measure, storm
from benchmarks.chaos.weather import Climate
from benchmarks.place import data_folder
from benchmarks.report import Report, show
from tests.postgres import server

CLIMATE = Climate(between_s=(3.0, 10.0))
MILD = Climate(between_s=(0.5, 2.0), database_s=(3.0, 6.0), store_s=(2.0, 4.0))
"""Each trouble comes at least once in half a minute."""
ALONE = Pace(life_s=(0.3, 5.0), pauses=0.1, long_pauses=0.05)
"""Of one process: while it is stopped, nothing else happens."""
TOGETHER = Pace(life_s=(0.5, 4.5))
ALONE_SHORT = Pace(life_s=(0.3, 3.0), pauses=0.2, pause_s=(0.5, 3.0), long_pauses=0.0)
TOGETHER_SHORT = Pace(life_s=(0.5, 3.0), pauses=0.25, pause_s=(0.5, 5.0), long_pauses=0.0)
FULL = {
    "sqlite": Measure(kills=100, creations=420, pace=ALONE, climate=CLIMATE, settle_s=180, uncertain_most=5.0),
    "postgres": Measure(kills=100, creations=420, pace=TOGETHER, climate=CLIMATE, settle_s=240, uncertain_most=5.0),
}
SHORT = {
    "sqlite": Measure(kills=5, creations=24, pace=ALONE_SHORT, climate=MILD, settle_s=90),
    "postgres": Measure(kills=5, creations=24, pace=TOGETHER_SHORT, climate=MILD, settle_s=90),
}


def main() -> int:
    """Run; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--short", action="store_true", help="two minutes instead of twenty-five")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=None, help="the same order of blows and wishes as in another run")
    parser.add_argument("--kills", type=int, default=None)
    parser.add_argument("--creations", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else Random().randrange(10_000)
    print(f"seed {seed}", flush=True)
    names = ("sqlite", "postgres") if given.database == "both" else (given.database,)
    reports: dict[str, Report] = {}
    for name in names:
        reports[name], wrong = _one(name, given, seed)
        show(reports[name])
        if wrong:
            print("\n".join(wrong), flush=True)
    facts = {f"{name}_{key}": value for name, each in reports.items() for key, value in each.facts().items()}
    ok = all(report.ok for report in reports.values())
    print(json.dumps({"name": "chaos", "ok": ok, "seed": seed} | facts), flush=True)
    return 0 if ok else 1


def _one(name: str, given: argparse.Namespace, seed: int) -> tuple[Report, list[str]]:
    """What a storm left, and what tells why that is red."""
    measure = (SHORT if given.short else FULL)[name]
    measure = replace(measure, kills=given.kills or measure.kills, creations=given.creations or measure.creations)
    with ExitStack() as stack:
        folder = stack.enter_context(data_folder())
        postgres = stack.enter_context(server() if name == "postgres" else nullcontext())
        found = asyncio.run(storm(folder, measure, seed, postgres))
        report = Report(name, "a storm, and what it left", found.figures)
        if report.ok:
            return report, []
        return report, [*found.wrong, f"what every process logged, and its rows: {_kept(folder)}"]


def _kept(folder: Path) -> Path:
    """Where they lie from now on, without the pictures."""
    kept = Path(tempfile.mkdtemp(prefix="easel-storm-"))
    for file in (found for pattern in ("*.log", "*.db") for found in folder.glob(f"*/{pattern}")):
        shutil.copy(file, kept / f"{file.parent.name}-{file.name}")
    return kept


if __name__ == "__main__":
    sys.exit(main())
