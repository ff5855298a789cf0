"""The pages that tell where things come from: a conversation's versions, two versions side by side, and a file's."""

import aiohttp_jinja2
from aiohttp import web

from bot.web.body import known_id, path_id, read_query
from bot.web.context import USER
from bot.web.provenance.drawing import rows
from bot.web.provenance.lineage import compared, desk, family_of
from bot.web.provenance.shapes import CompareQuery


async def tree(request: web.Request) -> web.Response:
    """All versions of a conversation."""
    found = await desk(request).tree(request[USER], request.match_info["thread"])
    return aiohttp_jinja2.render_template(
        "tree.html", request, {"place": "tree", "tree": found, "rows": rows(found.nodes)}
    )


async def family(request: web.Request) -> web.Response:
    """What an asset was made from, up to the first, and all that came of it."""
    asset_id = path_id(request)
    found = await family_of(request, asset_id)
    shown = {"place": "tree", "tree": found, "rows": rows(found.nodes), "asset_id": asset_id}
    return aiohttp_jinja2.render_template("tree.html", request, shown)


async def compare(request: web.Request) -> web.Response:
    """Two versions and what changed."""
    asked = read_query(request, CompareQuery)
    found = await compared(request, known_id(asked.a), known_id(asked.b))
    slides = all(each.media_type.startswith("image/") and not each.safety for each in (found.before, found.after))
    shown = {"place": "compare", "found": found, "slides": slides}
    return aiohttp_jinja2.render_template("compare.html", request, shown)


async def inspect(request: web.Request) -> web.Response:
    """Drop a file, and read what it is."""
    return aiohttp_jinja2.render_template("inspect.html", request, {"place": "inspect"})


ROUTES = (
    web.get("/t/{thread}/tree", tree),
    web.get("/a/{id}/tree", family),
    web.get("/compare", compare),
    web.get("/inspect", inspect),
)
