"""The Web API's door: token, scope, arguments, speed, then the method; each call is journaled, or meets its fault."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.slack import (
    api_agents,
    api_auth,
    api_chat,
    api_conversations,
    api_files,
    api_streams,
    api_views,
    arguments,
)
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, TooFast
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.journal import Request
from tests.fakes.slack.methods import METHODS, Method
from tests.fakes.slack.oauth import OAuth
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.workspace import Token
from tests.fakes.slack.world import World

Json = dict[str, Any]
CALLS: dict[str, Callable[[Call], Json]] = {
    **api_agents.CALLS,
    **api_auth.CALLS,
    **api_chat.CALLS,
    **api_conversations.CALLS,
    **api_files.CALLS,
    **api_streams.CALLS,
    **api_views.CALLS,
}
Answer = Callable[[], Awaitable[web.StreamResponse]]


class Gate:
    """Serves /api/{method} and wraps the other doors that faults can be put at."""

    def __init__(self, world: World, sockets: Sockets, oauth: OAuth) -> None:
        self._world, self._sockets, self._oauth = world, sockets, oauth

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        entry = self._note(name)
        method = METHODS.get(name)
        if method is None:
            return self._refused(entry, Refused("unknown_method", req_method=name))
        return await self.faulty(name, entry, request, lambda: self._answer(entry, method, request))

    async def faulty(self, place: str, entry: Request, request: web.Request, answer: Answer) -> web.StreamResponse:
        """What `answer` gives, unless something else was scripted for this place."""
        fault = self._world.script.take(place)
        if fault is None:
            return await answer()
        entry.fault = fault.name
        response: web.StreamResponse = web.Response()
        if fault.performed:
            response = await answer()
        await asyncio.sleep(fault.after_s)
        if fault.cut:
            return _cut(request, entry)
        return response if fault.performed else _scripted(fault, entry)

    def _note(self, name: str) -> Request:
        entry = Request(at=self._world.clock.now(), method=name)
        self._world.journal.append(entry)
        return entry

    async def _answer(self, entry: Request, method: Method, request: web.Request) -> web.Response:
        try:
            raw = await arguments.merged(request, method)
            token = self._token(request, raw, method)
            raw.pop("token", None)
            entry.args, entry.team = raw, token.team if token else None
            args = arguments.read(method, raw)
            body = self._perform(entry.method, method, token, args, request)
        except Refused as refused:
            return self._refused(entry, refused)
        except TooFast as hasty:
            entry.status, entry.ok, entry.error = 429, False, "ratelimited"
            return hasty.response()
        entry.status, entry.ok = 200, True
        return _json({"ok": True} | body, token)

    def _perform(self, name: str, method: Method, token: Token | None, args: Json, request: web.Request) -> Json:
        team = (token.team if token else None) or "app"
        self._world.limits.check(team, name, args.get("channel"))
        if name == "oauth.v2.access":
            return self._oauth.access(args, request.headers.get("Authorization", ""))
        if name == "apps.connections.open":
            return {"url": self._sockets.url()}
        assert token is not None
        workspace = self._world.workspaces[team]
        return CALLS[name](Call(world=self._world, workspace=workspace, token=token, args=args))

    def _token(self, request: web.Request, raw: Json, method: Method) -> Token | None:
        if method.token == "none":
            return None
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or raw.get("token")
        if not given:
            raise Refused("not_authed")
        token = self._world.tokens.get(given)
        if token is None:
            raise Refused("invalid_auth")
        if token.state != "live":
            raise Refused(token.state)
        if token.kind != method.token:
            raise Refused("not_allowed_token_type")
        if method.scopes and not token.scopes & set(method.scopes):
            needed = ",".join(method.scopes)
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(token.scopes)))
        return token

    def _refused(self, entry: Request, refused: Refused) -> web.Response:
        body = refused.body()
        entry.status, entry.ok, entry.error = 200, False, refused.error
        entry.messages = body.get("response_metadata", {}).get("messages", [])
        return _json(body, None)

    # --- the other doors ------------------------------------------------------------------------------------------

    async def upload(self, request: web.Request) -> web.StreamResponse:
        return await self._plain("upload", request, lambda: api_files.receive(self._world, request))

    async def download(self, request: web.Request) -> web.StreamResponse:
        async def answer() -> web.Response:
            return api_files.download(self._world, request)

        return await self._plain("download", request, answer)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        async def answer() -> web.Response:
            try:
                entry.args = await self._world.response_urls.take(request)
            except (Refused, json.JSONDecodeError) as refused:
                error = refused.error if isinstance(refused, Refused) else "invalid_payload"
                entry.error = error
                return web.json_response({"ok": False, "error": error}, status=404)
            return web.Response(text="ok")

        entry = self._note("response_url")
        return await self._noted(entry, request, answer)

    async def _plain(self, place: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        entry = self._note(place)
        entry.args = {"path": request.path}
        return await self._noted(entry, request, answer)

    async def _noted(self, entry: Request, request: web.Request, answer: Answer) -> web.StreamResponse:
        async def noted() -> web.StreamResponse:
            response = await answer()
            entry.status, entry.ok = response.status, response.status < 400
            return response

        return await self.faulty(entry.method, entry, request, noted)


def _json(body: Json, token: Token | None) -> web.Response:
    headers = {"X-OAuth-Scopes": ",".join(sorted(token.scopes))} if token else None
    return web.json_response(body, headers=headers)


def _cut(request: web.Request, entry: Request) -> web.Response:
    entry.status = None
    if request.transport:
        request.transport.abort()
    return web.Response()


def _scripted(fault: Fault, entry: Request) -> web.Response:
    entry.status, entry.ok = fault.status, False
    headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else None
    if isinstance(fault.body, dict):
        entry.error = fault.body.get("error")
        return web.json_response(fault.body, status=fault.status, headers=headers)
    return web.Response(text=fault.body or "", status=fault.status, headers=headers)
