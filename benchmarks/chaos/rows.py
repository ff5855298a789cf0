"""What the files of a stopped Easel say, read without any of its code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path


@contextmanager
def tables(folder: Path, name: str = "easel.db") -> Iterator[sqlite3.Connection]:
    """One of its databases."""
    with closing(sqlite3.connect(folder / name)) as database:
        database.row_factory = sqlite3.Row
        yield database


def rows(folder: Path, query: str, name: str = "easel.db") -> list[sqlite3.Row]:
    """A query's rows."""
    with tables(folder, name) as database:
        return database.execute(query).fetchall()


def number(folder: Path, query: str, name: str = "easel.db") -> int:
    """A query's one number."""
    return int(rows(folder, query, name)[0][0] or 0)


def objects(folder: Path) -> dict[str, Path]:
    """Every stored object by its key; half-written ones have names that begin with a dot."""
    store = folder / "objects"
    return {path.relative_to(store).as_posix(): path for path in store.rglob("*") if path.is_file()}


def is_whole(asset: sqlite3.Row, path: Path | None) -> bool:
    """Whether an asset's object is there, unchanged, and the one that its own step made."""
    if path is None:
        return False
    content = path.read_bytes()
    return sha256(content).hexdigest() == asset["sha256"] and asset["step_id"].encode() in content
