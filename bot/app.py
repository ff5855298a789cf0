"""The only wiring: settings in, a working house out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from core.creation.engine import Engine

from bot.settings import Settings, secret_key
from core.agent.catalogue import Catalogue, Listing, Model, read_listing
from core.agent.messages import Planner
from core.agent.planners.offline.planner import OfflinePlanner
from core.chat import Adapter
from core.creation.admission import Admission, Room
from core.creation.boundary import Boundary
from core.creation.delivery import Delivery
from core.creation.finishing import Finishing
from core.creation.making import Making
from core.creation.overdue import Overdue
from core.creation.planning import Planning
from core.creation.spool import Spool
from core.creation.stops import Stops
from core.creation.thumbnails import Thumbnails
from core.deletion import Deletion
from core.native.pool import NativePool
from core.providers.base import Provider
from core.providers.offline.provider import OfflineProvider
from core.studio import Studio
from core.trust.budget import Budgets
from core.trust.media import Uploads
from storage import creations, people
from storage.changes import Changes
from storage.database import Database
from storage.migrate import migrate
from storage.objects import FileObjects

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class App:
    """The built house. Surfaces take from it what they need."""

    settings: Settings
    database: Database
    objects: FileObjects
    changes: Changes
    stops: Stops
    pool: NativePool
    spool: Spool
    thumbnails: Thumbnails
    catalogue: Catalogue
    providers: Mapping[str, Provider]
    admission: Admission
    engine: "asyncio.Future[Engine] | None"
    """Comes up beside the web, which answers before the engine is loaded. None where this process does no work."""
    delivery: Delivery
    deletion: Deletion
    overdue: Overdue
    studio: Studio
    local_user_id: str
    secret_key: str
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def offline(self) -> bool:
        """Nothing here costs money or leaves this machine."""
        return all(provider.repeatable for provider in self.providers.values()) and not self.settings.paid_keys

    @property
    def token_demanded(self) -> bool:
        """Whether a stranger could reach Easel, or spend money with it."""
        return not (self.offline and self.settings.loopback_only)

    def not_ready(self) -> list[str]:
        """Why no work can be taken now."""
        reasons = [f"{task.get_name()} has stopped" for task in self.tasks if task.done() and not _once(task)]
        if self.engine and not self.engine.done():
            reasons.append("the engine is starting")
        return reasons + ([] if self.admission.open else ["draining"])


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    *,
    worker: bool = True,
    providers: Mapping[str, Provider] | None = None,
    planner: Planner | None = None,
    models: tuple[Model, ...] | None = None,
    adapters: Mapping[str, Adapter] | None = None,
) -> AsyncIterator[App]:
    """Build the house, let it work, and take it down in order. What is given replaces what settings would choose."""
    app = await _build(
        settings, worker=worker, providers=providers, planner=planner, models=models, adapters=adapters or {}
    )
    try:
        if app.engine:
            _spawn(app)
        yield app
    finally:
        await _close(app)


async def drain(app: App) -> None:
    """Take nothing new and let what runs end, for at most `EASEL_DRAIN_S`; the rest goes on after the next start."""
    app.admission.open = False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(app.settings.drain_s):
            while await app.database.read(lambda session: creations.running_of(session, app.settings.worker_id)):
                await asyncio.sleep(0.1)


async def _build(
    settings: Settings,
    *,
    worker: bool,
    providers: Mapping[str, Provider] | None,
    planner: Planner | None,
    models: tuple[Model, ...] | None,
    adapters: Mapping[str, Adapter],
) -> App:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.easel_database)
    migrate(database.engine)
    spool = Spool(settings.data_dir / "spool")
    spool.folder.mkdir(parents=True, exist_ok=True)
    objects = FileObjects(settings.data_dir / "objects")
    changes, stops, pool = Changes(database), Stops(database), NativePool()
    thumbnails = Thumbnails(database, objects, pool, spool.folder)
    providers = providers or {"offline": OfflineProvider(pool)}
    listing = Listing(model=models) if models else read_listing(settings.models_file)
    catalogue = Catalogue(listing, tuple(providers))
    delivery = Delivery(database, changes, objects, adapters)

    async def start(creation_id: str) -> None:
        if engine:
            await (await asyncio.shield(engine)).start(creation_id)
            delivery.follow(creation_id)

    admission = Admission(
        database,
        changes,
        start,
        settings.worker_id,
        Room(per_user=settings.user_at_once, overall=settings.at_once),
        timedelta(seconds=settings.deadline_s),
    )
    boundary = Boundary(
        Planning(database, changes, stops, planner or OfflinePlanner(), catalogue, _budgets(settings)),
        Making(
            database,
            changes,
            stops,
            objects,
            spool,
            thumbnails,
            providers,
            catalogue,
            poll_s=settings.poll_s,
            rerun_uncertain_micros=round(settings.rerun_uncertain_usd * 1_000_000),
        ),
        Finishing(database, changes, delivery.finish, admission.ended),
    )
    engine: asyncio.Future[Engine] | None = asyncio.ensure_future(_launched(boundary, settings)) if worker else None

    async def forget_workflows(ids: list[str]) -> None:
        assert engine
        await (await asyncio.shield(engine)).forget(ids)

    deletion = Deletion(database, objects, spool, stops, forget_workflows if worker else None)
    uploads = Uploads(database, objects, pool, spool)
    studio = Studio(database, objects, changes, admission, stops, uploads, thumbnails, deletion)
    local = await database.write(lambda session: people.local_user(session).id)
    return App(
        settings,
        database,
        objects,
        changes,
        stops,
        pool,
        spool,
        thumbnails,
        catalogue,
        providers,
        admission,
        engine,
        delivery,
        deletion,
        Overdue(database, boundary.finish),
        studio,
        local,
        secret_key(settings),
    )


async def _launched(boundary: Boundary, settings: Settings) -> "Engine":
    """Load DBOS in a thread (0.4 s of imports), then launch it from this loop, which its workflows will run on."""
    module = await asyncio.to_thread(import_module, "core.creation.engine")
    engine: Engine = module.Engine(boundary, settings.engine_database, settings.worker_id)
    await engine.launch()
    await engine.tidy()
    if stale := await engine.stale_versions():
        log.warning("jobs_of_another_version", jobs=stale, hint="They will not be taken up by this version.")
    return engine


def _budgets(settings: Settings) -> Budgets:
    return Budgets(
        creation_usd=settings.budget_creation_usd,
        user_day_usd=settings.budget_user_day_usd,
        workspace_month_usd=settings.budget_workspace_month_usd,
        total_day_usd=settings.budget_total_day_usd,
    )


def _spawn(app: App) -> None:
    for name, work in (
        ("admission", app.admission.run()),
        ("stops", app.stops.run()),
        ("thumbnails once", app.thumbnails.sweep()),
        ("deletion", app.deletion.run()),
        ("overdue", app.overdue.run()),
    ):
        app.tasks.add(asyncio.create_task(work, name=name))


def _once(task: asyncio.Task[None]) -> bool:
    return task.get_name().endswith("once")


async def _close(app: App) -> None:
    for task in app.tasks:
        task.cancel()
    await asyncio.gather(*app.tasks, return_exceptions=True)
    if engine := await _started(app):
        await engine.stop()
    await app.delivery.close()
    await app.thumbnails.close()
    await app.changes.close()
    await app.pool.close()
    app.spool.close()
    app.objects.close()
    app.database.close()
    if engine:
        engine.close()


async def _started(app: App) -> "Engine | None":
    """The engine, if this process has one and it came up."""
    if app.engine is None:
        return None
    await asyncio.wait((app.engine,))
    return None if app.engine.exception() else app.engine.result()
