"""What a request tells of its way here: the host asked for, who stands in between, and the links its sender can use."""

import re
from ipaddress import ip_address

from aiohttp import web

from bot.web.context import WEB
from bot.web.shapes import Links

FORWARDING = re.compile(
    r"forwarded|x-forwarded(-.*)?|x-real-ip|x-client-ip|x-original-.*|x-envoy-.*|true-client-ip|via|cf-.*|tailscale-.*",
    re.IGNORECASE,
)
LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)


def is_forwarded(request: web.Request) -> bool:
    """Somebody stands between the sender and us, so the sender's address proves nothing."""
    return any(FORWARDING.fullmatch(name) for name in request.headers)


def is_loopback_peer(request: web.Request) -> bool:
    """The connection comes from this machine."""
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def has_loopback_host(request: web.Request) -> bool:
    """The host asked for is this machine, by a name that nobody else can own."""
    return LOOPBACK.fullmatch(request.headers.get("Host", "")) is not None


def is_from_here(request: web.Request) -> bool:
    """Sent by a program on this machine, to this machine by name, with nobody in between."""
    return is_loopback_peer(request) and not is_forwarded(request) and has_loopback_host(request)


def is_https(request: web.Request) -> bool:
    """The browser sees https, whoever ends it. A sender who lies about this only harms their own links and cookie."""
    forwarded = request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip()
    return (request.app[WEB].public_url or "").startswith("https:") or request.secure or forwarded == "https"


def links_of(request: web.Request) -> Links:
    """Absolute addresses: under the public URL, or under the scheme and host that this request came by."""
    own = f"{'https' if is_https(request) else 'http'}://{request.host}"
    return Links((request.app[WEB].public_url or own).rstrip("/"))
