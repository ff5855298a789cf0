"""What was deleted, so that a backup from before it brings nothing back.

A tombstone is a small object whose name holds the hash of an id and the moment: whoever has the id recognises it, and
nobody learns anything from it. A person's holds the receipt too: numbers, and no word of theirs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from core.trust.disk import working_folder
from storage.objects import ObjectStore

FOLDER = "tombstones/"
PERSON, ASSET = "person", "asset"
JSON = "application/json"
_AT = "%Y%m%d/%H%M%S"


@dataclass(frozen=True, slots=True)
class Stone:
    """One tombstone."""

    key: str
    kind: str
    hash: str
    at: datetime


class Tombstones:
    """Reads and writes them, in the store of objects: where the database is lost, they are not."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, kind: str, of: str, at: datetime, facts: Mapping[str, Any]) -> None:
        """Write one. Written again, it says the newer facts.

        Raises:
            StoreAway: it could not be stored; the deletion must not be told as done.
        """
        async with working_folder() as folder:
            file = folder / "stone.json"
            file.write_text(json.dumps(facts), "utf-8")
            await self._objects.put(_key(kind, of, at), file, JSON)

    async def facts(self, kind: str, of: str, at: datetime) -> dict[str, Any] | None:
        """What a tombstone says; None where there is none."""
        async with working_folder() as folder:
            try:
                file = await self._objects.fetch(_key(kind, of, at), folder)
            except FileNotFoundError:
                return None
            found: dict[str, Any] = json.loads(file.read_text("utf-8"))
            return found

    async def since(self, at: datetime) -> list[Stone]:
        """Those of deletions after a moment."""
        found = [_stone(key) for key in await self._objects.keys(FOLDER)]
        return [stone for stone in found if stone and stone.at >= at]

    async def prune(self, before: datetime) -> int:
        """Remove those that no backup needs any more."""
        found = [_stone(key) for key in await self._objects.keys(FOLDER)]
        old = [stone for stone in found if stone and stone.at < before]
        for stone in old:
            await self._objects.delete(stone.key)
        return len(old)


def hash_of(of: str) -> str:
    """What a tombstone shows of an id: random 128 bits cannot be guessed back."""
    return sha256(of.encode()).hexdigest()


def _key(kind: str, of: str, at: datetime) -> str:
    return f"{FOLDER}{at.astimezone(UTC):{_AT}}-{kind}-{hash_of(of)}"


def _stone(key: str) -> Stone | None:
    try:
        moment, kind, hashed = key.removeprefix(FOLDER).split("-")
        return Stone(key, kind, hashed, datetime.strptime(moment, _AT).replace(tzinfo=UTC))
    except ValueError:
        return None
