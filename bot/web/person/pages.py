"""The page about oneself: what it cost, taking everything along, becoming one person, being forgotten."""

import aiohttp_jinja2
from aiohttp import web

from bot.web.assets import since
from bot.web.context import USER, WEB
from bot.web.person.shapes import CONFIRM


async def you(request: web.Request) -> web.Response:
    """`GET /you`."""
    usd = await request.app[WEB].studio.usages(request[USER], since())
    spent = list(zip(("Today", "This month", "Ever"), usd, strict=True))
    values = {"place": "you", "spent": spent, "confirm": CONFIRM}
    return aiohttp_jinja2.render_template("you.html", request, values)


ROUTES = (web.get("/you", you),)
