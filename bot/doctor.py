"""What is configured, what is missing, and what would be used."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.util import find_spec

from bot.app import App
from core.agent.catalogue import today
from storage.migrate import HEAD, revision

LOW_DISK_GB = 1.0
SOON = timedelta(days=60)


class Mark(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    mark: Mark
    subject: str
    sentence: str


async def examine(app: App) -> list[Finding]:
    """Look at everything once."""
    return [*_machine(app), *_storage(app), *_models(app), *_money(app), *_surfaces(app)]


def _machine(app: App) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(Mark.GOOD, "Python", f"{version}, SQLite {sqlite3.sqlite_version}.")
    free_gb = shutil.disk_usage(app.settings.data_dir).free / 1e9
    mark = Mark.GOOD if free_gb > LOW_DISK_GB else Mark.BAD
    yield Finding(mark, "Disk", f"{free_gb:.0f} GB free at {app.settings.data_dir.resolve()}.")


def _storage(app: App) -> Iterator[Finding]:
    kind = "SQLite, one machine" if app.database.is_sqlite else "PostgreSQL"
    at = revision(app.database.engine)
    yield Finding(Mark.GOOD if at == HEAD else Mark.BAD, "Database", f"{kind}; tables at revision {at}.")
    where = f"files under {app.objects.folder}"
    yield Finding(Mark.GOOD, "Objects", f"{where}.")


def _models(app: App) -> Iterator[Finding]:
    if find_spec("espeakng_loader") is None:
        yield Finding(Mark.BAD, "Offline voice", "The extra `offline` is not installed: offline speech cannot be made.")
    for ending in app.catalogue.ending(today() + SOON):
        yield Finding(Mark.NOTE, ending.id, f"Its provider shuts it down on {ending.ends:%d %B %Y}.")
    for model in app.catalogue.models:
        yield Finding(
            Mark.GOOD, model.id, f"{model.title}: makes {model.makes} ({', '.join(sorted(model.abilities))})."
        )
    if app.offline:
        yield Finding(
            Mark.NOTE, "Providers", "Only offline sketches, which are not AI models. Add a key to .env for real ones."
        )


def _money(app: App) -> Iterator[Finding]:
    settings = app.settings
    limits = {
        "creation": settings.budget_creation_usd,
        "user and day": settings.budget_user_day_usd,
        "workspace and month": settings.budget_workspace_month_usd,
        "installation and day": settings.budget_total_day_usd,
    }
    told = ", ".join(f"${usd:g} per {scope}" for scope, usd in limits.items() if usd is not None)
    mark = Mark.GOOD if told or app.offline else Mark.NOTE
    yield Finding(mark, "Budgets", f"{told}." if told else "No limit is set.")


def _surfaces(app: App) -> Iterator[Finding]:
    settings = app.settings
    guarded = "a token or the sign-in link is demanded" if app.token_demanded else "open to this machine only"
    yield Finding(Mark.GOOD, "Web", f"{settings.host}:{settings.port}, {guarded}.")
    for name, token in (("Discord", settings.discord_token), ("Slack", settings.slack_bot_token)):
        sentence = "A token is set, but this version does not speak to it yet." if token else "No token is set."
        yield Finding(Mark.NOTE, name, sentence)
