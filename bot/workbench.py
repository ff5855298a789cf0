"""The back of the house, put together: planner, providers, checks and the durable engine.

Loaded in the background, because the SDKs and the engine take longer to import than everything else.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.app import App
from bot.makers import Makers, makers
from bot.settings import Settings
from core.creation.asking import Asking
from core.creation.boundary import Boundary
from core.creation.consulting import Consulting
from core.creation.engine import Engine
from core.creation.finishing import Finishing
from core.creation.keeping import Keeping
from core.creation.making import Making
from core.creation.ordering import Ordering
from core.creation.planning import Planning
from core.creation.receiving import Receiving
from core.trust.budget import Budgets
from core.trust.checks import Checks, Policy

MICRO = 1_000_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Workbench:
    """What carries creations out."""

    engine: Engine
    boundary: Boundary
    close_makers: Callable[[], Awaitable[None]]

    async def close(self) -> None:
        """Close connections; the engine last."""
        await self.close_makers()
        await self.engine.close()


async def set_up(app: App) -> Workbench:
    """Build everything and launch the engine on the running loop."""
    made = makers(app)
    boundary = _boundary(app, made)
    engine = Engine(boundary, app.settings.engine_database, app.settings.worker_id)
    await engine.launch()
    await engine.tidy()
    if stale := await engine.stale_versions():
        log.warning("jobs_of_another_version", jobs=stale, hint="They will not be taken up by this version.")
    return Workbench(engine, boundary, made.close)


def _boundary(app: App, made: Makers) -> Boundary:
    settings = app.settings
    ordering = Ordering(app.database, app.objects, app.catalogue, app.secret_key)
    checks = Checks(app.database, app.objects, made.safety, Policy(settings.check_outputs))
    asking = Asking(
        app.changes,
        app.objects,
        ordering,
        made.providers,
        app.catalogue,
        poll_s=settings.poll_s,
        rerun_uncertain_micros=round(settings.rerun_uncertain_usd * MICRO),
    )
    budgets = _budgets(settings)
    keeping = Keeping(app.database, app.changes, app.objects, app.spool, app.thumbnails, checks)
    return Boundary(
        Planning(
            app.database,
            app.changes,
            app.stops,
            Consulting(app.changes, made.planner, budgets),
            app.catalogue,
            budgets,
            checks,
            Receiving(app.changes, app.uploads, app.delivery.adapters),
            confirm_above_micros=_micros(settings.confirm_above_usd),
        ),
        Making(app.database, app.changes, app.stops, app.spool, ordering, asking, keeping),
        Finishing(app.database, app.changes, app.delivery.finish, app.admission.ended),
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
