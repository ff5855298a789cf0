"""A whole Easel as its own process, served as `easel run` serves it, with providers and a planner of ours.

`python -m benchmarks.house SECONDS [--film SECONDS] [--lag FILE]`
"""

import argparse
import asyncio
from functools import partial
from pathlib import Path

from benchmarks.lag import note_lag
from benchmarks.makers import SLEEPERS, Sleeper
from benchmarks.scripts import ScriptPlanner
from bot import loop
from bot.app import running
from bot.logs import set_up
from bot.serve import House, serve
from bot.settings import Settings


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, help="how long one order takes")
    parser.add_argument("--lag", type=Path, help="where to note how late the event loop wakes")
    parser.add_argument("--film", type=float, help="how long a film takes, where that is longer")
    given = parser.parse_args()
    sleeper = Sleeper(given.seconds, given.film)
    house = partial(running, providers={"sleeper": sleeper}, planner=ScriptPlanner(), models=SLEEPERS)
    loop.run(run(house, given.lag))


async def run(house: House, lag: Path | None = None) -> None:
    """Serve a house as the environment says."""
    settings = Settings()
    set_up(settings.log_level)
    noting = asyncio.create_task(note_lag(lag)) if lag else None
    try:
        await serve(settings, house=house)
    finally:
        if noting:
            noting.cancel()


if __name__ == "__main__":
    main()
