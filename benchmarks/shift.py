"""A worker as a process of its own, as `easel worker` is, with providers that sleep.

`python -m benchmarks.shift SECONDS` says `ready` and its id when it works, and `leads` when it leads.
"""

import asyncio
import sys

from benchmarks.makers import SLEEPERS, Sleeper
from benchmarks.scripts import ScriptPlanner
from bot import loop
from bot.app import running
from bot.logs import set_up
from bot.serve import until_told
from bot.settings import Settings
from storage.leader import Leader


async def work(seconds: float) -> None:
    """Work until a signal comes."""
    settings = Settings()
    set_up(settings.log_level)
    async with running(
        settings, providers={"sleeper": Sleeper(seconds)}, planner=ScriptPlanner(), models=SLEEPERS
    ) as app:
        assert app.workbench
        await app.workbench
        leading = asyncio.create_task(Leader(app.database.url, "benchmark").during(_lead))
        print("ready", app.machines.worker_id, flush=True)
        try:
            await until_told(app)
        finally:
            leading.cancel()


async def _lead() -> None:
    print("leads", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    loop.run(work(float(sys.argv[1])))
