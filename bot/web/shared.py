"""What links show: one asset, as its file in a chat would be, or a collection. Open to whoever holds the whole link.

There are two kinds. A lasting link opens one asset until its owner ends its links; its key hangs on how often they
did. A link that an owner made has a row, which says what it opens and how long. Both are looked at at each request.
"""

import asyncio
import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from bot.chat.fitting import as_png
from bot.chat.links import asset_key, share_key
from bot.web.assets import CURSORS
from bot.web.body import known_id, path_id
from bot.web.context import WEB
from bot.web.files import disposition, file_headers, served
from core.creation.thumbnails import MEDIA_TYPE
from core.errors import Forbidden, Gone, NotFound
from core.gallery.sharing import ENDED
from core.trust.disk import working_folder

FOR_OTHER_PAGES = {"Cross-Origin-Resource-Policy": "cross-origin"}
ASKED_AGAIN = {"Cache-Control": "private, no-cache"}
"""A browser asks each time, as the link may have ended; what has not changed is not sent again."""
ENDINGS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """The asset that a link opens, and whose it is."""

    owner_id: str
    asset_id: str


async def page(request: web.Request) -> web.Response:
    """`GET /s/{id}?key=…`: the asset or the collection, its words, and nothing that belongs to its owner alone."""
    link_id = path_id(request)
    if _is_share(request) and (await request.app[WEB].kept.sharing.opened(link_id)).collection_id:
        return await _wall(request, link_id)
    return await _asset(request, f"/s/{link_id}", back="")


async def page_of_wall(request: web.Request) -> web.Response:
    """`GET /s/{id}/{asset}?key=…`: one asset of a collection."""
    address = f"/s/{path_id(request)}"
    return await _asset(request, f"{address}/{known_id(request.match_info['asset'])}", back=address)


async def content(request: web.Request) -> web.StreamResponse:
    """`GET /s/{id}/content?key=…`, `GET /s/{id}/{asset}/content?key=…`: the file itself.

    It is passed on, not redirected to the store: an address in the store would outlive the link.
    """
    opened = await _opened(request)
    shown, key = await request.app[WEB].studio.content(opened.owner_id, opened.asset_id)
    headers = file_headers(shown.media_type, disposition(shown, download="download" in request.query)) | ASKED_AGAIN
    return await served(request, key, headers, may_redirect=False)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    """`GET …/thumbnail?key=…`: a small picture of it."""
    headers = file_headers(MEDIA_TYPE, "inline") | FOR_OTHER_PAGES | ASKED_AGAIN
    return await served(request, await _thumbnail_key(request), headers, may_redirect=False)


async def thumbnail_png(request: web.Request) -> web.StreamResponse:
    """`GET …/thumbnail.png?key=…`: the same for chat platforms, some of which show no WebP."""
    key, here = await _thumbnail_key(request), request.app[WEB]
    headers = file_headers("image/png", "inline") | FOR_OTHER_PAGES | ASKED_AGAIN
    async with working_folder(here.incoming) as folder:
        picture = await as_png(here.pool, await here.objects.fetch(key, folder), folder)
        if picture is None:
            raise NotFound
        return web.Response(body=await asyncio.to_thread(picture.read_bytes), headers=headers)


async def unlisted(request: web.Request, response: web.StreamResponse) -> None:
    """Whatever a link answers, no search engine keeps it, and no other site learns its address."""
    if request.path.startswith("/s/"):
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"


async def _asset(request: web.Request, address: str, back: str) -> web.Response:
    opened = await _opened(request)
    shown, _ = await request.app[WEB].studio.content(opened.owner_id, opened.asset_id)
    values = {"asset": shown, "address": address, "back": back, "key": request.query["key"]}
    return aiohttp_jinja2.render_template("shared.html", request, values)


async def _wall(request: web.Request, share_id: str) -> web.Response:
    cursors, key = request.app[CURSORS], request.query["key"]
    before = cursors.read_place(request.query.get("before"))
    wall = await request.app[WEB].kept.sharing.wall(share_id, before=before)
    following = cursors.write_place(wall.next)
    address = f"/s/{share_id}"
    more = f"{address}?{urlencode({'key': key, 'before': following})}" if following else None
    values = {"wall": wall, "address": address, "key": key, "more": more}
    return aiohttp_jinja2.render_template("shared_collection.html", request, values)


async def _thumbnail_key(request: web.Request) -> str:
    opened = await _opened(request)
    key = await request.app[WEB].studio.thumbnail(opened.owner_id, opened.asset_id)
    if key is None:
        raise NotFound
    return key


async def _opened(request: web.Request) -> Opened:
    """The asset that the link opens.

    Raises:
        Forbidden: the key is not the one that Easel made for this address.
        Gone: the link has ended, or was taken back.
        NotFound: what it showed is deleted.
    """
    link_id, inside = path_id(request), request.match_info.get("asset")
    if _is_share(request):
        asset_id = known_id(inside) if inside else None
        return Opened(*await request.app[WEB].kept.sharing.asset(link_id, asset_id))
    if inside:
        raise _incomplete()
    return Opened(await _owner(request, link_id), link_id)


async def _owner(request: web.Request, asset_id: str) -> str:
    """Whose asset a lasting link opens."""
    try:
        owner, ended = await request.app[WEB].kept.sharing.lasting(asset_id)
    except NotFound:
        if _signed(request, asset_key(request.app[WEB].secret_key, asset_id)):
            raise
        raise _incomplete() from None
    secret = request.app[WEB].secret_key
    if _signed(request, asset_key(secret, asset_id, ended)):
        return owner
    if any(_signed(request, asset_key(secret, asset_id, each)) for each in range(min(ended, ENDINGS_MAX))):
        raise Gone(ENDED)
    raise _incomplete()


def _is_share(request: web.Request) -> bool:
    """The link is one that an owner made; its key says so without a look at any row."""
    return _signed(request, share_key(request.app[WEB].secret_key, path_id(request)))


def _signed(request: web.Request, key: str) -> bool:
    return hmac.compare_digest(request.query.get("key", "").encode("utf-8", "replace"), key.encode())


def _incomplete() -> Forbidden:
    return Forbidden("This link is not complete. Please copy all of it.", "bad_link")


ROUTES = (
    web.get("/s/{id}", page),
    web.get("/s/{id}/content", content),
    web.get("/s/{id}/thumbnail", thumbnail),
    web.get("/s/{id}/thumbnail.png", thumbnail_png),
    web.get("/s/{id}/{asset}", page_of_wall),
    web.get("/s/{id}/{asset}/content", content),
    web.get("/s/{id}/{asset}/thumbnail", thumbnail),
)
