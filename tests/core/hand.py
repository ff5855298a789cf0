"""One of several workers in a process of its own: `python -m tests.core.hand FOLDER NAME WAY DRAIN_S AT_ONCE ROOMS`.

It works on the PostgreSQL of `DATABASE_URL`, hurries about the dead, and writes its provider's books into `FOLDER`,
which all hands share. It says its worker id, and then works until it is told to stop, as `easel worker` does.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot.app import running
from bot.logs import set_up
from bot.machines import Timing
from bot.serve import DeclaredDead, until_told
from bot.settings import Settings
from core.creation.heartbeat import NameTaken, Rhythm
from storage.leader import Lease
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way, models

HURRIED = Timing(rhythm=Rhythm(every_s=0.5, ttl_s=4.0, sure_s=2.5), lease=Lease(every_s=0.5, silent_s=4.0, sure_s=2.5))
PAID = models(image_usd=0.1, video_usd_per_s=0.01)
WAYS = {
    "quick": Way(after_s=0.05, cost_micros=90_000),
    "half a second": Way(after_s=0.5, cost_micros=90_000),
    "inside": Way(after_s=3, cost_micros=90_000),
    "ticket": Way(ticket=True, after_s=4, cost_micros=90_000),
    "soon": Way(ticket=True, after_s=1, cost_micros=90_000),
}
"""How an order goes with a hand's provider."""
DEAD, TAKEN = 3, 4
"""Exit codes."""


def settings_of(folder: Path, name: str, **more: object) -> Settings:
    """A machine of its own, but for the objects, which all share."""
    named = {"EASEL_WORKER_ID": name} if name else {}
    facts = {"DATABASE_URL": os.environ["DATABASE_URL"], "EASEL_SECRET_KEY": "t" * 48, "EASEL_USER_AT_ONCE": 0}
    return Settings(_env_file=None, EASEL_DATA_DIR=folder / "data", **(facts | named | more))  # type: ignore[arg-type]


async def work(folder: Path, name: str, way: str, drain_s: float, at_once: int, rooms: int) -> None:
    """Work until told to stop. `rooms`: how many orders the provider takes at once, 0 for all."""
    provider = ScriptedProvider(default=WAYS[way], books=folder / "books.jsonl")
    planner = ScriptedPlanner(calls(picture()))
    settings = settings_of(folder, name, EASEL_DRAIN_S=drain_s, EASEL_AT_ONCE=at_once)
    settings = settings.model_copy(update={"providers_at_once": {provider.name: rooms} if rooms else None})
    async with running(
        settings, listen=True, planner=planner, providers={provider.name: provider}, models=PAID, timing=HURRIED
    ) as app:
        assert app.workbench
        await app.workbench
        print(app.machines.worker_id, flush=True)
        await until_told(app)


def main() -> int:
    """Work, and say by the exit code how it ended."""
    set_up("WARNING")
    folder, name, way, drain_s, at_once, rooms = sys.argv[1:]
    try:
        asyncio.run(work(Path(folder), name, way, float(drain_s), int(at_once), int(rooms)))
    except DeclaredDead:
        return DEAD
    except NameTaken:
        return TAKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
