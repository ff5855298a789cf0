"""Input media: where they may lie, how large they may be, and whether they are what they claim to be.

Source: docs.dev.runwayml.com/assets/inputs (sizes, HTTPS and domain names only, no redirects, HEAD, Content-Length,
Content-Type; URLs of 13 to 2048 characters). One exception, made for tests: loopback addresses are allowed, by http,
too, and they are the only ones fetched; other HTTPS URLs pass unseen.
"""

import asyncio
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fakes.replicate.wire import sources
from tests.fakes.replicate.wire.sources import Medium, Unusable
from tests.fakes.runway.contract import Named
from tests.fakes.runway.refusals import Issue, asset_issue, issue
from tests.fakes.runway.uploads import Uploads

MB = 1024 * 1024
DATA_URI_CHARS = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB}
URL_BYTES = {"image": 16 * MB, "video": 32 * MB, "audio": 32 * MB}
INPUT_BYTES = 64 * MB
"""No input may be larger, wherever it lies."""
IMAGE_FORMS = {"JPEG", "PNG", "WEBP"}
LONGEST_S = {"video_upscale": 30}
UNSEEN = {
    "image": Medium(kind="image", form="unseen", width=1280, height=720),
    "video": Medium(kind="video", form="unseen", width=1280, height=720, duration_s=5, fps=24),
    "audio": Medium(kind="audio", form="unseen", duration_s=5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A source that can be used."""

    named: Named
    medium: Medium


class Assets:
    """Reads what a body names."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def read(self, route: str, named: list[Named]) -> tuple[list[Found], list[Issue]]:
        found, issues = [], []
        for one in named:
            try:
                medium = await self._medium(one)
            except Unusable as error:
                issues.append(asset_issue(one.path, f"{error}."))
                continue
            if medium.duration_s > LONGEST_S.get(route, float("inf")):
                issues.append(_too_long(one, LONGEST_S[route]))
            found.append(Found(named=one, medium=medium))
        return found, issues

    async def _medium(self, one: Named) -> Medium:
        scheme = one.uri.partition(":")[0].lower()
        if scheme == "data":
            media_type, data = _from_data_uri(one)
        elif scheme == "runway":
            media_type, data = self._uploads.find(one.uri)
        elif scheme in {"http", "https"}:
            if _checked_url(one.uri):
                return UNSEEN[one.kind]
            limit = URL_BYTES[one.kind]
            media_type, data = await sources.fetch(one.uri, limit_bytes=limit, redirects=False, strict=True)
        else:
            raise Unusable("Only HTTPS URLs, Runway upload URIs and data URIs are supported")
        return await _examined(one.kind, media_type, data)


async def _examined(kind: str, media_type: str, data: bytes) -> Medium:
    if len(data) > INPUT_BYTES:
        raise Unusable("Asset is larger than 64 MB")
    if media_type.partition("/")[0] != kind:
        raise Unusable(f"Unsupported Content-Type {media_type}; expected {kind}")
    medium = await asyncio.to_thread(sources.look, data)
    if medium.kind != kind or (kind == "image" and medium.form not in IMAGE_FORMS):
        raise Unusable(f"The file is not a supported {kind}")
    return medium


def _from_data_uri(one: Named) -> tuple[str, bytes]:
    limit = DATA_URI_CHARS[one.kind]
    if len(one.uri) > limit:
        raise Unusable(f"Data URI is larger than {limit // MB}MB")
    return sources.decode_data_uri(one.uri)


def _checked_url(url: str) -> bool:
    """Whether it leads away from this machine."""
    if not 13 <= len(url) <= 2048:
        raise Unusable("URLs must have 13 to 2048 characters")
    if sources.is_loopback(url):
        return False
    if not url.startswith("https://"):
        raise Unusable("All URLs must be HTTPS")
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." in host:
            return True
    raise Unusable("URLs must reference a domain name, not an IP address")


def _too_long(one: Named, limit_s: int) -> Issue:
    more = {"maximum": limit_s, "type": "number", "inclusive": True, "origin": "number"}
    return issue("too_big", one.path, f"Asset duration must be at most {limit_s} seconds", **more)
