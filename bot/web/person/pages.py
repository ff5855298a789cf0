"""The page about oneself: what it cost, taking everything along, becoming one person, being forgotten."""

from datetime import UTC, datetime

import aiohttp_jinja2
from aiohttp import web

from bot.web.context import USER, WEB
from bot.web.person.shapes import CONFIRM
from storage.tables import now


async def you(request: web.Request) -> web.Response:
    """`GET /you`."""
    studio, today = request.app[WEB].studio, now().replace(hour=0, minute=0, second=0, microsecond=0)
    moments = (today, today.replace(day=1), datetime.fromtimestamp(0, UTC))
    spent = zip(("Today", "This month", "Ever"), await studio.usages(request[USER], moments), strict=True)
    values = {"place": "you", "spent": list(spent), "confirm": CONFIRM}
    return aiohttp_jinja2.render_template("you.html", request, values)


ROUTES = (web.get("/you", you),)
