"""Who asks, and whether they may: the one gate that every request passes before any handler sees it.

Where no token is demanded, being on this machine is the only proof. So everything that could make a stranger look local
is refused: a foreign host name (DNS rebinding), another site's page, a proxy or tunnel in between.
"""

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from bot.web.address import has_loopback_host, is_forwarded, is_from_here, is_loopback_peer
from bot.web.context import USER, WEB, Web
from bot.web.signin import signed_in
from core.errors import Forbidden, SignedOut
from storage import people

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/openapi.json"})
SIGN_IN = "Please sign in: open the sign-in link that `make run` printed, or send a token."

Authority = tuple[str, int | None]


@web.middleware
async def guarding(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request pass, with its person in `request[USER]` unless the address is open to all.

    Raises:
        SignedOut, Forbidden: it may not pass.
    """
    if request.path in ALWAYS_OPEN or request.path.startswith("/slack/"):  # Slack signs what it sends
        return await handler(request)
    _check_host(request)
    _check_origin(request)
    if not _is_open(request):
        request[USER] = await _person(request)
    return await handler(request)


def _check_host(request: web.Request) -> None:
    if not _proof_demanded(request) and not has_loopback_host(request):
        raise Forbidden("Easel answers here only as localhost or 127.0.0.1.", "foreign_host")


def _check_origin(request: web.Request) -> None:
    """Refuse what another site's page sends. A link followed from elsewhere is welcome: it only looks."""
    if request.method in SAFE_METHODS and _is_visit(request):
        return
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") or not _has_own_origin(request):
        raise Forbidden("This request came from another site's page.", "foreign_origin")


def _is_visit(request: web.Request) -> bool:
    headers = request.headers
    opened = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    return opened and "Origin" not in headers


def _has_own_origin(request: web.Request) -> bool:
    """No origin is sent by programs, and by browsers that only look; every other must be ours.

    Of a browser too old to send one with a form, the page before tells where the form stands.
    """
    before = None if request.method in SAFE_METHODS else request.headers.get("Referer")
    origin = request.headers.get("Origin", before)
    if origin is None:
        return True
    own = (f"http://{request.headers.get('Host', '')}", request.app[WEB].public_url or "")
    sender = _authority(origin)
    return sender is not None and sender in map(_authority, own)


def _authority(address: str) -> Authority | None:
    """Host and port. Not the scheme: behind a proxy that ends TLS, only the proxy knows it."""
    try:
        url = URL(address)
        port = url.explicit_port
    except ValueError:
        return None
    return (url.host.lower(), None if port in (80, 443) else port) if url.host else None


def _is_open(request: web.Request) -> bool:
    if request.path == "/metrics":
        return is_from_here(request)
    return request.path == "/signin" or request.path.startswith(("/static/", "/s/"))


async def _person(request: web.Request) -> str:
    context = request.app[WEB]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await _by_token(context, token.strip())
    user_id = await signed_in(request)
    if user_id:
        return user_id
    if _proof_demanded(request):
        raise SignedOut(SIGN_IN)
    return context.local_user_id


async def _by_token(context: Web, token: str) -> str:
    known = token.isascii()  # header bytes beyond ASCII arrive as lone surrogates, which no hash takes
    user_id = await context.database.look(lambda session: people.user_by_token(session, token)) if known else None
    if user_id is None:
        raise SignedOut("This token is not known here, or was revoked.", "bad_token")
    return user_id


def _proof_demanded(request: web.Request) -> bool:
    return request.app[WEB].token_demanded or is_forwarded(request) or not is_loopback_peer(request)
