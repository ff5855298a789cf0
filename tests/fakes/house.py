"""A whole Easel with a scripted planner and provider, and the few things that tests ask of it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from bot.app import App, running
from bot.machines import Timing
from bot.settings import Settings
from core.agent.catalogue import Model
from core.agent.messages import Planner
from core.chat import Adapter, ThreadRef
from core.creation.view import CreationView
from core.providers.base import Provider
from core.trust.checks import Safety
from core.wishes import Action, Options, Wish
from storage import people
from storage.creations import Snapshot, snapshot
from storage.tables import Budget, Charge, Turn, new_id
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, models
from tests.furnished import furnish

T = TypeVar("T")
ADA, BOB = "ada", "bob"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One running Easel. `ada` and `bob` are two people's ids."""

    app: App
    ada: str
    bob: str

    async def ask(self, prompt: str = "a lighthouse", *, by: str | None = None, **more: Any) -> CreationView:
        """Record a wish; returns at once."""
        return await self.app.studio.create(self.wish(prompt, by=by, **more))

    async def made(self, prompt: str = "a lighthouse", *, by: str | None = None, **more: Any) -> CreationView:
        """Record a wish and wait for its end."""
        return await self.end(await self.ask(prompt, by=by, **more), by=by)

    async def act(self, action: Action, asset_id: str, prompt: str = "", **more: Any) -> CreationView:
        """Press a button and wait for its end."""
        return await self.made(prompt, action=action, inputs=(asset_id,), **more)

    async def reply(self, thread: str, prompt: str, **more: Any) -> CreationView:
        """Refine in a thread and wait for its end."""
        return await self.made(prompt, thread=ThreadRef.parse(thread), **more)

    async def end(self, view: CreationView, *, by: str | None = None, within_s: float = 20) -> CreationView:
        async with asyncio.timeout(within_s):
            return await self.app.studio.finished(by or self.ada, view.id)

    async def until(
        self, view: CreationView, holds: Callable[[CreationView], bool], *, within_s: float = 10
    ) -> CreationView:
        """Look at a creation until something holds of it."""
        async with asyncio.timeout(within_s):
            while not holds(seen := await self.app.studio.creation(self.ada, view.id)):
                await asyncio.sleep(0.02)
        return seen

    def wish(self, prompt: str, *, by: str | None = None, key: str = "", **more: Any) -> Wish:
        options = Options(**more.pop("options", {}))
        facts = {"surface": "rest", "event_key": key or new_id()} | more
        return Wish(user_id=by or self.ada, prompt=prompt, options=options, **facts)

    async def rows(self, creation_id: str) -> Snapshot:
        rows = await self.read(lambda session: snapshot(session, creation_id))
        assert rows
        return rows

    async def turns(self, creation_id: str) -> list[Turn]:
        query = select(Turn).where(Turn.creation_id == creation_id).order_by(col(Turn.index))
        return await self.read(lambda session: list(session.exec(query)))

    async def charges(self) -> list[Charge]:
        return await self.read(lambda session: list(session.exec(select(Charge))))

    async def budgets(self) -> dict[str, Budget]:
        found = await self.read(lambda session: list(session.exec(select(Budget))))
        return {budget.scope: budget for budget in found}

    async def read(self, work: Callable[[Session], T]) -> T:
        return await self.app.database.read(work)


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    planner: Planner | None = None,
    provider: Provider | None = None,
    catalogue: tuple[Model, ...] | None = None,
    adapters: Mapping[str, Adapter] | None = None,
    worker: bool = True,
    safety: Safety | None = None,
    timing: Timing | None = None,
) -> AsyncIterator[House]:
    """Open the house. Only one may be open at a time: the durable engine is one per process."""
    provider = provider or ScriptedProvider()
    async with running(
        furnish(settings),
        worker=worker,
        planner=planner or ScriptedPlanner(calls(picture())),
        providers={provider.name: provider},
        models=catalogue or models(),
        adapters=adapters,
        safety=safety,
        timing=timing,
    ) as app:
        ada, bob = [await app.database.write(lambda session, name=name: _person(session, name)) for name in (ADA, BOB)]
        yield House(app=app, ada=ada, bob=bob)


def _person(session: Session, name: str) -> str:
    return people.user_of(session, "test", "", name, name).id


def dump(file: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a SQLite file, as an outsider reads it."""
    with sqlite3.connect(file) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    connection.close()
    return rows
