"""The machine, and where things lie."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from bot.app import App
from bot.doctor.findings import Finding, Mark, bad, good, note
from bot.safekeeping.disk import at_risk
from storage.migrate import HEAD, revision

LOW_DISK_GB = 1.0


def machine(app: App) -> Iterator[Finding]:
    """Python, the disk, the offline voice."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield good("Python", f"{version}, SQLite {sqlite3.sqlite_version}.")
    free_gb = shutil.disk_usage(app.settings.data_dir).free / 1e9
    mark = Mark.GOOD if free_gb > LOW_DISK_GB else Mark.BAD
    yield Finding(mark, "Disk", f"{free_gb:.0f} GB free at {app.settings.data_dir.resolve()}.")
    if risk := at_risk(app.settings):
        yield note("Lasting disk", risk)
    if find_spec("espeakng_loader") is None:
        yield bad("Offline voice", "The extra `offline` is not installed: offline speech cannot be made.")


def storage(app: App) -> Iterator[Finding]:
    """Rows."""
    kind = "SQLite, one machine" if app.database.is_sqlite else "PostgreSQL"
    at = revision(app.database.engine)
    yield Finding(Mark.GOOD if at == HEAD else Mark.BAD, "Database", f"{kind}; tables at revision {at}.")
