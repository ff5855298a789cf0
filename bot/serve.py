"""`easel run` and `easel worker`: every configured surface and a worker, until a signal says stop."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.app import App, drain, running
from bot.lock import WorkerLock
from bot.safekeeping.disk import at_risk
from bot.settings import Settings, is_loopback
from bot.watch.census import Census
from bot.watch.readiness import Readiness
from bot.web.context import Web
from bot.web.server import make_web
from bot.web.signin import sign_in_link
from core.errors import NotFound

House = Callable[..., AbstractAsyncContextManager[App]]
"""`running`, or a part of it with other providers."""
LOCK_WAIT_S = 15.0
GRACE_S = 2.0
log = structlog.get_logger()
COLLECT_AFTER = (20_000, 20, 20)
"""New objects before a pass of the garbage collector, and passes before the next deeper one. Requests and rows leave
hardly a cycle, and with the usual 700, three of a hundred processor seconds went there."""


class AlreadyRunning(Exception):
    """Another process works on this data folder."""


class DeclaredDead(Exception):
    """The other workers count this one as dead."""


async def serve(settings: Settings, *, worker: bool = True, house: House = running) -> None:
    """Serve until SIGINT (stop now, go on at the next start) or SIGTERM (let what runs end first)."""
    async with _locked(settings, worker), house(settings, worker=worker, listen=True) as app:
        front = _front(app)
        async with _listening(front) as address:
            await _greet(app, front, address)
            await until_told(app)


@contextlib.asynccontextmanager
async def _locked(settings: Settings, worker: bool) -> AsyncIterator[None]:
    """A worker owns its data folder; a short wait lets a command that is just ending give it back."""
    lock = WorkerLock(settings.data_dir)
    waited = 0.0
    while worker and not settings.on_postgres and not lock.take():
        if waited >= LOCK_WAIT_S:
            raise AlreadyRunning(f"Another Easel works on {settings.data_dir.resolve()}. Stop it, or use --no-worker.")
        await asyncio.sleep(0.2)
        waited += 0.2
    try:
        yield
    finally:
        lock.release()


@contextlib.asynccontextmanager
async def _listening(front: Web) -> AsyncIterator[str]:
    """The web, on its port; yields the address to open."""
    runner = web.AppRunner(make_web(front), access_log=None, shutdown_timeout=GRACE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, front.host, front.port)
        await site.start()
        port = runner.addresses[0][1]
        yield front.public_url or f"http://{_shown_host(front.host)}:{port}"
    finally:
        await runner.cleanup()


def _front(app: App) -> Web:
    settings = app.settings
    incoming = settings.data_dir / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    readiness = Readiness(app)
    return Web(
        studio=app.studio,
        kept=app.kept,
        likeness=app.likeness,
        provenance=app.provenance,
        export=app.export,
        joining=app.joining,
        database=app.database,
        objects=app.objects,
        pool=app.pool,
        local_user_id=app.local_user_id,
        secret_key=app.secret_key,
        host=settings.host,
        port=settings.port,
        public_url=settings.public_url,
        token_demanded=app.token_demanded,
        offline=app.offline,
        incoming=incoming,
        not_ready=readiness.reasons,
        metrics=Census(app, readiness).text,
        figures=app.watch.figures,
        slack=partial(_slack, app) if "slack" in settings.chat_platforms else None,
    )


async def _slack(app: App, request: web.Request) -> web.StreamResponse:
    await app.surfaces_open.wait()
    if "slack" not in app.surfaces:
        raise NotFound
    return await app.surfaces["slack"].http(request)


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):
        return "localhost"
    return f"[{host}]" if ":" in host else host


async def _greet(app: App, front: Web, address: str) -> None:
    print(f"Easel is running at {address}", flush=True)
    if app.token_demanded:
        print(f"Sign in once, within ten minutes: {await sign_in_link(front, address)}", flush=True)
    if app.offline:
        print("It makes offline sketches, not AI pictures. Add a key to .env to use real models.", flush=True)
    if risk := at_risk(app.settings):
        log.warning("disk_does_not_last", hint=risk)
    if not is_loopback(urlsplit(address).hostname or "") and not address.startswith("https"):
        log.warning("public_without_https", hint="Put Easel behind a server that speaks https.")


async def until_told(app: App) -> None:
    """Work until a signal comes, or until the engine turns out not to start: that is an error for everybody to see."""
    told = asyncio.ensure_future(_signal())
    up: asyncio.Future[Any] = app.workbench or asyncio.ensure_future(app.surfaces_open.wait())
    await asyncio.wait((told, up), return_when=asyncio.FIRST_COMPLETED)
    if not told.done():
        await up
        # Modules and classes live as long as the process. Without this, each full pass of the garbage collector looks
        # at all of them, and stops the loop for a quarter of a second.
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
    await _told_or_dead(told, app)
    reason = await told
    log.info("stopping", reason=reason.name)
    if reason is signal.SIGTERM and app.workbench:
        await drain(app)


async def _told_or_dead(told: "asyncio.Future[signal.Signals]", app: App) -> None:
    """Wait for the signal.

    Raises:
        DeclaredDead: the other workers have taken over what this one had, so it must not go on.
    """
    heartbeat = app.machines.heartbeat
    if heartbeat is None:
        return
    lost = asyncio.ensure_future(heartbeat.lost.wait())
    await asyncio.wait((told, lost), return_when=asyncio.FIRST_COMPLETED)
    lost.cancel()
    if not told.done():
        raise DeclaredDead(
            "This worker was silent for too long, so the others have taken over its work. Start it again."
        )


async def _signal() -> signal.Signals:
    loop = asyncio.get_running_loop()
    came: asyncio.Future[signal.Signals] = loop.create_future()

    def take(number: signal.Signals) -> None:
        if not came.done():
            came.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, take, number)
    return await came
