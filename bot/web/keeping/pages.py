"""The pages of collections."""

import aiohttp_jinja2
from aiohttp import web

from bot.web.assets import CURSORS
from bot.web.body import path_id, read_query
from bot.web.context import WEB
from bot.web.keeping.shapes import WallQuery
from bot.web.looking import viewer

PAGE_SIZE = 60


async def listing(request: web.Request) -> web.Response:
    """`GET /collections`: one's own, and those of one's workspaces."""
    found = await request.app[WEB].kept.collections.listing(await viewer(request))
    values = {"place": "collections", "collections": found}
    return aiohttp_jinja2.render_template("collections.html", request, values)


async def wall(request: web.Request) -> web.Response:
    """`GET /collections/{id}`: what hangs in one, page by page."""
    collection_id, looks, cursors = path_id(request), await viewer(request), request.app[CURSORS]
    before, desk = read_query(request, WallQuery).before, request.app[WEB].kept.collections
    shown = await desk.one(looks, collection_id)
    assets, following = await desk.page(looks, collection_id, PAGE_SIZE, cursors.read_place(before))
    more = f"/collections/{collection_id}?before={cursors.write_place(following)}" if following else None
    values = {"place": "collections", "collection": shown, "assets": assets, "more": more}
    return aiohttp_jinja2.render_template("collection.html", request, values)


ROUTES = (web.get("/collections", listing), web.get("/collections/{id}", wall))
