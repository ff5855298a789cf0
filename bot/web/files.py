"""The bytes of assets: from this machine with ranges, by a short-lived link to the store, or streamed through."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from bot.web.body import path_id, read_query
from bot.web.context import USER, WEB
from bot.web.headers import FILE_POLICY
from bot.web.shapes import FileQuery, PreviewQuery
from core.creation.thumbnails import MEDIA_TYPE
from core.creation.view import AssetView
from core.errors import NotFound
from storage.objects import ObjectStore

LINK_S = 3600
CACHE_S = 3600
NAME_MAX = 60
SHOWN = ("image/", "video/", "audio/")
ENDINGS: Mapping[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/ogg": ".ogg",
}


async def content(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/assets/{id}/content`; with `?download=1` under a friendly name."""
    asset, key = await request.app[WEB].studio.content(request[USER], path_id(request))
    download = read_query(request, FileQuery).download
    headers = file_headers(asset.media_type, disposition(asset, download=download))
    return await served(request, key, headers, may_redirect=not download)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/assets/{id}/thumbnail`."""
    key = await request.app[WEB].studio.thumbnail(request[USER], path_id(request))
    if key is None:
        raise NotFound("This asset has no picture to show.")
    return await served(request, key, file_headers(MEDIA_TYPE, "inline"), may_redirect=False)


async def preview(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/steps/{id}/preview`: gone as soon as the picture itself is there."""
    read_query(request, PreviewQuery)
    key = await request.app[WEB].studio.preview(request[USER], path_id(request))
    headers = file_headers("image/png", "inline") | {"Cache-Control": "private, max-age=60"}
    return await served(request, key, headers, may_redirect=False)


async def served(request: web.Request, key: str, headers: dict[str, str], *, may_redirect: bool) -> web.StreamResponse:
    """An object as an answer: the file itself, a short-lived link to the store, or its bytes passed on."""
    objects = request.app[WEB].objects
    path = objects.local(key)
    if path is not None and await objects.size(key) is not None:
        return web.FileResponse(path, headers=headers)
    link = await objects.url(key, LINK_S) if may_redirect else None
    if link:
        kept = {"Cache-Control": f"private, max-age={LINK_S // 2}", "Location": link}
        return web.Response(status=307, headers=kept)
    return await _streamed(request, objects, key, headers)


async def _streamed(
    request: web.Request, objects: ObjectStore, key: str, headers: dict[str, str]
) -> web.StreamResponse:
    size = await objects.size(key)
    if size is None:
        raise NotFound
    etag = f'"{key.rsplit("/", 1)[-1]}-{size:x}"'
    if etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": etag})
    response = web.StreamResponse(headers=headers | {"ETag": etag, "Content-Length": str(size)})
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    async for chunk in objects.open(key):
        await response.write(chunk)
    return response


def file_headers(media_type: str, kept_as: str) -> dict[str, str]:
    """What a file's answer says: what it is, under which name it is kept, and that nothing in it may run."""
    return {
        "Content-Type": media_type,
        "Content-Disposition": kept_as,
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": f"private, max-age={CACHE_S}",
        "Vary": "Authorization, Cookie",
    }


def disposition(asset: AssetView, *, download: bool) -> str:
    """Shown in place, or kept under a name; whatever is no picture, film or sound is only ever kept."""
    way = "inline" if asset.media_type.startswith(SHOWN) and not download else "attachment"
    name = friendly_name(asset)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def friendly_name(asset: AssetView) -> str:
    """A file name that says what it is: `a-lighthouse-at-dusk-v3b.png`."""
    words = "-".join(re.findall(r"\w+", (asset.asked or asset.prompt or asset.kind).lower()))
    short = words[:NAME_MAX].rsplit("-", 1)[0] if len(words) > NAME_MAX else words
    ending = ENDINGS.get(asset.media_type, "")
    return "-".join(part for part in (short or asset.kind, asset.version) if part) + ending
