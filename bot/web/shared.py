"""One asset at its lasting link: for whoever holds the link, as its file in a chat would be."""

import hmac
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp_jinja2
from aiohttp import web

from bot.chat.fitting import as_png
from bot.chat.links import asset_key
from bot.web.body import path_id
from bot.web.context import WEB
from bot.web.files import disposition, file_headers, served
from core.creation.thumbnails import MEDIA_TYPE
from core.errors import Forbidden, NotFound

FOR_OTHER_PAGES = {"Cross-Origin-Resource-Policy": "cross-origin"}


async def page(request: web.Request) -> web.Response:
    """`GET /s/{id}?key=…`: the asset, its words, and nothing that belongs to its owner alone."""
    shown, _ = await request.app[WEB].studio.content(await _owner(request), path_id(request))
    address = f"/s/{shown.id}"
    values = {"asset": shown, "address": address, "key": request.query["key"]}
    response = aiohttp_jinja2.render_template("shared.html", request, values)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def content(request: web.Request) -> web.StreamResponse:
    """`GET /s/{id}/content?key=…`: the file itself."""
    shown, key = await request.app[WEB].studio.content(await _owner(request), path_id(request))
    headers = file_headers(shown.media_type, disposition(shown, download="download" in request.query))
    return await served(request, key, headers, may_redirect=True)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """`GET /s/{id}/thumbnail?key=…`: a small picture of it."""
    headers = file_headers(MEDIA_TYPE, "inline") | FOR_OTHER_PAGES
    return await served(request, await _thumbnail_key(request), headers, may_redirect=False)


async def thumbnail_png(request: web.Request) -> web.StreamResponse:
    """`GET /s/{id}/thumbnail.png?key=…`: the same for chat platforms, some of which show no WebP."""
    key, here = await _thumbnail_key(request), request.app[WEB]
    with TemporaryDirectory(dir=here.incoming) as folder:
        picture = await as_png(here.pool, await here.objects.fetch(key, Path(folder)), Path(folder))
        if picture is None:
            raise NotFound
        return web.Response(body=picture.read_bytes(), headers=file_headers("image/png", "inline") | FOR_OTHER_PAGES)


async def _thumbnail_key(request: web.Request) -> str:
    key = await request.app[WEB].studio.thumbnail(await _owner(request), path_id(request))
    if key is None:
        raise NotFound
    return key


async def _owner(request: web.Request) -> str:
    """Whose asset the link opens.

    Raises:
        Forbidden: the key is not the one that Easel made for this asset.
        NotFound: it is deleted.
    """
    asset_id = path_id(request)
    key = request.query.get("key", "").encode("utf-8", "replace")
    if not hmac.compare_digest(key, asset_key(request.app[WEB].secret_key, asset_id).encode()):
        raise Forbidden("This link is not complete. Please copy all of it.", "bad_link")
    return await request.app[WEB].studio.owner(asset_id)


ROUTES = (
    web.get("/s/{id}", page),
    web.get("/s/{id}/content", content),
    web.get("/s/{id}/thumbnail", thumbnail),
    web.get("/s/{id}/thumbnail.png", thumbnail_png),
)
