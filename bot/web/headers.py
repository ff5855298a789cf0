"""What every response tells the browser to refuse."""

from collections.abc import Mapping

import structlog
from aiohttp import web
from yarl import URL

from bot.web.context import WEB
from storage.errors import StoreAway

OBJECT_ORIGIN: web.AppKey[str] = web.AppKey("object_origin", str)
"""Where stored files are served from, when it is not Easel itself; empty otherwise."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:{objects}; "
    "media-src 'self' blob:{objects}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
"""For files looked at on their own: browsers show them in a page of their own making, and nothing in them may run."""

log = structlog.get_logger()

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Runs when a response is about to leave, so that streams and files have them too; what a handler set stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    origin = request.app.get(OBJECT_ORIGIN, "")
    response.headers.setdefault("Content-Security-Policy", POLICY.format(objects=f" {origin}" if origin else ""))
    if response.content_type in ("application/json", "text/html"):
        response.headers.setdefault("Cache-Control", "no-store")
    if (request.app[WEB].public_url or "").startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.pop("Server", None)


async def learn_object_origin(app: web.Application) -> None:
    """Ask the store where its links lead, once at start: pages must be allowed to show what lies there."""
    try:
        link = await app[WEB].objects.url("probe", 60)
    except StoreAway as error:  # no key to sign with: `easel doctor` tells why
        log.error("store_gives_no_links", reason=error.reason)
        link = None
    app[OBJECT_ORIGIN] = str(URL(link).origin()) if link else ""
