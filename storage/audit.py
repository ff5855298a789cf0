"""Rows against objects: both listed into a file of their own, compared there, so that a million of each need no memory.

A finding is only a suspicion until it was looked at again: between the two listings work goes on.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session, col, select

from storage.objects import Stored
from storage.recipes import sidecar_key
from storage.tables import OPEN_STEPS, Asset, Step
from storage.visibility import unguarded

PAGE = 2_000


class Part(StrEnum):
    """What an object is to its asset."""

    OBJECT = "object"
    THUMBNAIL = "thumbnail"
    SIDECAR = "sidecar"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object that a row names."""

    key: str
    part: Part
    asset_id: str
    size_bytes: int = -1
    """-1: the row does not say."""
    sha256: str = ""


def wanted(session: Session, after: int) -> tuple[list[Wanted], int]:
    """A page of what assets name, and the last `seq` on it; empty at the end."""
    found = list(session.exec(select(Asset).where(col(Asset.seq) > after).order_by(col(Asset.seq)).limit(PAGE)))
    return [each for asset in found for each in _of(asset)], (found[-1].seq or 0) if found else after


def previews(session: Session) -> list[Wanted]:
    """Rough pictures of steps that have not ended."""
    query = select(Step).where(col(Step.preview_key).is_not(None), col(Step.state).in_(OPEN_STEPS))
    return [Wanted(step.preview_key or "", Part.PREVIEW, "") for step in session.exec(query)]


def still(session: Session, each: Wanted) -> Asset | None:
    """The asset, if it is there and names this very object."""
    asset = unguarded(session, each.asset_id)
    return asset if asset and each.key in {named.key for named in _of(asset)} else None


def _of(asset: Asset) -> Iterator[Wanted]:
    yield Wanted(asset.object_key, Part.OBJECT, asset.id, asset.size_bytes, asset.sha256)
    if asset.thumbnail_key:
        yield Wanted(asset.thumbnail_key, Part.THUMBNAIL, asset.id)
    if asset.sidecar:
        yield Wanted(sidecar_key(asset.object_key), Part.SIDECAR, asset.id)


class Ledger:
    """The file in which the two lists lie side by side. Not for the event loop: each call reads or writes a disk."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.executescript(
            """
            PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
            CREATE TABLE stored (key TEXT PRIMARY KEY, size INTEGER, at REAL) WITHOUT ROWID;
            CREATE TABLE wanted (key TEXT PRIMARY KEY, part TEXT, asset TEXT, size INTEGER, sha256 TEXT) WITHOUT ROWID;
            """
        )

    def store(self, page: Iterable[Stored]) -> None:
        """Note what is in the store."""
        values = [(each.key, each.size_bytes, each.at.timestamp()) for each in page]
        self._all("INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", values)

    def want(self, page: Iterable[Wanted]) -> None:
        """Note what rows name."""
        values = [(each.key, each.part.value, each.asset_id, each.size_bytes, each.sha256) for each in page]
        self._all("INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?, ?)", values)

    def counts(self) -> tuple[int, int]:
        """How many objects there are, and how many are named."""
        row = self._connection.execute("SELECT (SELECT count(*) FROM stored), (SELECT count(*) FROM wanted)").fetchone()
        return int(row[0]), int(row[1])

    def missing(self, after: str, limit: int) -> list[Wanted]:
        """What is named and not there, by key."""
        query = "SELECT w.* FROM wanted w LEFT JOIN stored s USING (key) WHERE s.key IS NULL AND w.key > ?"
        return self._wanted(f"{query} AND w.part != 'preview' ORDER BY w.key LIMIT ?", after, limit)

    def differing(self, after: str, limit: int) -> list[Wanted]:
        """What is there with another size, by key."""
        query = "SELECT w.* FROM wanted w JOIN stored s USING (key) WHERE w.size >= 0 AND w.size != s.size"
        return self._wanted(f"{query} AND w.key > ? ORDER BY w.key LIMIT ?", after, limit)

    def alike(self, after: str, limit: int) -> list[Wanted]:
        """What is there with the right size and can be read through, by key."""
        query = "SELECT w.* FROM wanted w JOIN stored s USING (key) WHERE w.size = s.size AND w.sha256 != ''"
        return self._wanted(f"{query} AND w.key > ? ORDER BY w.key LIMIT ?", after, limit)

    def orphans(self, before: datetime, after: str, limit: int) -> list[tuple[str, int]]:
        """What lies there from before a moment and nothing names, by key; with its size."""
        query = "SELECT s.key, s.size FROM stored s LEFT JOIN wanted w USING (key) WHERE w.key IS NULL AND s.at < ?"
        found = self._connection.execute(
            f"{query} AND s.key > ? ORDER BY s.key LIMIT ?", (before.timestamp(), after, limit)
        )
        return [(str(key), int(size)) for key, size in found]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _wanted(self, query: str, after: str, limit: int) -> list[Wanted]:
        with closing(self._connection.execute(query, (after, limit))) as rows:
            return [Wanted(key, Part(part), asset, size, sha256) for key, part, asset, size, sha256 in rows]

    def _all(self, statement: str, values: Sequence[tuple[object, ...]]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany(statement, values)
        self._connection.execute("COMMIT")
