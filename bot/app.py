"""The front of the house, put together: settings in, a desk that takes wishes out. The workbench comes up later."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import structlog

from bot.chat.links import Links
from bot.objects import object_store
from bot.settings import Settings, secret_key
from bot.surface import Surface
from core.agent.catalogue import OFFLINE, Catalogue, Listing, Model, read_listing
from core.agent.messages import Planner
from core.chat import Adapter
from core.chats import Chats
from core.creation.admission import Admission, Room
from core.creation.delivery import Delivery
from core.creation.overdue import Overdue
from core.creation.posting import Posting
from core.creation.spool import Spool
from core.creation.stops import Stops
from core.creation.thumbnails import Thumbnails
from core.deletion import Deletion
from core.native.pool import NativePool
from core.providers.base import Provider
from core.studio import OWN_SURFACES, Studio
from core.trust.checks import Safety
from core.trust.media import Uploads
from storage import creations, people
from storage.changes import Changes
from storage.database import Database
from storage.migrate import migrate
from storage.objects import ObjectStore

if TYPE_CHECKING:
    from bot.workbench import Workbench
    from core.creation.engine import Engine

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a caller hands in instead of what the settings would choose; None: as the settings say."""

    providers: Mapping[str, Provider] | None = None
    planner: Planner | None = None
    models: tuple[Model, ...] | None = None
    safety: Safety | None = None
    adapters: Mapping[str, Adapter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The built house. Surfaces take from it what they need."""

    settings: Settings
    given: Given
    database: Database
    objects: ObjectStore
    changes: Changes
    stops: Stops
    pool: NativePool
    spool: Spool
    thumbnails: Thumbnails
    catalogue: Catalogue
    admission: Admission
    delivery: Delivery
    deletion: Deletion
    overdue: Overdue
    studio: Studio
    chats: Chats
    links: Links
    uploads: Uploads
    local_user_id: str
    secret_key: str
    workbench: "asyncio.Future[Workbench] | None"
    """Comes up beside the web, which answers before it is loaded. None where this process does no work."""
    surfaces: dict[str, Surface] = field(default_factory=dict)
    """The chat platforms that are set up; filled beside the web."""
    surfaces_open: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once they are there."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def offline(self) -> bool:
        """Nothing here costs money or leaves this machine."""
        given = (self.given.providers or {}).values()
        return not self.settings.paid_keys and all(provider.repeatable for provider in given)

    @property
    def token_demanded(self) -> bool:
        """Whether a stranger could reach Easel, or spend money with it."""
        return not (self.offline and self.settings.loopback_only)

    @property
    def engine(self) -> "asyncio.Future[Engine] | None":
        """The durable engine, once the workbench stands."""
        return asyncio.ensure_future(_engine(self.workbench)) if self.workbench else None

    def not_ready(self) -> list[str]:
        """Why no work can be taken now."""
        reasons = [f"{task.get_name()} has stopped" for task in self.tasks if task.done() and not _once(task)]
        if self.workbench and not self.workbench.done():
            reasons.append("the engine is starting")
        reasons += [reason for surface in self.surfaces.values() for reason in surface.not_ready()]
        return reasons + ([] if self.admission.open else ["draining"])


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    *,
    worker: bool = True,
    listen: bool = False,
    providers: Mapping[str, Provider] | None = None,
    planner: Planner | None = None,
    models: tuple[Model, ...] | None = None,
    safety: Safety | None = None,
    adapters: Mapping[str, Adapter] | None = None,
) -> AsyncIterator[App]:
    """Build the house, let it work, and take it down in order. What is given replaces what settings would choose.

    `listen`: take what comes in by the chat platforms; without it they are only written to.
    """
    given = Given(providers=providers, planner=planner, models=models, safety=safety, adapters=adapters or {})
    app = await _build(settings, given, worker=worker)
    try:
        _start(app, "surfaces once", _open_surfaces(app, listen=listen))
        if worker:
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


async def _build(settings: Settings, given: Given, *, worker: bool) -> App:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.easel_database)
    migrate(database.engine)
    spool = Spool(settings.data_dir / "spool")
    spool.folder.mkdir(parents=True, exist_ok=True)
    objects = object_store(settings)
    changes, stops, pool = Changes(database), Stops(database), NativePool()
    thumbnails = Thumbnails(database, objects, pool, spool.folder)

    async def place(creation_id: str) -> tuple[int | None, float | None]:
        return await admission.place(creation_id)

    posting = Posting(database, objects, place)
    delivery = Delivery(database, changes, posting, dict(given.adapters))

    async def start(creation_id: str) -> None:
        await (await bench()).engine.start(creation_id)
        delivery.follow(creation_id)

    async def forget_workflows(ids: list[str]) -> None:
        await (await bench()).engine.forget(ids)

    async def finish(creation_id: str) -> str:
        return await (await bench()).boundary.finish(creation_id)

    async def bench() -> "Workbench":
        assert app.workbench
        return await asyncio.shield(app.workbench)

    admission = Admission(
        database,
        changes,
        start,
        settings.worker_id,
        Room(per_user=settings.user_at_once, overall=settings.at_once),
        timedelta(seconds=settings.deadline_s),
        waits=lambda place: None if place.surface in OWN_SURFACES else delivery.follow(place.id),
    )
    chats = Chats(database, objects, delivery)
    deletion = Deletion(
        database, objects, spool, stops, forget_workflows if worker else None, delivery.withdraw_all, chats.forgotten
    )
    uploads = Uploads(database, objects, pool, spool)
    app = App(
        settings=settings,
        given=given,
        database=database,
        objects=objects,
        changes=changes,
        stops=stops,
        pool=pool,
        spool=spool,
        thumbnails=thumbnails,
        catalogue=_catalogue(settings, given),
        admission=admission,
        delivery=delivery,
        deletion=deletion,
        overdue=Overdue(database, finish),
        studio=Studio(database, objects, changes, admission, stops, uploads, thumbnails, deletion, delivery),
        chats=chats,
        links=Links(database, settings.public_url, secret_key(settings)),
        local_user_id=await database.write(lambda session: people.local_user(session).id),
        secret_key=secret_key(settings),
        uploads=uploads,
        workbench=asyncio.get_running_loop().create_future() if worker else None,
    )
    return app


def _catalogue(settings: Settings, given: Given) -> Catalogue:
    listing = Listing(model=given.models) if given.models else read_listing(settings.models_file)
    return Catalogue(listing, tuple(given.providers) if given.providers else (*settings.paid_keys, OFFLINE))


def _spawn(app: App) -> None:
    for name, work in (
        ("workbench once", _set_up(app)),
        ("admission", app.admission.run()),
        ("stops", app.stops.run()),
        ("thumbnails once", app.thumbnails.sweep()),
        ("deletion", app.deletion.run()),
        ("overdue", app.overdue.run()),
    ):
        _start(app, name, work)


def _start(app: App, name: str, work: Coroutine[Any, Any, None]) -> None:
    app.tasks.add(asyncio.create_task(work, name=name))


async def _open_surfaces(app: App, *, listen: bool) -> None:
    """Load the chat platforms that are set up, beside the web, and let them take what comes in."""
    try:
        for name in app.settings.chat_platforms:
            module = await asyncio.to_thread(import_module, f"bot.{name}.surface")
            app.surfaces[name] = await module.build(app)
            app.delivery.adapters[name] = app.surfaces[name].adapter
    finally:
        app.surfaces_open.set()
    if listen:
        for name, surface in app.surfaces.items():
            _start(app, name, surface.run())


async def _set_up(app: App) -> None:
    """Load the workbench's modules in a thread, as DBOS and the SDKs take long, then build it on this loop."""
    assert app.workbench
    try:
        module = await asyncio.to_thread(import_module, "bot.workbench")
        await app.surfaces_open.wait()
        app.workbench.set_result(await module.set_up(app))
    except Exception as error:
        app.workbench.set_exception(error)


async def _engine(workbench: "asyncio.Future[Workbench]") -> "Engine":
    return (await asyncio.shield(workbench)).engine


def _once(task: asyncio.Task[None]) -> bool:
    return task.get_name().endswith("once")


async def _close(app: App) -> None:
    bench = await _standing(app)
    for task in app.tasks:
        task.cancel()
    await asyncio.gather(*app.tasks, return_exceptions=True)
    if bench:
        await bench.engine.stop()
    await app.delivery.close()
    for surface in app.surfaces.values():
        await surface.close()
    await app.thumbnails.close()
    await app.changes.close()
    await app.pool.close()
    await app.uploads.close()
    if bench:
        await bench.close()
    app.spool.close()
    app.objects.close()
    app.database.close()


async def _standing(app: App) -> "Workbench | None":
    """The workbench, if this process has one and it came up. One that is just being set up is waited for."""
    if app.workbench is None or not app.tasks:
        return None
    await asyncio.wait((app.workbench,))
    return None if app.workbench.exception() else app.workbench.result()
