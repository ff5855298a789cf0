"""A gallery of a million assets of a thousand people, put into the real tables; the triggers fill the search index."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from storage.tables import Asset, new_id

ASSETS = 1_000_000
PEOPLE = 1_000
LARGEST = 100_000
"""What one person has; the others share the rest."""
EVERY_S = 50
"""Seconds between two assets: all of them in a year and a half."""
HUNG = 500
TAGGED_OF, RATED_OF, FAVOURITE_OF, SHOWN_OF = 50, 60, 40, 20
THINGS = (
    "lighthouse",
    "boat",
    "fox",
    "castle",
    "river",
    "mountain",
    "teapot",
    "robot",
    "garden",
    "violin",
    "dragon",
    "bicycle",
    "owl",
    "train",
    "city",
)
MOODS = (
    "misty",
    "golden",
    "stormy",
    "quiet",
    "neon",
    "ancient",
    "tiny",
    "giant",
    "wooden",
    "frozen",
    "velvet",
    "rusty",
    "dreamy",
    "paper",
    "marble",
)
PLACES = (
    "harbour",
    "desert",
    "forest",
    "attic",
    "moon",
    "island",
    "kitchen",
    "canyon",
    "meadow",
    "station",
    "rooftop",
    "cave",
    "bridge",
    "market",
    "sea",
)
KINDS = ("image",) * 7 + ("video",) * 2 + ("speech",)
MODELS = {
    "image": (("openai", "gpt-image-1"), ("replicate", "black-forest-labs/flux-1.1-pro"), ("replicate", "recraft-v3")),
    "video": (("runway", "gen4_turbo"), ("replicate", "google/veo-3-fast")),
    "speech": (("openai", "gpt-4o-mini-tts"),),
}
SIZES = ((1024, 1024), (1536, 1024), (1024, 1536), (1344, 768))
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Who owns most, what few of theirs contain, and where they and others keep things."""

    owner: str
    words: str
    collection: str
    """A name of a collection."""
    collection_id: str
    workspace_id: str
    thread_id: str
    asset_id: str
    """One in the middle of it."""


def fill(file: Path) -> Shelf:
    """Insert everything, oldest first, in one transaction of SQLite's own: nobody else may have the file open."""
    luck = random.Random(1)
    people = [f"{luck.getrandbits(128):032x}" for _ in range(PEOPLE)]
    shelf = Shelf(people[0], f"{THINGS[0]} {PLACES[0]}", "Jazz festival", *(new_id() for _ in range(4)))
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("INSERT INTO asset_search(asset_search, rank) VALUES ('hashsize', 67108864)")
    connection.execute("BEGIN")
    _insert(connection, "user", ({"id": each, "name": "", "created_at": _at(0)} for each in people))
    _insert(connection, "workspace", [_workspace(shelf)])
    _insert(connection, "collection", [_collection(shelf)])
    _insert(connection, "thread", [_thread(shelf)])
    _insert(connection, "asset", _assets(shelf, people, luck))
    mine = [seq for (seq,) in connection.execute("SELECT seq FROM asset WHERE user_id = ?", (shelf.owner,))]
    _insert(connection, "placement", (_placement(shelf, seq) for seq in luck.sample(mine, min(HUNG, len(mine)))))
    _insert(connection, "look", (_look(shelf, seq, luck) for seq in mine))
    connection.execute("COMMIT")
    connection.execute("INSERT INTO asset_search(asset_search, rank) VALUES ('hashsize', 1048576)")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return shelf


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[Row] | list[Row]) -> None:
    all_rows = iter(rows)
    first = next(all_rows)
    statement = f'INSERT INTO "{table}" ({", ".join(first)}) VALUES ({", ".join("?" * len(first))})'
    connection.execute(statement, tuple(first.values()))
    connection.executemany(statement, (tuple(row.values()) for row in all_rows))


def _assets(shelf: Shelf, people: list[str], luck: random.Random) -> Iterator[Row]:
    owners = people[:1] * LARGEST + luck.choices(people[1:], k=ASSETS - LARGEST)
    luck.shuffle(owners)
    middle = owners.index(shelf.owner, ASSETS // 2)
    always = Asset(user_id="", kind="", media_type="image/png", object_key="", size_bytes=1_000_000, round=1)
    common = always.model_dump(exclude={"seq"}) | {"inputs": "[]"}
    for number, owner in enumerate(owners):
        own = _asset(shelf, owner, number, luck)
        yield common | own | ({"id": shelf.asset_id} if number == middle else {})


def _asset(shelf: Shelf, owner: str, number: int, luck: random.Random) -> Row:
    kind = luck.choice(KINDS)
    words = f"a {luck.choice(MOODS)} {luck.choice(THINGS)} in a {luck.choice(PLACES)}"
    provider, model = luck.choice(MODELS[kind])
    width, height = luck.choice(SIZES) if kind != "speech" else (None, None)
    is_shown = luck.randrange(SHOWN_OF) == 0
    return {
        "id": f"{luck.getrandbits(128):032x}",
        "user_id": owner,
        "workspace_id": shelf.workspace_id if is_shown else None,
        "visibility": "workspace" if is_shown else "private",
        "thread_id": shelf.thread_id if owner == shelf.owner and number % 2_000 == 0 else None,
        "kind": kind,
        "tool": "upscale" if luck.randrange(30) == 0 else f"generate_{kind}",
        "width": width,
        "height": height,
        "object_key": f"{owner}/{number}.png",
        "thumbnail_key": f"{owner}/{number}.thumb.webp",
        "sidecar": True,
        "asked": words,
        "prompt": f"{words}, soft light, wide view, highly detailed, number {number}",
        "alt_text": words,
        "reply": f"Here is your {words.split()[2]}.",
        "tags": "jazz summer-night" if luck.randrange(TAGGED_OF) == 0 else "",
        "rating": luck.choice((1, -1)) if luck.randrange(RATED_OF) == 0 else 0,
        "provider": provider,
        "model": model,
        "favourite": luck.randrange(FAVOURITE_OF) == 0,
        "cost_micros": 40_000,
        "created_at": _at(number),
    }


def _workspace(shelf: Shelf) -> Row:
    place = {"id": shelf.workspace_id, "platform": "discord", "platform_id": "1", "settings": "{}"}
    return place | {"created_at": _at(0)}


def _collection(shelf: Shelf) -> Row:
    named = {"id": shelf.collection_id, "user_id": shelf.owner, "name": shelf.collection}
    return named | {"visibility": "private", "created_at": _at(0)}


def _thread(shelf: Shelf) -> Row:
    of = {"id": shelf.thread_id, "ref": "rest:-:-:1", "user_id": shelf.owner}
    return of | {"title": "", "rounds": 0, "created_at": _at(0)}


def _placement(shelf: Shelf, seq: int) -> Row:
    return {"collection_id": shelf.collection_id, "asset_seq": seq, "user_id": shelf.owner, "created_at": _at(seq)}


def _look(shelf: Shelf, seq: int, luck: random.Random) -> Row:
    quarters = [luck.getrandbits(16) for _ in range(4)]
    bits = sum(quarter << shift for quarter, shift in zip(quarters, (48, 32, 16, 0), strict=True))
    named = dict(zip(("q0", "q1", "q2", "q3"), quarters, strict=True))
    return {"asset_seq": seq, "user_id": shelf.owner, "bits": bits - (bits >> 63 << 64)} | named


def _at(number: int) -> str:
    """As SQLite keeps a time."""
    moment = datetime(2025, 4, 1, tzinfo=UTC) + timedelta(seconds=number * EVERY_S)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
