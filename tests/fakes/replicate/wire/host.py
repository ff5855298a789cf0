"""One aiohttp server on a loopback socket: every request is journaled, then served, or meets its scripted fate."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from tests.fakes.replicate.wire.behaviour import Behaviour, Damage, Script
from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.journal import Call, Journal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BODY_LIMIT = 512 * 1024 * 1024
"""Platforms answer oversize themselves; aiohttp's own limit must not stand in front."""


class Refusal(Exception):
    """The platform says no: a status and a body in the platform's shape."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body, self.headers = status, body, dict(headers or {})

    def response(self) -> web.Response:
        return answer(self.body, self.status, self.headers)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON for what JSON can hold, text for text, nothing for nothing."""
    if body is None:
        return web.Response(status=status, headers=headers)
    if isinstance(body, str):
        return web.Response(text=body, status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)


class Host:
    """A name, a socket, a few routes."""

    def __init__(
        self, name: str, *, journal: Journal, clock: Clock, script: Script, unknown: Callable[[int], Refusal]
    ) -> None:
        self.name, self._journal, self._clock, self._script, self._unknown = name, journal, clock, script, unknown
        self._app = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._unrouted])
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, method: str, path: str, names: tuple[str, ...], handler: Handler) -> None:
        """A route; `names` are what tests call it, the narrowest first."""

        async def served(request: web.Request) -> web.StreamResponse:
            return await self._serve(names, handler, request)

        self._app.router.add_route(method, path, served)

    async def start(self) -> None:
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def _serve(self, names: tuple[str, ...], handler: Handler, request: web.Request) -> web.StreamResponse:
        try:
            call = await self._note(names[0], request)
        except ConnectionResetError:  # whoever asked is dead, and nobody reads an answer
            return web.Response(status=400)
        behaviour = self._script.take(names)
        if behaviour is None:
            return await self._done(call, handler, request)
        call.behaviour = behaviour.name
        return await self._scripted(behaviour, call, handler, request)

    async def _scripted(
        self, behaviour: Behaviour, call: Call, handler: Handler, request: web.Request
    ) -> web.StreamResponse:
        response: web.StreamResponse = web.Response()
        if behaviour.accepted:
            response = await self._done(call, handler, request)
            if response.status >= 400:
                return response
        await asyncio.sleep(behaviour.after_s)
        if behaviour.reply:
            response = answer(behaviour.reply.body, behaviour.reply.status, behaviour.reply.headers)
        if behaviour.damage:
            return await _damaged(behaviour.damage, response, call, request)
        call.status = response.status
        return response

    async def _done(self, call: Call, handler: Handler, request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = refusal.response()
        call.status = response.status
        return response

    async def _note(self, route: str, request: web.Request) -> Call:
        call = Call(
            at=self._clock.now(),
            host=self.name,
            route=route,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=dict(request.headers),
        )
        self._journal.append(call)
        if request.content_type == "application/json":
            call.json = _parsed(await request.read())
        return call

    @web.middleware
    async def _unrouted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            call = await self._note("unknown", request)
            call.status = error.status
            return self._unknown(error.status).response()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _damaged(
    damage: Damage, response: web.StreamResponse, call: Call, request: web.Request
) -> web.StreamResponse:
    whole = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b"{}"
    match damage:
        case Damage.HANG:
            call.status = None
            await asyncio.sleep(3600)
        case Damage.DROP:
            call.status = None
            cut(request)
        case Damage.TRUNCATED:
            return await send_half(request, whole, response.status, response.content_type)
        case Damage.EMPTY:
            return web.Response(status=response.status, content_type="application/json")
        case Damage.BROKEN_JSON:
            broken = whole[: len(whole) // 2] + b"\x00<"
            return web.Response(body=broken, status=response.status, content_type="application/json")
        case Damage.HTML:
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
    return web.Response()


def cut(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


async def send_half(request: web.Request, whole: bytes, status: int, media_type: str) -> web.StreamResponse:
    """Announces everything, sends half, closes."""
    response = web.StreamResponse(status=status)
    response.content_type = media_type
    response.content_length = max(2, len(whole))
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2] or b" ")
    if request.transport:
        request.transport.close()
    return response
