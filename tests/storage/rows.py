"""Rows as other parts of Easel would have left them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from storage import creations, deletion, gallery, people
from storage.creations import NewCreation
from storage.database import Database
from storage.tables import Asset, Creation, Step, Turn, new_id
from tests.outsider import ask, dump

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """A database, and short ways to fill it and to look into it."""

    database: Database

    def write(self, work: Callable[[Session], T]) -> T:
        return asyncio.run(self.database.write(work))

    def read(self, work: Callable[[Session], T]) -> T:
        return asyncio.run(self.database.read(work))

    def person(self, name: str) -> str:
        return self.write(lambda session: people.user_of(session, "test", "", name, name).id)

    def creation(self, user_id: str, **more: Any) -> Creation:
        """A recorded wish."""

        def work(session: Session) -> Creation:
            creation_id, _ = creations.record(session, wish(user_id, **more))
            return session.get_one(Creation, creation_id)

        return self.write(work)

    def step(self, creation: Creation, index: int = 0, **more: Any) -> Step:
        """A planned call; the first one of a creation brings its turn along."""
        facts = {"turn": 0, "call_id": f"call_{index}", "tool": "generate_image"} | more
        step = Step(creation_id=creation.id, user_id=creation.user_id, index=index, **facts)

        def work(session: Session) -> Step:
            if creations.turn(session, creation.id, 0) is None:
                session.add(Turn(creation_id=creation.id, user_id=creation.user_id, index=0))
            session.add(step)
            return step

        return self.write(work)

    def assets(self, creation: Creation, step: Step, count: int = 1, **more: Any) -> list[Asset]:
        """What a step made."""
        made = [asset_of(creation, step, ordinal, **more) for ordinal in range(count)]
        self.write(lambda session: gallery.add(session, session.get_one(Creation, creation.id), made))
        return made

    def made(self, user_id: str, asked: str = "a lighthouse", count: int = 1, **more: Any) -> list[Asset]:
        """A creation with one step that made something."""
        creation = self.creation(user_id, prompt=asked)
        return self.assets(creation, self.step(creation), count, asked=asked, **more)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database as an outsider would."""
        return ask(self.database.url, statement, *values)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        return dump(self.database.url)

    @property
    def path(self) -> Path:
        return Path(self.database.url.removeprefix("sqlite:///"))


def wish(user_id: str, **more: Any) -> NewCreation:
    facts = {
        "event_key": new_id(),
        "workspace_id": None,
        "thread_ref": f"rest:-:-:{new_id()}",
        "surface": "rest",
        "prompt": "a lighthouse",
    }
    return NewCreation(user_id=user_id, **(facts | more))


def erase(session: Session, user_id: str) -> None:
    """Every row of a person, as if they had no objects."""
    deletion.clear(session, user_id)
    deletion.leave(session, user_id)


def asset_of(creation: Creation, step: Step, ordinal: int = 0, **more: Any) -> Asset:
    facts = {
        "kind": "image",
        "tool": "generate_image",
        "media_type": "image/png",
        "object_key": f"{creation.user_id}/{creation.id}/{step.id}-{ordinal}.png",
        "asked": creation.prompt,
        "letter": step.index + ordinal,
    }
    return Asset(
        user_id=creation.user_id,
        creation_id=creation.id,
        thread_id=creation.thread_id,
        step_id=step.id,
        ordinal=ordinal,
        **(facts | more),
    )
