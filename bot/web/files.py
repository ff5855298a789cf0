"""The bytes of assets: from this machine with ranges, by a short-lived link to the store, or streamed through."""

import re
from collections.abc import Mapping
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import web

from bot.web.body import path_id, read_query
from bot.web.context import USER, WEB
from bot.web.headers import FILE_POLICY
from bot.web.looking import looking
from bot.web.shapes import FileQuery, PreviewQuery
from core.creation.thumbnails import MEDIA_TYPE
from core.creation.view import AssetView
from core.errors import NotFound
from core.people.names import friendly_name
from storage.objects import ObjectStore

LINK_S = 3600
LINK_KEPT_S = 300
"""How long a browser may reuse a link: one that was signed for a machine's role ends with the role's own key."""
CACHE_S = 3600
SHOWN = ("image/", "video/", "audio/")


async def content(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/assets/{id}/content`; with `?download=1` under a friendly name."""
    asset_id, studio, user_id = path_id(request), request.app[WEB].studio, request[USER]
    asset, key = await looking(request, lambda where: studio.content(user_id, asset_id, where))
    download = read_query(request, FileQuery).download
    headers = file_headers(asset.media_type, disposition(asset, download=download))
    return await served(request, key, headers, may_redirect=True)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/assets/{id}/thumbnail`."""
    asset_id, studio, user_id = path_id(request), request.app[WEB].studio, request[USER]
    key = await looking(request, lambda where: studio.thumbnail(user_id, asset_id, where))
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
    link = await _link(objects, key, headers) if may_redirect and request.method == "GET" else None
    if link:
        kept = {"Cache-Control": f"private, max-age={LINK_KEPT_S}", "Location": link}
        return web.Response(status=307, headers=kept)
    return await _streamed(request, objects, key, headers)


async def _link(objects: ObjectStore, key: str, headers: Mapping[str, str]) -> str | None:
    """A link is signed for one method, GET, and for what the answer says of itself."""
    return await objects.url(key, LINK_S, headers["Content-Type"], headers["Content-Disposition"])


async def _streamed(
    request: web.Request, objects: ObjectStore, key: str, headers: dict[str, str]
) -> web.StreamResponse:
    size = await objects.size(key)
    if size is None:
        raise NotFound
    etag = f'"{key.rsplit("/", 1)[-1]}-{size:x}"'
    if etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": etag})
    wanted = _range(request, size, etag)
    response = web.StreamResponse(
        status=200 if wanted is None else 206, headers=headers | {"ETag": etag, "Accept-Ranges": "bytes"}
    )
    if wanted is not None:
        response.headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    part = range(size) if wanted is None else wanted
    response.content_length = len(part)
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    async with aclosing(objects.open(key, part.start, len(part) if wanted else None)) as chunks:
        async for chunk in chunks:
            await response.write(chunk)
    return response


def _range(request: web.Request, size: int, etag: str) -> range | None:
    """The bytes that are wanted; None: all of them. Players leap about in films, and Safari plays none without."""
    if "Range" not in request.headers or request.headers.get("If-Range", etag) != etag:
        return None
    try:
        found = range(size)[request.http_range]
    except ValueError:
        found = range(0)
    if not found:
        raise web.HTTPRequestRangeNotSatisfiable
    return found


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
