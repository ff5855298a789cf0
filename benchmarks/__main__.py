"""`python -m benchmarks [NAME]`: one measurement, or all of them, each in a process of its own."""

import asyncio
import json
import subprocess
import sys
from importlib import import_module

from benchmarks.place import keep_to_two_processors
from benchmarks.report import conclude

NAMES = (
    "start",
    "requests",
    "overhead",
    "crowd",
    "gallery",
    "page",
    "export",
    "wire",
    "models",
    "story",
    "stream",
    "objects",
    "outage",
    "discord",
    "slack",
    "takeover",
)


def main() -> int:
    """Measure; returns the process's exit code."""
    keep_to_two_processors()
    names = sys.argv[1:]
    if not names:
        return _all()
    if names[0] not in NAMES:
        print(f"There is no benchmark {names[0]!r}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    return conclude(asyncio.run(import_module(f"benchmarks.{names[0]}").measure()))


def _all() -> int:
    """A process for each: memory of one must not be counted for the next, and the durable engine is one per process."""
    found = {name: _one(name) for name in NAMES}
    ok = all(facts["ok"] for facts in found.values())
    print(json.dumps({"name": "bench", "ok": ok} | found), flush=True)
    return 0 if ok else 1


def _one(name: str) -> dict[str, object]:
    run = subprocess.run([sys.executable, "-m", "benchmarks", name], stdout=subprocess.PIPE, text=True, check=False)
    table, _, last = run.stdout.rstrip("\n").rpartition("\n")
    print(table, flush=True)
    facts: dict[str, object] = json.loads(last) if run.returncode in (0, 1) and last else {"name": name, "ok": False}
    return facts


if __name__ == "__main__":
    sys.exit(main())
