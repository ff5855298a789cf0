"""The front of the house, put together: settings in, a desk that takes wishes out. The workbench comes up later."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Container, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import structlog

from bot.chat.links import Links
from bot.machines import Machines, Timing, machines
from bot.objects import object_store
from bot.settings import Settings, secret_key
from bot.surface import Surface
from bot.watch.chats import WatchedAdapter
from bot.watch.pulse import Pulse
from bot.watch.spans import spans
from bot.watch.stores import WatchedDatabase, WatchedObjects
from bot.watch.watch import Watch
from core.agent.catalogue import OFFLINE, Catalogue, Listing, Model, read_listing
from core.agent.messages import Planner
from core.chat import Adapter
from core.chats import Chats
from core.creation.admission import Admission, Room
from core.creation.delivery import Delivery, Withdrawn
from core.creation.leaving import Leaving
from core.creation.leftovers import Leftovers
from core.creation.overdue import Overdue
from core.creation.posting import Posting
from core.creation.sidecars import Sidecars
from core.creation.spool import Spool
from core.creation.stops import Stops
from core.creation.thumbnails import Thumbnails
from core.gallery.kept import Kept, kept
from core.gallery.likeness import Likeness
from core.native.pool import NativePool
from core.people.deletion import Deletion
from core.people.export import Export
from core.people.joining import Joining
from core.provenance.desk import Provenance, provenance
from core.providers.base import Provider
from core.safekeeping.audit import Audit
from core.safekeeping.backups import Backups
from core.safekeeping.retention import Retention
from core.safekeeping.tombstones import Tombstones
from core.studio import OWN_SURFACES, Studio
from core.trust.checks import Safety
from core.trust.media import Uploads
from storage import creations, people
from storage.changes import Changes
from storage.database import Database
from storage.migrate import migrate
from storage.objects import ObjectStore
from storage.tables import Asset

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
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The built house. Surfaces take from it what they need."""

    settings: Settings
    given: Given
    machines: Machines
    database: Database
    objects: ObjectStore
    changes: Changes
    stops: Stops
    pool: NativePool
    spool: Spool
    thumbnails: Thumbnails
    sidecars: Sidecars
    catalogue: Catalogue
    admission: Admission
    leaving: Leaving
    delivery: Delivery
    deletion: Deletion
    overdue: Overdue
    studio: Studio
    kept: Kept
    likeness: Likeness
    provenance: Provenance
    export: Export
    audit: Audit
    backups: Backups
    retention: Retention
    joining: Joining
    chats: Chats
    links: Links
    uploads: Uploads
    local_user_id: str
    secret_key: str
    watch: Watch
    pulse: Pulse
    workbench: "asyncio.Future[Workbench] | None"
    """Comes up beside the web, which answers before it is loaded. None where this process does no work."""
    surfaces: dict[str, Surface]
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

    def not_working(self) -> list[str]:
        """Why no work can be taken now, as far as the house knows by itself; of the chat platforms, see `pulse`."""
        reasons = [f"{task.get_name()} has stopped" for task in self.tasks if task.done() and not _well_done(task)]
        if not self.surfaces_open.is_set():
            reasons.append("the chat platforms are loading")
        if self.workbench and not self.workbench.done():
            reasons.append("the engine is starting")
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
    timing: Timing | None = None,
) -> AsyncIterator[App]:
    """Build the house, let it work, and take it down in order. What is given replaces what settings would choose.

    `listen`: take what comes in by the chat platforms; without it they are only written to.
    """
    given = Given(
        providers=providers,
        planner=planner,
        models=models,
        safety=safety,
        adapters=adapters or {},
        timing=timing or Timing(),
    )
    app = await _build(settings, given, worker=worker)
    try:
        _start(app, "pulse", app.pulse.run(app.surfaces_open, listens=listen))
        for name, work in app.machines.listening().items():
            _start(app, name, work)
        _start(app, "surfaces once", _open_surfaces(app, listen=listen))
        if worker:
            _spawn(app)
        yield app
    finally:
        await _close(app)


async def drain(app: App) -> None:
    """Take nothing new and let what runs end, for at most `EASEL_DRAIN_S`; the rest goes on after the next start, or
    with another worker at once."""
    app.admission.open = False
    app.leaving.tell(app.settings.drain_s)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(app.settings.drain_s):
            while await _goes_on(app):
                await asyncio.sleep(0.1)


async def _goes_on(app: App) -> bool:
    running = await app.database.read(lambda session: creations.running_of(session, app.machines.worker_id))
    return not all(map(app.leaving.rests, running))


async def _build(settings: Settings, given: Given, *, worker: bool) -> App:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    watch, surfaces = Watch(spans=spans(settings.otel_endpoint)), dict[str, Surface]()
    database = WatchedDatabase(settings.easel_database, watch)
    migrate(database.engine)
    spool = Spool(settings.data_dir / "spool")
    spool.folder.mkdir(parents=True, exist_ok=True)
    objects = WatchedObjects(object_store(settings), watch)
    others = machines(settings, database, worker=worker, timing=given.timing)
    changes = Changes(database, others.notices, others.among_others)
    stops, pool = Stops(database), NativePool()
    thumbnails = Thumbnails(database, objects, pool, spool.folder)
    sidecars = Sidecars(database, objects)

    async def place(creation_id: str) -> tuple[int | None, float | None]:
        return await admission.place(creation_id)

    posting = Posting(database, objects, place)
    adapters: dict[str, Adapter] = {
        name: others.adapter(WatchedAdapter(name, each, watch)) for name, each in given.adapters.items()
    }
    delivery = Delivery(database, changes, posting, adapters, others.among_others)

    async def start(creation_id: str) -> None:
        log.debug("creation_begins", creation=creation_id)
        await (await bench()).engine.start(creation_id)
        delivery.follow(creation_id)

    async def forget_workflows(ids: list[str]) -> None:
        await (await bench()).engine.forget(ids)

    async def withdraw(user_id: str) -> Withdrawn:
        await app.surfaces_open.wait()  # before, there is nobody who could delete a message
        return await delivery.withdraw_all(user_id)

    async def settled(user_ids: Container[str]) -> None:
        await asyncio.gather(thumbnails.settled(user_ids), sidecars.settled(user_ids))

    async def finish(creation_id: str) -> str:
        standing = await bench()
        return await standing.boundary.finish(creation_id) if await others.take_late(creation_id) else ""

    async def bench() -> "Workbench":
        assert app.workbench
        return await asyncio.shield(app.workbench)

    admission = Admission(
        database,
        changes,
        start,
        others.worker_id,
        Room(per_user=settings.user_at_once, overall=settings.at_once),
        timedelta(seconds=settings.deadline_s),
        waits=lambda place: None if place.surface in OWN_SURFACES else delivery.follow(place.id),
        crew=others.crew,
    )
    if others.crew:
        others.crew.hear(admission.look)
    chats = Chats(database, objects, delivery)
    deletion = Deletion(
        database,
        objects,
        spool,
        stops,
        forget_workflows if worker else None,
        withdraw,
        settled,
        chats.forgotten,
        given.timing.forgetting_waits_s,
    )

    def stored(asset: Asset) -> None:
        thumbnails.soon(asset)
        sidecars.soon(asset)

    uploads = Uploads(database, objects, pool, spool, stored)
    studio = Studio(database, objects, changes, admission, stops, uploads, thumbnails, deletion, delivery)
    app = App(
        settings=settings,
        given=given,
        machines=others,
        database=database,
        objects=objects,
        changes=changes,
        stops=stops,
        pool=pool,
        spool=spool,
        thumbnails=thumbnails,
        sidecars=sidecars,
        catalogue=_catalogue(settings, given),
        admission=admission,
        leaving=Leaving(),
        delivery=delivery,
        deletion=deletion,
        overdue=Overdue(database, finish),
        studio=studio,
        kept=kept(database, studio),
        likeness=Likeness(database),
        provenance=provenance(database, pool, spool, delivery.adapters),
        export=Export(database, objects),
        backups=Backups(database, objects, settings.data_dir, _hours(settings.backup_hours)),
        audit=Audit(database, objects, thumbnails, spool.folder, watch.figures.audited),
        retention=Retention(database, spool, Tombstones(objects), studio.delete, settings.retention_days),
        joining=Joining(database, chats.forgotten),
        chats=chats,
        links=Links(database, settings.public_url, secret_key(settings)),
        local_user_id=await database.write(lambda session: people.local_user(session).id),
        secret_key=secret_key(settings),
        uploads=uploads,
        watch=watch,
        pulse=Pulse(watch.figures, surfaces),
        surfaces=surfaces,
        workbench=asyncio.get_running_loop().create_future() if worker else None,
    )
    return app


def _catalogue(settings: Settings, given: Given) -> Catalogue:
    listing = Listing(model=given.models) if given.models else read_listing(settings.models_file)
    return Catalogue(listing, tuple(given.providers) if given.providers else (*settings.paid_keys, OFFLINE))


def _hours(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)


def _spawn(app: App) -> None:
    for name, work in (
        ("workbench once", _set_up(app)),
        ("admission", app.admission.run()),
        ("stops", app.stops.run()),
        ("thumbnails once", app.thumbnails.sweep()),
        ("sidecars", app.sidecars.run()),
        ("deletion", app.deletion.run()),
        ("joining", app.joining.run()),
        ("retention", app.retention.run()),
        ("audit", app.audit.run()),
        ("backups", app.backups.run()),
        ("overdue", app.overdue.run()),
        ("leftovers", Leftovers(app.database, app.spool).run()),
        ("spool", app.spool.run()),
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
            adapter = WatchedAdapter(name, app.surfaces[name].adapter, app.watch)
            app.delivery.adapters[name] = app.machines.adapter(adapter)
        if listen:
            for name, surface in app.surfaces.items():
                _start(app, name, surface.run())
            await asyncio.sleep(0)  # from its first step on, each says by itself that it cannot be heard yet
    finally:
        app.surfaces_open.set()


async def _set_up(app: App) -> None:
    """Load the workbench's modules in a thread, as DBOS and the SDKs take long, then build it on this loop."""
    assert app.workbench
    try:
        module = await asyncio.to_thread(import_module, "bot.workbench")
        await app.surfaces_open.wait()
        for name, work in (await app.machines.join()).items():
            _start(app, name, work)
        bench = await module.set_up(app)
        if bench.takeover:
            _start(app, "takeover", bench.takeover.run())
        app.workbench.set_result(bench)
    except Exception as error:
        app.workbench.set_exception(error)


async def _engine(workbench: "asyncio.Future[Workbench]") -> "Engine":
    return (await asyncio.shield(workbench)).engine


def _well_done(task: asyncio.Task[None]) -> bool:
    """It was to be done once, and is."""
    return task.get_name().endswith("once") and not task.cancelled() and task.exception() is None


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
    await app.sidecars.close()
    await app.changes.close()
    await app.pool.close()
    await app.uploads.close()
    if bench:
        await bench.close()
    await app.machines.leave()
    app.spool.close()
    app.objects.close()
    app.database.close()
    await asyncio.to_thread(app.watch.spans.close)


async def _standing(app: App) -> "Workbench | None":
    """The workbench, if this process has one and it came up. One that is just being set up is waited for."""
    if app.workbench is None or not app.tasks:
        return None
    await asyncio.wait((app.workbench,))
    return None if app.workbench.exception() else app.workbench.result()
