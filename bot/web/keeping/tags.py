"""Tags, ratings, favourites and deletion over REST: for one asset, and for many at once."""

from urllib.parse import unquote

from aiohttp import web

from bot.web.assets import show
from bot.web.body import answer, known_id, path_id, read_body
from bot.web.context import USER, WEB
from bot.web.keeping.shapes import (
    AssetsIn,
    FavouritesIn,
    RatingIn,
    TaggingIn,
    TagIn,
    TagList,
    TagOut,
    TagsIn,
    batch_out,
)
from bot.web.looking import looking


async def rate(request: web.Request) -> web.Response:
    """`PUT /api/v1/assets/{id}/rating`."""
    asset_id, studio, user_id = path_id(request), request.app[WEB].studio, request[USER]
    value = (await read_body(request, RatingIn)).value
    await looking(request, lambda where: studio.vote(user_id, asset_id, value, workspaces=where))
    return await show(request)


async def replace(request: web.Request) -> web.Response:
    """`PUT /api/v1/assets/{id}/tags`."""
    asset_id, body = path_id(request), await read_body(request, TagsIn)
    await request.app[WEB].kept.tags.replace(request[USER], asset_id, body.tags)
    return await show(request)


async def change(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/tags`."""
    body = await read_body(request, TaggingIn)
    done = await request.app[WEB].kept.tags.change(request[USER], ids(body.assets), add=body.add, remove=body.remove)
    return answer(batch_out(done))


async def favourites(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/favourites`."""
    body = await read_body(request, FavouritesIn)
    return answer(
        batch_out(await request.app[WEB].kept.batches.favourite(request[USER], ids(body.assets), body.favourite))
    )


async def delete(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/delete`: for good."""
    body = await read_body(request, AssetsIn)
    return answer(batch_out(await request.app[WEB].kept.batches.delete(request[USER], ids(body.assets))))


async def listing(request: web.Request) -> web.Response:
    """`GET /api/v1/tags`."""
    found = await request.app[WEB].kept.tags.listing(request[USER])
    return answer(TagList(tags=[TagOut(name=name, count=count) for name, count in found]))


async def rename(request: web.Request) -> web.Response:
    """`PATCH /api/v1/tags/{tag}`."""
    body = await read_body(request, TagIn)
    name = await request.app[WEB].kept.tags.rename(request[USER], _tag(request), body.name)
    count = next((count for each, count in await request.app[WEB].kept.tags.listing(request[USER]) if each == name), 0)
    return answer(TagOut(name=name, count=count))


async def drop(request: web.Request) -> web.Response:
    """`DELETE /api/v1/tags/{tag}`."""
    await request.app[WEB].kept.tags.drop(request[USER], _tag(request))
    return web.Response(status=204)


def ids(given: list[str]) -> list[str]:
    """Ids from a body, checked at the door."""
    return list(map(known_id, given))


def _tag(request: web.Request) -> str:
    return unquote(request.match_info["tag"])
