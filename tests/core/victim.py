"""An Easel in a process of its own, meant to be killed: `python -m tests.core.victim FOLDER CASE`.

The cases are told here for both sides: `before` is how the victim behaves, `after` how the next process does.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Settings
from tests.fakes.house import opened
from tests.fakes.planner import Line, ScriptedPlanner, call, calls, never, picture
from tests.fakes.provider import ScriptedProvider, Way, models

PAID = models(image_usd=0.1, video_usd_per_s=0.01)
ONE = (calls(picture()),)
CHAIN = (calls(picture("slow"), call("animate", image="call:0", prompt="moving")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One moment to be killed at."""

    script: tuple[Line, ...] = ONE
    hung_script: tuple[Line, ...] | None = None
    """What the victim's planner says instead, where it is the one that hangs."""
    before: dict[str, Way] = field(default_factory=dict)
    repeatable: bool = False


CASES = {
    "planning": Case(hung_script=(never,)),
    "planned": Case(script=CHAIN, before={"slow": Way(ticket=True, after_s=2)}),
    "bringing": Case(before={"a lighthouse": Way(bringing_hangs=True)}),
    "intent": Case(before={"a lighthouse": Way(hangs=True)}),
    "intent of free work": Case(before={"a lighthouse": Way(hangs=True)}, repeatable=True),
    "ticket": Case(before={"a lighthouse": Way(ticket=True, after_s=2, cost_micros=90_000)}),
    "late ticket": Case(before={"a lighthouse": Way(ticket=True, ticket_s=0.5, after_s=2, cost_micros=90_000)}),
    "cancelled": Case(before={"a lighthouse": Way(ticket=True, ticket_s=0.5, after_s=60)}),
    "stored": Case(before={"a lighthouse": Way(after_s=0.3, cost_micros=90_000)}),
    "closing": Case(hung_script=(*ONE, never)),
}


def settings_of(folder: Path) -> Settings:
    """The folder's own `.env` says where rows lie, where that is not SQLite."""
    return Settings(_env_file=folder / ".env", EASEL_DATA_DIR=folder / "data")  # type: ignore[call-arg]


def books_of(folder: Path) -> Path:
    return folder / "books.jsonl"


def provider_of(case: Case, folder: Path, *, hung: bool) -> ScriptedProvider:
    default = Way(cost_micros=90_000)
    return ScriptedProvider(
        case.before if hung else {}, default=default, repeatable=case.repeatable, books=books_of(folder)
    )


async def live(folder: Path, case: Case) -> None:
    """Take one wish, say so, and work until killed."""
    planner = ScriptedPlanner(*(case.hung_script or case.script))
    provider = provider_of(case, folder, hung=True)
    async with opened(settings_of(folder), planner=planner, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        print(view.id, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), CASES[sys.argv[2]]))
