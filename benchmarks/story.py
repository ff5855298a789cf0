"""One story with three services: a picture, a change of it, a film of that, a narration; and what the ledger says.

Each line is a whole `easel create` of its own, in the conversation of the one before it.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, select

from benchmarks.outside import outside
from benchmarks.place import ROOT, data_folder, environment
from benchmarks.report import WIDTH, Figure, Report
from storage.database import Database
from storage.tables import Charge, ChargeState

MICRO = 1_000_000
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is typed, and who must answer with what."""

    words: str
    tool: str
    provider: str
    follows: bool = False
    """Its result descends from the one before it."""
    more: tuple[str, ...] = ()


STORY = (
    Scene("a lighthouse at dusk", "generate_image", "replicate", more=("--model", "flux-2-pro")),
    Scene("make the light warmer", "edit_image", "openai", follows=True),
    Scene("animate it: the beam turns", "animate", "runway", follows=True),
    Scene("say 'The light still turns.'", "generate_speech", "openai"),
)


async def measure() -> Report:
    """Play it, print it, and count what is wrong."""
    with data_folder() as folder:
        async with outside(folder) as away:
            settings = environment(folder, EASEL_POLL_S=0.25, **away.settings)
            told = await asyncio.to_thread(_played, settings)
            paid = sum((await away.paid()).values())
        charges = _charges(folder)
    _show(told, charges)
    return Report("story", "a picture, its refinement, its animation, a narration", _figures(told, charges, paid))


def _played(settings: dict[str, str]) -> list[Json]:
    told: list[Json] = []
    for scene in STORY:
        thread = ("--thread", told[-1]["thread"]) if told else ()
        command = [sys.executable, "-m", "bot", "create", scene.words, *scene.more, *thread, "--json"]
        run = subprocess.run(command, env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        told.append(json.loads(run.stdout.splitlines()[-1]))
    return told


def _charges(folder: Path) -> list[Charge]:
    database = Database(f"sqlite:///{folder / 'easel.db'}")
    with Session(database.engine) as session:
        rows = list(session.exec(select(Charge).order_by(col(Charge.created_at), col(Charge.id))))
    database.close()
    return rows


def _show(told: Sequence[Json], charges: Sequence[Charge]) -> None:
    story = _table("what was asked", "tool", "made by", "version", "from", "status")
    versions = {asset["id"]: asset["version"] for creation in told for asset in creation["assets"]}
    for scene, creation in zip(STORY, told, strict=True):
        for asset in creation["assets"]:
            parent = versions.get(asset["parent_id"], "")
            tool = creation["steps"][0]["tool"]
            made_by = f"{asset['provider']} {asset['model']}"
            story.add_row(scene.words, tool, made_by, asset["version"], parent, creation["status"])
    ledger = _table("charge for", "provider", "model", "state", "held, $", "settled, $")
    for charge in charges:
        what = "planner" if (charge.step_id or "").startswith("turn:") else "step"
        held, settled = (f"{micros / MICRO:.6f}" for micros in (charge.reserved_micros, charge.settled_micros))
        ledger.add_row(what, charge.provider, charge.model, charge.state.value, held, settled)
    Console(width=WIDTH).print(story, ledger)


def _table(*titles: str) -> Table:
    table = Table(title_justify="left")
    for title in titles:
        table.add_column(title, justify="right" if title.endswith("$") else "left")
    return table


def _figures(told: Sequence[Json], charges: Sequence[Charge], paid: int) -> list[Figure]:
    wrong = sum(_wrong(scene, told, i) for i, scene in enumerate(STORY))
    shown = sum(creation["cost_usd"] for creation in told)
    settled = sum(charge.settled_micros for charge in charges) / MICRO
    return [
        Figure("scenes", "lines of the story that succeeded", _succeeded(told), len(STORY), len(STORY)),
        Figure("wrong", "of these made by another service or tool, or from another parent", wrong, most=0),
        Figure("services", "services that made something", len(_makers(told)), least=3),
        Figure("open", "charges still open", sum(each.state == ChargeState.RESERVED for each in charges), most=0),
        Figure("charges", "charges, as many as calls that the services count as paid", len(charges), paid, paid),
        Figure("usd", "settled in the ledger, $", settled),
        Figure("apart", "apart from what the creations say they cost, micro-dollars", abs(settled - shown) * MICRO, 1),
    ]


def _succeeded(told: Sequence[Json]) -> int:
    return sum(creation["status"] == "succeeded" and creation["error"] is None for creation in told)


def _makers(told: Sequence[Json]) -> set[str]:
    return {asset["provider"] for creation in told for asset in creation["assets"]}


def _wrong(scene: Scene, told: Sequence[Json], position: int) -> bool:
    (asset,), (step,) = told[position]["assets"], told[position]["steps"]
    parent = told[position - 1]["assets"][0]["id"] if scene.follows else None
    return (step["tool"], asset["provider"], asset["parent_id"]) != (scene.tool, scene.provider, parent)
