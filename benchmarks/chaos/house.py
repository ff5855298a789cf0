"""The server that is killed: a whole Easel with the press and the atelier, whose orders take LEAST to MOST seconds.

`python -m benchmarks.chaos.house LEAST MOST`
"""

import sys
from functools import partial
from pathlib import Path

from benchmarks.chaos.journal import Journal
from benchmarks.chaos.makers import MODELS, Atelier, Pace, Press
from benchmarks.house import run
from benchmarks.scripts import ScriptPlanner
from bot import loop
from bot.app import running
from core.providers.base import Provider

JOURNAL = "journal"
ATELIER = "atelier"


def main() -> None:
    """Serve from the current folder, which is the data folder."""
    journal, pace = Journal(Path(JOURNAL)), Pace(*map(float, sys.argv[1:]))
    providers: dict[str, Provider] = {"press": Press(journal, pace), "atelier": Atelier(journal, pace, Path(ATELIER))}
    loop.run(run(partial(running, providers=providers, planner=ScriptPlanner(), models=MODELS)))


if __name__ == "__main__":
    main()
