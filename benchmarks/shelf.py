"""A gallery of 100,000 assets of 100 people, put into the real tables; the triggers fill the search index."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session

from storage.database import Database
from storage.tables import Asset, User, new_id

ASSETS = 100_000
PEOPLE = 100
LARGEST = 10_000
"""What one person has; the others share the rest."""
FAVOURITE_OF = 40
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


@dataclass(frozen=True, slots=True)
class Shelf:
    """Who owns most, and one pair of words that few of theirs contain."""

    owner: str
    words: str


async def fill(database: Database) -> Shelf:
    """Insert everything, oldest first, in one transaction."""
    people = [new_id() for _ in range(PEOPLE)]
    rows = list(_rows(people, random.Random(1)))

    def work(session: Session) -> None:
        connection = session.connection()
        connection.execute(insert(User), [User(id=each).model_dump() for each in people])
        connection.execute(insert(Asset), rows)

    await database.write(work)
    return Shelf(people[0], f"{THINGS[0]} {PLACES[0]}")


def _rows(people: list[str], luck: random.Random) -> Iterator[dict[str, object]]:
    owners = people[:1] * LARGEST + luck.choices(people[1:], k=ASSETS - LARGEST)
    luck.shuffle(owners)
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for number, owner in enumerate(owners):
        kind = luck.choice(KINDS)
        words = f"a {luck.choice(MOODS)} {luck.choice(THINGS)} in a {luck.choice(PLACES)}"
        yield Asset(
            user_id=owner,
            kind=kind,
            tool=f"generate_{kind}",
            media_type="image/png",
            size_bytes=1_000_000,
            width=1024,
            height=1024,
            sha256=new_id() + new_id(),
            object_key=f"{owner}/{number}.png",
            thumbnail_key=f"{owner}/{number}.thumb.webp",
            asked=words,
            prompt=f"{words}, soft light, wide view, highly detailed, number {number}",
            alt_text=words,
            provider="offline",
            model="offline-sketch",
            seed=number,
            round=1,
            favourite=luck.randrange(FAVOURITE_OF) == 0,
            cost_micros=40_000,
            created_at=begun + timedelta(seconds=number),
        ).model_dump(exclude={"seq"})
