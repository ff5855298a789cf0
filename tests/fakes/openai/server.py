"""The server: a loopback socket, the routes, and one way that every request goes.

A request is journalled, authenticated, handed to the route's next behaviour, validated, billed, and answered.
It refuses what the platform refuses, and bills what the platform bills, also when the answer is lost on the way.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from aiohttp import web

from tests.fakes.openai import realtime
from tests.fakes.openai.answers import Wire
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.conversation import Mind
from tests.fakes.openai.endpoints import Endpoint, endpoint_of, route_of, said
from tests.fakes.openai.errors import ApiError, bad, no_key, unknown_url, wrong_key
from tests.fakes.openai.faults import Behaviour, Job, Script
from tests.fakes.openai.forms import Form, read_form
from tests.fakes.openai.journal import Call
from tests.fakes.openai.mind import default_mind
from tests.fakes.openai.models import DEFAULT_NOW, LOCALAI, OPENAI, Catalogue, Model
from tests.fakes.openai.routes import PAID, Route
from tests.fakes.openai.world import Flavour, World, new_id

KEY_PREFIX = "sk-test"
BODY_MAX_BYTES = 1024**3


@dataclass(slots=True)
class Turn:
    """One request on its way."""

    server: "OpenAIServer"
    endpoint: Endpoint
    call: Call
    ask: Ask
    wire: Wire

    async def accept(self) -> Job:
        """Validate, then bill."""
        self.server.refuse_foreign_fields(self.ask)
        job = await self.endpoint.accept(self.ask)
        self.server.bill(self.call)
        return job

    async def wait(self, seconds: float | None) -> None:
        """Until then, or until the client leaves, or the server stops."""
        with_limit = asyncio.timeout(seconds)
        try:
            async with with_limit:
                while not self.server.closing.is_set() and self._connected():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return

    def _connected(self) -> bool:
        transport = self.wire.request.transport
        return transport is not None and not transport.is_closing()


class OpenAIServer:
    """A local OpenAI API. `flavour="localai"` is a compatible server: no key, links, no Responses.

    `refuses` names fields that the compatible server does not know; `models` replaces the catalogue; `pace_s` passes
    between two events or chunks of an answer. What may change between requests: `now`, `mind`, `refuses`, and all
    of `world`.
    """

    def __init__(
        self,
        flavour: Flavour = "openai",
        *,
        now: datetime = DEFAULT_NOW,
        mind: Mind = default_mind,
        refuses: frozenset[str] = frozenset(),
        models: Iterable[Model] = (),
        pace_s: float = 0.0,
    ) -> None:
        self.world = World(
            flavour=flavour,
            now=now,
            catalogue=Catalogue(tuple(models) or (LOCALAI if flavour == "localai" else OPENAI)),
            mind=mind,
            refuses=refuses,
            speaker=realtime.default_speaker,
        )
        self.pace_s = pace_s
        self.calls: list[Call] = []
        self.paid: Counter[Route] = Counter()
        self.crashes: list[BaseException] = []
        """Errors of this server, of a mind or a speaker: raised by `stop`, so that none passes for a provider's 500."""
        self.closing = asyncio.Event()
        self._script = Script()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def now(self) -> datetime:
        """The server's day."""
        return self.world.now

    @now.setter
    def now(self, now: datetime) -> None:
        self.world.now = now

    @property
    def mind(self) -> Mind:
        """The model behind both text endpoints."""
        return self.world.mind

    @mind.setter
    def mind(self, mind: Mind) -> None:
        self.world.mind = mind

    @property
    def refuses(self) -> frozenset[str]:
        """Fields that a compatible server does not know."""
        return self.world.refuses

    @refuses.setter
    def refuses(self, names: frozenset[str]) -> None:
        self.world.refuses = names

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, after a stop on the same port as before."""
        self.closing.clear()
        app = web.Application(client_max_size=BODY_MAX_BYTES)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.base_url = self.base_url

    async def stop(self) -> None:
        """Drop whoever still waits; afterwards connections are refused."""
        self.closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self.crashes:
            raise self.crashes.pop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def script(self, route: Route | str, *behaviours: Behaviour) -> None:
        """How the next calls of this route go, one behaviour per call; afterwards all is normal again."""
        self._script.add(Route(route), *behaviours)

    def scripted(self, route: Route | str) -> int:
        """How many scripted calls of this route have not come yet."""
        return self._script.left(Route(route))

    def calls_of(self, route: Route | str) -> list[Call]:
        return [call for call in self.calls if call.route == Route(route)]

    def bill(self, call: Call) -> None:
        """Count an accepted generation."""
        if call.route in PAID:
            call.paid = True
            self.paid[call.route] += 1

    def refuse_foreign_fields(self, ask: Ask) -> None:
        """A compatible server names the field that it does not know."""
        for name in (*ask.body, *ask.form.texts):
            if self.world.compatible and name in self.world.refuses:
                raise bad(f'json: unknown field "{name}"', name)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = Call(
            at_s=time.monotonic(),
            route=route_of(request),
            method=request.method,
            path=request.path,
            request_id=new_id("req"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            user_agent=request.headers.get("User-Agent", ""),
        )
        self.calls.append(call)
        call.sent = self._headers(call)
        try:
            response = await self._answer(request, call)
        except ApiError as error:
            call.sent = {**call.sent, **error.headers}
            body = error.foreign_body() if self.world.compatible else error.body()
            response = web.json_response(body, status=error.status, headers=call.sent)
        except Exception as error:
            self.crashes.append(error)
            response = web.Response(status=500)
        call.status = response.status if request.transport and not request.transport.is_closing() else 0
        return response

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        if call.route is Route.FILES:
            return self._file(request)
        self._authenticate(request)
        if call.route is Route.REALTIME:
            return await self._converse(request, call)
        endpoint, name = endpoint_of(request)
        ask = await self._read(request, endpoint, call, name)
        turn = Turn(self, endpoint, call, ask, Wire(request, call.sent, self.pace_s))
        return await self._script.next(call.route).play(turn)

    def _authenticate(self, request: web.Request) -> None:
        if self.world.compatible:
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise no_key()
        if not key.startswith(KEY_PREFIX):
            raise wrong_key(key)

    async def _read(self, request: web.Request, endpoint: Endpoint, call: Call, name: str) -> Ask:
        form, body = Form(), {}
        if endpoint.form:
            form = await read_form(request)
            call.body = form.facts()
        elif request.method == "POST":
            body = call.body = await _json(request)
        return Ask(world=self.world, request_id=call.request_id, body=body, form=form, name=name)

    async def _converse(self, request: web.Request, call: Call) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            raise unknown_url(request.method, request.path)
        behaviour = self._script.next(Route.REALTIME)
        if not isinstance(behaviour, realtime.MID_SESSION):
            refusal = _Handshake(Wire(request, call.sent))
            response = await behaviour.play(refusal)
            if not refusal.opened:
                return response
        call.body = []
        line = realtime.Line(
            world=self.world,
            behaviour=behaviour,
            heard=call.body,
            bill=lambda: self.bill(call),
            crashes=self.crashes,
            closing=self.closing,
        )
        return await realtime.converse(request, line)

    def _file(self, request: web.Request) -> web.StreamResponse:
        found = self.world.files.get(request.path.rsplit("/", 1)[-1])
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found[0], content_type=found[1])

    def _headers(self, call: Call) -> dict[str, str]:
        """What the platform tells beside an answer: https://developers.openai.com/api/docs/guides/rate-limits"""
        if self.world.compatible:
            return {}
        left = max(0, 500 - len(self.calls))
        return {
            "x-request-id": call.request_id,
            "openai-version": "2020-10-01",
            "openai-organization": "easel-tests",
            "openai-processing-ms": "12",
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-tokens": "199000",
            "x-ratelimit-reset-tokens": "300ms",
        }


@dataclass(slots=True)
class _Handshake:
    """A socket's request for those behaviours that refuse it: nothing is billed before `response.create`."""

    wire: Wire
    opened: bool = False

    async def accept(self) -> Job:
        self.opened = True
        return said({})

    async def wait(self, seconds: float | None) -> None:
        await asyncio.sleep(seconds or 0)


async def _json(request: web.Request) -> dict[str, Any]:
    hint = "We could not parse the JSON body of your request."
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise bad(hint) from error
    if not isinstance(body, dict):
        raise bad(f"{hint} The API expects a JSON object.")
    return body
