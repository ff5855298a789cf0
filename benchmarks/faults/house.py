"""A whole Easel on real SDKs that loses patience soon, and what its rows say in the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from runwayml import AsyncRunwayML
from sqlmodel import Session, select

from benchmarks.faults.world import World
from benchmarks.place import settings_for
from benchmarks.scripts import ScriptPlanner
from bot.app import App, running
from core.agent.catalogue import Catalogue, Role, read_listing
from core.agent.messages import Planner
from core.agent.planners.responses import ResponsesPlanner
from core.creation.view import CreationView
from core.native.pool import NativePool
from core.providers.base import Provider
from core.providers.openai.client import Bounds, Connection
from core.providers.openai.provider import OpenAIProvider
from core.providers.replicate.provider import ReplicateProvider
from core.providers.runway.provider import RunwayProvider
from core.trust.fetch import Fetcher
from core.wishes import Options, Wish
from storage.tables import Charge, new_id

KEY = "sk-test-faults-4f1c9ab2"
TIMEOUT_S = 1.0
DEADLINE_S = 5.0
POLL_S = 0.05
NAMES = ("openai", "replicate", "runway")


@dataclass(frozen=True, slots=True)
class End:
    """How a creation ended, as the person sees it, and what became of the money held for it."""

    view: CreationView
    took_s: float
    charges: tuple[Charge, ...]

    @property
    def sentence(self) -> str:
        """What the person reads: the error, else the reply."""
        return self.view.error.message if self.view.error else self.view.reply


@dataclass(frozen=True, slots=True)
class House:
    """A running Easel and its one person."""

    app: App

    async def made(self, prompt: str, **options: Any) -> End:
        """Wish for something, and wait for its end."""
        user_id, begun = self.app.local_user_id, perf_counter()
        wish = Wish(user_id=user_id, prompt=prompt, event_key=new_id(), surface="rest", options=Options(**options))
        view = await self.app.studio.create(wish)
        last = await self.app.studio.finished(user_id, view.id)
        return End(last, perf_counter() - begun, await self._charges(view.id))

    async def _charges(self, creation_id: str) -> tuple[Charge, ...]:
        def work(session: Session) -> tuple[Charge, ...]:
            return tuple(session.exec(select(Charge).where(Charge.creation_id == creation_id)))

        return await self.app.database.read(work)


@asynccontextmanager
async def house(folder: Path, away: World, *, real_planner: bool = False, **settings: object) -> AsyncIterator[House]:
    """Open one on a folder. Its planner costs nothing and never fails, unless the real one is wished."""
    wanted = {"EASEL_POLL_S": POLL_S, "EASEL_DEADLINE_S": DEADLINE_S, "EASEL_USER_AT_ONCE": 0} | settings
    catalogue, pool = Catalogue(read_listing(), NAMES), NativePool()
    fetcher, connection = Fetcher(pool, timeout_s=TIMEOUT_S * 2), _connection(away)
    runway = AsyncRunwayML(api_key=away.runway.api_key, base_url=away.runway.base_url, timeout=TIMEOUT_S)
    providers: dict[str, Any] = {
        "openai": OpenAIProvider(connection, catalogue, pool, fetcher),
        "replicate": _replicate(away, catalogue, fetcher),
        "runway": RunwayProvider(runway, catalogue, fetcher, pool, patience_s=TIMEOUT_S),
    }
    planner = _planner(connection, catalogue) if real_planner else ScriptPlanner()
    try:
        async with running(settings_for(folder, **wanted), providers=_typed(providers), planner=planner) as app:
            yield House(app)
    finally:
        for provider in providers.values():
            await provider.close()
        await connection.close()
        await fetcher.close()
        await pool.close()


def _connection(away: World) -> Connection:
    return Connection(KEY, away.openai.base_url, bounds=Bounds(timeout_s=TIMEOUT_S, connect_s=TIMEOUT_S))


def _replicate(away: World, catalogue: Catalogue, fetcher: Fetcher) -> ReplicateProvider:
    return ReplicateProvider(
        away.replicate.api_token,
        catalogue,
        fetcher,
        base_url=away.replicate.base_url,
        deadline_s=DEADLINE_S,
        timeout_s=TIMEOUT_S,
        patience_s=TIMEOUT_S,
    )


def _planner(connection: Connection, catalogue: Catalogue) -> Planner:
    service = catalogue.service(Role.PLANNER)
    assert service is not None
    return ResponsesPlanner(connection.sdk, service, timeout_s=TIMEOUT_S)


def _typed(providers: dict[str, Any]) -> dict[str, Provider]:
    return dict(providers)
