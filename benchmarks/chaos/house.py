"""The processes that make up a house: on SQLite one, on PostgreSQL three workers and two webs without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.rows import Rows
from benchmarks.chaos.world import World
from benchmarks.place import free_port
from benchmarks.process import Server

WORKERS, WEBS = 3, 2
KEY = "k" * 48


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All its processes, and the database that they share."""

    processes: Sequence[Server]
    webs: Sequence[Server]
    url: str
    rows: Rows


def build(folder: Path, world: World, postgres: str | None) -> House:
    """Nothing is started yet. `postgres`: the address of an empty database."""
    common: dict[str, object] = {
        **world.settings,
        "EASEL_SECRET_KEY": KEY,
        "EASEL_USER_AT_ONCE": 6,
        "EASEL_POLL_S": 0.25,
        "EASEL_DRAIN_S": 1,
        "EASEL_LOG_FORMAT": "json",
    }
    if postgres is None:
        only = _process(folder / "one", ["bot", "run"], common)
        url = f"sqlite:///{only.folder / 'easel.db'}"
        return House(processes=[only], webs=[only], url=url, rows=Rows(url, only.folder / "engine.db"))
    common["DATABASE_URL"] = postgres
    webs = [_process(folder / f"web{i}", ["bot", "run", "--no-worker"], common) for i in range(WEBS)]
    workers = [_worker(folder / f"worker{i}", common) for i in range(WORKERS)]
    return House(processes=[*webs, *workers], webs=webs, url=postgres, rows=Rows(postgres, None))


def _worker(folder: Path, common: dict[str, object]) -> Server:
    """It has no web: it is asked how it is on the port for its figures."""
    made = _process(folder, ["bot", "worker"], common | {"EASEL_METRICS_PORT": (port := free_port())})
    made.port = port
    return made


def _process(folder: Path, command: list[str], settings: dict[str, object]) -> Server:
    folder.mkdir(parents=True)
    return Server(folder, command, settings)
