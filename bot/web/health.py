"""How Easel is: alive, ready, and counted."""

import time
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlmodel import Session

from bot.web.body import answer
from bot.web.context import WEB
from bot.web.errors import route_of
from bot.web.shapes import ReadyOut
from storage import creations
from storage.tables import UNFINISHED, CreationState

METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "easel_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "easel_http_request_seconds", "Time to the end of an answer.", ("method", "route"), registry=self._registry
        )
        self._creations = Gauge("easel_creations", "Creations not ended.", ("state",), registry=self._registry)
        ProcessCollector(registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answered request. `route` is a template, never an address."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, unfinished: Mapping[CreationState, int]) -> bytes:
        """Everything in Prometheus' own format."""
        for state, count in unfinished.items():
            self._creations.labels(state.value).set(count)
        return generate_latest(self._registry)


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)


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
        request.app[METRICS].count(request.method, route_of(request), status, time.perf_counter() - begun)


async def alive(request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers."""
    return web.Response(text="ok")


async def ready(request: web.Request) -> web.Response:
    """`GET /readyz`: work can be taken, or why not."""
    reasons = request.app[WEB].not_ready()
    return answer(ReadyOut(status="not_ready" if reasons else "ready", reasons=reasons), 503 if reasons else 200)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`."""
    unfinished = await request.app[WEB].database.read(_unfinished)
    return web.Response(body=request.app[METRICS].text(unfinished), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _unfinished(session: Session) -> dict[CreationState, int]:
    return {state: len(creations.places(session, state)) for state in UNFINISHED}
