"""The back of the house, put together: planner, providers, checks and the durable engine.

Loaded in the background, because the SDKs and the engine take longer to import than everything else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.app import App
from bot.machines import LEFT
from bot.makers import makers, offline_planner
from bot.services import Makers
from bot.settings import Settings
from bot.watch.ends import Ends
from bot.watch.makers import WatchedPlanner, WatchedProvider
from core.agent.messages import Planner
from core.creation.asking import Asking
from core.creation.boundary import Boundary
from core.creation.consulting import Consulting
from core.creation.earlier import Earlier
from core.creation.engine import Claim, Engine
from core.creation.finishing import Finishing
from core.creation.keeping import Keeping
from core.creation.making import Making
from core.creation.ordering import Ordering
from core.creation.planning import Planning
from core.creation.receiving import Receiving
from core.creation.recovering import Recovering
from core.creation.rooms import Rooms
from core.creation.takeover import Takeover
from core.trust.budget import Budgets
from core.trust.checks import Checks, Policy
from storage.errors import StorageBusy
from storage.notices import MISSED

MICRO = 1_000_000
CLAIM_AGAIN_S = 0.5
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Workbench:
    """What carries creations out."""

    engine: Engine
    boundary: Boundary
    close_makers: Callable[[], Awaitable[None]]
    takeover: Takeover | None = None
    """Of several workers, what the dead ones had."""

    async def close(self) -> None:
        """Close connections; the engine last."""
        await self.close_makers()
        await self.engine.close()


async def set_up(app: App) -> Workbench:
    """Build everything and launch the engine on the running loop."""
    made = await makers(app)
    if made.planner is None:
        made.planner = await asyncio.to_thread(offline_planner)
    recovering = Recovering()
    boundary = _boundary(app, made, made.planner, recovering)
    engine = Engine(boundary, app.settings.engine_database, app.machines.worker_id, _claim(app))
    if not await engine.launch():
        recovering.over()
    await engine.tidy()
    if stale := await engine.stale_versions():
        log.warning("jobs_of_another_version", jobs=stale, hint="They will not be taken up by this version.")
    return Workbench(engine, boundary, made.close, _takeover(app, engine))


def _claim(app: App) -> Claim | None:
    """What the engine asks before it carries out a creation, which may have been another worker's."""
    crew = app.machines.crew
    if crew is None:
        return None

    async def claim(creation_id: str) -> bool:
        while True:
            try:
                claimed = await crew.take(creation_id)
                break
            except StorageBusy:  # its last worker was stopped while it wrote: the row is free in a moment
                await asyncio.sleep(CLAIM_AGAIN_S)
        if claimed:
            app.delivery.follow(creation_id)
        return claimed

    return claim


def _takeover(app: App, engine: Engine) -> Takeover | None:
    heartbeat, crew, notices = app.machines.heartbeat, app.machines.crew, app.machines.notices
    if heartbeat is None or crew is None or notices is None:
        return None
    takeover = Takeover(app.database, heartbeat, engine, crew.look_around)
    notices.hear(lambda word, _: takeover.wake() if word in (LEFT, MISSED) else None)
    return takeover


def _boundary(app: App, made: Makers, planner: Planner, recovering: Recovering) -> Boundary:
    settings = app.settings
    ordering = Ordering(app.database, app.objects, app.catalogue, app.secret_key)
    checks = Checks(app.database, app.objects, made.safety, Policy(settings.check_outputs))
    asking = Asking(
        app.changes,
        app.objects,
        ordering,
        app.machines.providers({name: WatchedProvider(each, app.watch) for name, each in made.providers.items()}),
        app.catalogue,
        Rooms(app.database, app.changes, settings.providers_at_once or {}),
        app.spool,
        Earlier(
            app.database,
            ordering,
            alone=app.machines.crew is None,
            rerun_uncertain_micros=round(settings.rerun_uncertain_usd * MICRO),
        ),
        app.leaving,
        recovering,
        poll_s=settings.poll_s,
    )
    budgets = _budgets(settings)
    keeping = Keeping(app.database, app.changes, app.objects, app.spool, app.thumbnails, app.sidecars, checks)
    return Boundary(
        Planning(
            app.database,
            app.changes,
            app.stops,
            Consulting(app.changes, WatchedPlanner(planner, app.watch), budgets),
            app.catalogue,
            budgets,
            checks,
            Receiving(app.changes, app.uploads, app.delivery.adapters),
            confirm_above_micros=_micros(settings.confirm_above_usd),
        ),
        Making(app.database, app.changes, app.stops, app.spool, ordering, asking, keeping, app.leaving),
        Finishing(app.database, app.changes, app.delivery.finish, app.admission.ended, Ends(app.watch).ended),
    )


def _budgets(settings: Settings) -> Budgets:
    return Budgets(
        creation_usd=settings.budget_creation_usd,
        user_day_usd=settings.budget_user_day_usd,
        workspace_month_usd=settings.budget_workspace_month_usd,
        total_day_usd=settings.budget_total_day_usd,
    )


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * MICRO)
