"""Signing a browser in: a link that works once, then a cookie that scripts cannot read."""

import re
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlmodel import Session

from bot.web.address import is_https
from bot.web.context import WEB, Web
from bot.web.keys import derived, is_exact
from core.errors import Forbidden
from storage import people
from storage.errors import Forgotten
from storage.tables import now

SIGNED_IN_DAYS = 30
SIGNED_IN_S = SIGNED_IN_DAYS * 24 * 3600
CODE_MAX = 200
HOME = "/"
_OWN_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%?=&:-]{0,500}", re.ASCII)
"""A second slash or a backslash at the beginning would name another host."""
_USED_UP = "This sign-in link was used already, or is older than ten minutes. Ask Easel for a new one."


async def sign_in_link(context: Web, base: str) -> str:
    """A link that signs one browser in as the person at this machine: once, within ten minutes."""
    code = await context.database.write(lambda session: people.add_sign_in(session, context.local_user_id))
    return f"{base.rstrip('/')}/signin?{urlencode({'code': code})}"


async def show(request: web.Request) -> web.Response:
    """`GET /signin`: a page with one button. Looking uses nothing up: chat programs open links before people do."""
    code, path = request.query.get("code", "")[:CODE_MAX], _own_path(request.query.get("next", ""))
    return aiohttp_jinja2.render_template("signin.html", request, {"code": code, "next": path})


async def sign_in(request: web.Request) -> web.Response:
    """`POST /signin`: use the link up and hand out the cookie."""
    context = request.app[WEB]
    sent = await request.post()
    code = str(sent.get("code", ""))[:CODE_MAX]
    user_id = await context.database.write(lambda session: people.use_sign_in(session, code, now()))
    if user_id is None:
        raise Forbidden(_USED_UP, "sign_in_link")
    response = _to(_own_path(str(sent.get("next", ""))))
    _set_cookie(request, response, _signer(context).dumps(user_id), SIGNED_IN_S)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """`POST /signout`: forget the browser."""
    response = _to(HOME)
    _set_cookie(request, response, "", 0)
    return response


async def signed_in(request: web.Request) -> str | None:
    """The id of the person whose browser this is, if its cookie is ours, fresh, and the person still here."""
    context = request.app[WEB]
    cookie = request.cookies.get(_cookie_name(request))
    if not cookie or not is_exact(cookie.rpartition(".")[2]):
        return None
    try:
        user_id = str(_signer(context).loads(cookie, max_age=SIGNED_IN_S))
        return await context.database.look(lambda session: _living(session, user_id))
    except (BadSignature, Forgotten):
        return None


def _living(session: Session, user_id: str) -> str:
    return people.living(session, user_id).id


def _signer(context: Web) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(context.secret_key, "browser"), salt="signed-in")


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _own_path(wanted: str) -> str:
    """Where a link leads to after signing in: a page of ours, whatever stands in the link."""
    return wanted if _OWN_PATH.fullmatch(wanted) else HOME


def _set_cookie(request: web.Request, response: web.Response, value: str, max_age: int) -> None:
    # Lax, not Strict: a link to one's own asset, followed from a chat, must find the person signed in.
    response.set_cookie(
        _cookie_name(request),
        value,
        max_age=max_age,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="Lax",
    )


def _cookie_name(request: web.Request) -> str:
    """Over https, the prefix makes browsers refuse a cookie that a neighbouring host or plain http tries to plant."""
    return "__Host-easel" if is_https(request) else "easel"


ROUTES = (web.get("/signin", show), web.post("/signin", sign_in), web.post("/signout", sign_out))
