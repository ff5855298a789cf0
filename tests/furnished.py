"""A data folder as Easel leaves it after its first start: its tables are there, and nothing is in them yet.

To lay them down takes longer than all the rest of a start, and few tests are about that.
"""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.settings import Settings
from storage.database import make_engine
from storage.migrate import migrate

EASEL, ENGINE = "easel.db", "engine.db"


def furnish(settings: Settings) -> Settings:
    """Lay the tables down where a first start is to come; on PostgreSQL they are there already."""
    if not settings.on_postgres:
        furnish_folder(settings.data_dir)
    return settings


def furnish_folder(folder: Path) -> Path:
    """The same for an Easel that runs in a process of its own."""
    if not (folder / EASEL).exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in _files().items():
            (folder / name).write_bytes(content)
    return folder


@cache
def _files() -> Mapping[str, bytes]:
    """What is copied, by its name: laid down once in each process."""
    from dbos import DBOS  # slow to load, and not every process needs it

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        engine = make_engine(f"sqlite:///{folder / EASEL}")
        migrate(engine)
        engine.dispose()
        DBOS.migrate(f"sqlite:///{folder / ENGINE}")
        return {name: (folder / name).read_bytes() for name in (EASEL, ENGINE)}
