"""The HTTP side: every request is noted, checked in Discord's order, done, and answered, or meets its scripted fate."""

import asyncio
import json
import traceback
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.discord import ask as asking
from tests.fakes.discord.ask import Answer, Ask, Call, Route
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.refusals import Refusal, invalid, unauthorised, unknown_route
from tests.fakes.discord.schema import Oracle
from tests.fakes.replicate.wire.behaviour import Behaviour, Damage, Script

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

PREFIX = "/api/v10"
ROOM = 512 * 1024 * 1024
"""Discord's own limits are answered by Discord; aiohttp's must not stand in front."""


class Host:
    """One socket for the API, the gateway and the files."""

    def __init__(self, world: "World", routes: Iterable[Route], oracle: Oracle | None) -> None:
        self._world, self.oracle, self._routes = world, oracle, list(routes)
        self.calls: list[Call] = []
        self.flawed: list[str] = []
        """Answers of this server that do not fit Discord's description."""
        self.script = Script(frozenset({"any", *(route.name for route in self._routes)}))
        self.rates = Rates(world.clock, enabled=world.rules.rate_limits)
        self._app = web.Application(client_max_size=ROOM, middlewares=[self._unrouted])
        self._runner: web.AppRunner | None = None
        self.port = 0
        for route in self._routes:
            self._app.router.add_route(route.method, PREFIX + route.path, self._server(route))

    def also(self, path: str, serve: Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]) -> None:
        self._app.router.add_get(path, serve)

    async def start(self) -> None:
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    def _server(self, route: Route) -> Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call = self._note(route, request)
            behaviour = self.script.take((route.name, "any"))
            if behaviour is None:
                return await self._done(route, request, call)
            call.behaviour = behaviour.name
            return await self._scripted(behaviour, route, request, call)

        return serve

    def _note(self, route: Route, request: web.Request) -> Call:
        path = request.path.removeprefix(PREFIX)
        call = Call(at=self._world.clock.now(), name=route.name, method=route.method, route=route.path, path=path)
        self.calls.append(call)
        return call

    async def _done(self, route: Route, request: web.Request, call: Call) -> web.Response:
        headers: dict[str, str] = {}
        try:
            headers = self._admit(route, request)
            answer = await self._act(route, request, call)
        except Refusal as refusal:
            call.code, call.why = refusal.body.get("code"), json.dumps(refusal.body)
            answer, headers = Answer(refusal.status, refusal.body), headers | refusal.headers
        except Exception:
            if request.transport is None or request.transport.is_closing():
                call.behaviour = "cut off by the client"
                return web.Response(status=400)
            # no 5xx: clients would ask again and again, and hide it
            self.flawed.append(f"{call.method} {call.path} broke this stand-in:\n{traceback.format_exc()}")
            call.why = self.flawed[-1]
            answer = Answer(400, {"message": "THIS STAND-IN is broken", "code": 0})
        call.status = answer.status
        self._world.pulse.beat()
        return _response(answer, headers)

    def _admit(self, route: Route, request: web.Request) -> dict[str, str]:
        if route.token and request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise unauthorised()
        if not request.headers.get("User-Agent"):
            raise Refusal(403, {"message": "403: Forbidden", "code": 0})
        return self.rates.take(route.name, request.match_info.get(route.major, ""), exempt=not route.token)

    async def _act(self, route: Route, request: web.Request, call: Call) -> Answer:
        body, uploads = await asking.read(request, self._world.rules.request_bytes)
        call.body, call.files = body, tuple((one.name, len(one.data)) for one in uploads.values())
        self._judge(route, body)
        query = request.query
        done = await route.act(Ask(route=route, params=request.match_info, query=query, body=body, uploads=uploads))
        answer = done if isinstance(done, Answer) else Answer(200 if done is not None else 204, done)
        self._judge_answer(route, answer)
        return answer

    def _judge(self, route: Route, body: Any) -> None:
        if self.oracle is None or not self._world.rules.validate or body is None:
            return
        if error := self.oracle.request(route.method, route.path, body):
            raise invalid(list(error.absolute_path), "OPENAPI", error.message[:300])

    def _judge_answer(self, route: Route, answer: Answer) -> None:
        if self.oracle is None or not self._world.rules.check_answers:
            return
        if error := self.oracle.answer(route.method, route.path, answer.status, answer.body):
            self.flawed.append(f"{route.method} {route.path} {list(error.absolute_path)}: {error.message[:300]}")

    async def _scripted(
        self, behaviour: Behaviour, route: Route, request: web.Request, call: Call
    ) -> web.StreamResponse:
        response = web.Response()
        if behaviour.accepted:
            response = await self._done(route, request, call)
        else:
            await request.read()
        await asyncio.sleep(behaviour.after_s)
        if behaviour.reply:
            call.status = behaviour.reply.status
            response = _response(Answer(behaviour.reply.status, behaviour.reply.body), dict(behaviour.reply.headers))
        return await self._damaged(behaviour.damage, response, request, call) if behaviour.damage else response

    async def _damaged(
        self, damage: Damage, response: web.Response, request: web.Request, call: Call
    ) -> web.StreamResponse:
        call.status = None
        if damage == Damage.HANG:
            await asyncio.sleep(3600)
        if damage == Damage.DROP and request.transport:
            request.transport.abort()
        if damage == Damage.HTML:
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html", status=502)
        whole = response.body if isinstance(response.body, bytes) else b"{}"
        return web.Response(
            body=whole[: len(whole) // 2], status=response.status, headers={"Content-Type": "application/json"}
        )

    @web.middleware
    async def _unrouted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except web.HTTPException as error:
            unknown = Route(method=request.method, path=request.path, name="unknown", act=_nothing)
            call = self._note(unknown, request)
            call.status, call.why = error.status, "no such route here"
            return _response(Answer(error.status, unknown_route(error.status).body), {})


async def _nothing(_: Ask) -> None:
    return None


def _response(answer: Answer, headers: dict[str, str]) -> web.Response:
    """A client takes it for JSON only under exactly this content type, without a charset."""
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    if isinstance(answer.body, str):
        return web.Response(status=answer.status, headers=headers, text=answer.body)
    body = json.dumps(answer.body, separators=(",", ":")).encode()
    return web.Response(status=answer.status, body=body, headers=headers | {"Content-Type": "application/json"})
