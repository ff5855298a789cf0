"""Inspecting a file over REST."""

from aiohttp import web

from bot.web.address import links_of
from bot.web.body import answer
from bot.web.context import USER, WEB
from bot.web.looking import viewer
from bot.web.provenance.shapes import report_out
from bot.web.uploads import received


async def inspect(request: web.Request) -> web.Response:
    """`POST /api/v1/inspect`: one multipart file, of which nothing is kept."""
    looks = await viewer(request)
    async with received(request) as file:
        report = await request.app[WEB].provenance.inspection.look_at(request[USER], file.path, looks.workspaces)
    return answer(report_out(report, links_of(request)))
