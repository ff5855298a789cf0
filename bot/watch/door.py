"""Where a worker without a web can be asked how it is: on this machine alone."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.watch.census import Census
from bot.watch.readiness import Readiness

if TYPE_CHECKING:
    from bot.app import App

HERE = "127.0.0.1"


@contextlib.asynccontextmanager
async def door(app: "App", port: int | None) -> AsyncIterator[str | None]:
    """`/healthz`, `/readyz` and `/metrics` on a loopback port, if one is set; yields its address."""
    if port is None:
        yield None
        return
    runner = web.AppRunner(_site(app), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HERE, port).start()
        yield f"http://{HERE}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _site(app: "App") -> web.Application:
    readiness = Readiness(app)
    census = Census(app, readiness)

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(_: web.Request) -> web.Response:
        reasons = await readiness.reasons()
        status = {"status": "not_ready" if reasons else "ready", "reasons": reasons}
        return web.json_response(status, status=503 if reasons else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await census.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    site = web.Application()
    site.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return site
