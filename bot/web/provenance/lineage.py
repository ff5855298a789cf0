"""Recipes, version trees, comparisons and going back over REST."""

from aiohttp import web

from bot.web.address import links_of
from bot.web.body import answer, known_id, path_id, read_query
from bot.web.context import USER, WEB
from bot.web.looking import looking
from bot.web.provenance.shapes import ChangesQuery, RecipeOut, comparison_out, standing_out, tree_out
from core.provenance.lineage import Comparison, Lineage
from core.provenance.trees import Tree


async def recipe(request: web.Request) -> web.Response:
    """`GET /api/v1/assets/{id}/recipe`."""
    asset_id = path_id(request)
    told = await looking(request, lambda places: desk(request).recipe(request[USER], asset_id, places))
    return answer(RecipeOut(**told))


async def family(request: web.Request) -> web.Response:
    """`GET /api/v1/assets/{id}/lineage`."""
    return answer(tree_out(await family_of(request, path_id(request)), links_of(request)))


async def tree(request: web.Request) -> web.Response:
    """`GET /api/v1/threads/{thread}/tree`."""
    found = await desk(request).tree(request[USER], request.match_info["thread"])
    return answer(tree_out(found, links_of(request)))


async def changes(request: web.Request) -> web.Response:
    """`GET /api/v1/assets/{id}/changes`."""
    after = path_id(request)
    before = known_id(read_query(request, ChangesQuery).before)
    return answer(comparison_out(await compared(request, before, after), links_of(request)))


async def undo(request: web.Request) -> web.Response:
    """`POST /api/v1/threads/{thread}/undo`."""
    stands = await desk(request).undo(request[USER], request.match_info["thread"])
    return answer(standing_out(stands, links_of(request)))


async def go_on(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/{id}/go-on`."""
    stands = await desk(request).go_on_from(request[USER], path_id(request))
    return answer(standing_out(stands, links_of(request)))


def desk(request: web.Request) -> Lineage:
    """The desk that is asked."""
    return request.app[WEB].provenance.lineage


async def family_of(request: web.Request, asset_id: str) -> Tree:
    """An asset's ancestors and descendants, among all that the asking person may see."""
    return await looking(request, lambda places: desk(request).family(request[USER], asset_id, places))


async def compared(request: web.Request, before: str, after: str) -> Comparison:
    """Two versions that the asking person may see."""
    return await looking(request, lambda places: desk(request).compare(request[USER], before, after, places))
