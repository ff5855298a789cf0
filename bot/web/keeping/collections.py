"""Collections over REST."""

from aiohttp import web

from bot.web.address import links_of
from bot.web.assets import CURSORS
from bot.web.body import answer, known_id, path_id, read_body, read_query
from bot.web.context import USER, WEB
from bot.web.keeping.shapes import (
    AssetsIn,
    CollectionChange,
    CollectionIn,
    CollectionList,
    CollectionsQuery,
    WallQuery,
    batch_out,
    collection_out,
)
from bot.web.keeping.tags import ids
from bot.web.looking import viewer
from bot.web.shapes import AssetPage, asset_out
from core.errors import Invalid


async def listing(request: web.Request) -> web.Response:
    """`GET /api/v1/collections`."""
    asset = read_query(request, CollectionsQuery).asset
    found = await request.app[WEB].kept.collections.listing(await viewer(request), known_id(asset) if asset else None)
    links = links_of(request)
    return answer(CollectionList(collections=[collection_out(each, links) for each in found]))


async def make(request: web.Request) -> web.Response:
    """`POST /api/v1/collections`."""
    body = await read_body(request, CollectionIn)
    made = await request.app[WEB].kept.collections.make(request[USER], body.name)
    return answer(collection_out(made, links_of(request)), 201)


async def show(request: web.Request) -> web.Response:
    """`GET /api/v1/collections/{id}`."""
    found = await request.app[WEB].kept.collections.one(await viewer(request), path_id(request))
    return answer(collection_out(found, links_of(request)))


async def change(request: web.Request) -> web.Response:
    """`PATCH /api/v1/collections/{id}`."""
    collection_id, body = path_id(request), await read_body(request, CollectionChange)
    collections = request.app[WEB].kept.collections
    if body.name is None and body.visibility is None:
        raise Invalid("There is nothing to change in this request.")
    if body.name is not None:
        await collections.rename(request[USER], collection_id, body.name)
    if body.visibility is not None:
        await collections.show(await viewer(request), collection_id, body.visibility, body.workspace)
    return await show(request)


async def delete(request: web.Request) -> web.Response:
    """`DELETE /api/v1/collections/{id}`: what hung there stays in the gallery."""
    await request.app[WEB].kept.collections.delete(request[USER], path_id(request))
    return web.Response(status=204)


async def page(request: web.Request) -> web.Response:
    """`GET /api/v1/collections/{id}/assets`."""
    asked, cursors = read_query(request, WallQuery), request.app[CURSORS]
    found, following = await request.app[WEB].kept.collections.page(
        await viewer(request), path_id(request), asked.limit, cursors.read_place(asked.before)
    )
    links = links_of(request)
    return answer(AssetPage(assets=[asset_out(each, links) for each in found], next=cursors.write_place(following)))


async def hang(request: web.Request) -> web.Response:
    """`POST /api/v1/collections/{id}/assets`."""
    collection_id, body = path_id(request), await read_body(request, AssetsIn)
    done = await request.app[WEB].kept.collections.hang(await viewer(request), collection_id, ids(body.assets))
    return answer(batch_out(done))


async def take_down(request: web.Request) -> web.Response:
    """`POST /api/v1/collections/{id}/take-down`."""
    collection_id, body = path_id(request), await read_body(request, AssetsIn)
    done = await request.app[WEB].kept.collections.take_down(await viewer(request), collection_id, ids(body.assets))
    return answer(batch_out(done))
