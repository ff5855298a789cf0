"""Installing the app: authorize page, redirect, oauth.v2.access.

Source: docs.slack.dev/authentication/installing-with-oauth
"""

import html
import secrets
from base64 import b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from tests.fakes.slack.errors import Refused
from tests.fakes.slack.methods import KNOWN_SCOPES
from tests.fakes.slack.world import World

CODE_S = 600
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Grant:
    """A code, good once within 10 minutes."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str | None
    made_at: float
    used: bool = False


class OAuth:
    """`redirects`: the registered redirect URLs (or their beginnings); empty: any."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.redirects: list[str] = []
        self.grants: dict[str, Grant] = {}

    async def page(self, request: web.Request) -> web.Response:
        """What a browser shows: the scopes asked for, and a button."""
        if fault := self._fault(request.query):
            return web.Response(status=400, text=f"<h1>Something went wrong: {fault}</h1>", content_type="text/html")
        scopes = "".join(f"<li>{html.escape(one)}</li>" for one in request.query["scope"].split(","))
        form = "<form method=post><input name=team><input name=user><button>Allow</button></form>"
        return web.Response(text=f"<h1>Install</h1><ul>{scopes}</ul>{form}", content_type="text/html")

    async def decide(self, request: web.Request) -> web.Response:
        """The person pressed Allow (or `deny=1`)."""
        form, query = await request.post(), request.query
        if fault := self._fault(query):
            return web.Response(status=400, text=fault)
        team, user = str(form.get("team", "")), str(form.get("user", ""))
        if team not in self._world.workspaces:
            return web.Response(status=400, text="no such workspace")
        back = query.get("redirect_uri") or (self.redirects[0] if self.redirects else "")
        answer = {"error": "access_denied"} if form.get("deny") else {"code": self._grant(query, team, user)}
        answer |= {"state": query["state"]} if "state" in query else {}
        joint = "&" if urlsplit(back).query else "?"
        raise web.HTTPFound(f"{back}{joint}{urlencode(answer)}")

    def _fault(self, query: Any) -> str | None:
        if query.get("client_id") != self._world.app.client_id:
            return "invalid_client_id"
        scopes = [one for one in query.get("scope", "").split(",") if one]
        if not scopes or set(scopes) - KNOWN_SCOPES:
            return "invalid_scope"
        redirect = query.get("redirect_uri")
        if self.redirects and redirect and not any(redirect.startswith(one) for one in self.redirects):
            return "bad_redirect_uri"
        return None if redirect or self.redirects else "bad_redirect_uri"

    def _grant(self, query: Any, team: str, user: str) -> str:
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.grants[code] = Grant(
            team=team,
            user=user,
            scopes=frozenset(query["scope"].split(",")),
            redirect_uri=query.get("redirect_uri"),
            made_at=self._world.clock.now(),
        )
        return code

    def access(self, args: Json, authorization: str) -> Json:
        client_id, client_secret = _client(args, authorization)
        if client_id != self._world.app.client_id:
            raise Refused("invalid_client_id")
        if client_secret != self._world.app.client_secret:
            raise Refused("bad_client_secret")
        grant = self.grants.get(args.get("code", ""))
        if grant is None or self._world.clock.now() - grant.made_at > CODE_S:
            raise Refused("invalid_code")
        if grant.used:
            raise Refused("code_already_used")
        if grant.redirect_uri and args.get("redirect_uri") != grant.redirect_uri:
            raise Refused("bad_redirect_uri")
        grant.used = True
        return self._installed(grant)

    def _installed(self, grant: Grant) -> Json:
        workspace = self._world.workspaces[grant.team]
        live = workspace.token if workspace.token and workspace.token.state == "live" else None
        token = live if live and live.scopes == grant.scopes else workspace.install(grant.scopes)
        return {
            "access_token": token.value,
            "token_type": "bot",
            "scope": ",".join(sorted(grant.scopes)),
            "bot_user_id": workspace.bot_user_id,
            "app_id": self._world.app.id,
            "team": {"id": workspace.id, "name": workspace.name},
            "enterprise": None,
            "authed_user": {"id": grant.user},
            "is_enterprise_install": False,
        }


def _client(args: Json, authorization: str) -> tuple[str, str]:
    """HTTP Basic, as the SDK sends it, or arguments."""
    if authorization.startswith("Basic "):
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return name, secret
    return str(args.get("client_id", "")), str(args.get("client_secret", ""))
