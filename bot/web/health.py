"""How Easel is: alive, ready, and counted."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.web.body import answer
from bot.web.context import WEB
from bot.web.errors import route_of
from bot.web.shapes import ReadyOut


@web.middleware
async def measuring(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count every request by its route, whatever came of it."""
    begun, status = time.perf_counter(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as redirect:
        status = redirect.status
        raise
    finally:
        figures = request.app[WEB].figures
        figures.answered(request.method, route_of(request), status, time.perf_counter() - begun)


async def alive(request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers."""
    return web.Response(text="ok")


async def ready(request: web.Request) -> web.Response:
    """`GET /readyz`: work can be taken, or why not."""
    reasons = await request.app[WEB].not_ready()
    return answer(ReadyOut(status="not_ready" if reasons else "ready", reasons=reasons), 503 if reasons else 200)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`."""
    return web.Response(body=await request.app[WEB].metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})
