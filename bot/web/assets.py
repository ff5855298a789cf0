"""The gallery over REST: found page by page, looked at, marked, deleted; and what it all cost."""

from datetime import UTC, datetime

from aiohttp import web

from bot.web.address import links_of
from bot.web.body import answer, path_id, read_body, read_query
from bot.web.context import USER, WEB
from bot.web.keys import Cursors
from bot.web.looking import looking
from bot.web.shapes import AssetChange, AssetPage, AssetQuery, UsageOut, asset_out
from core.gallery.finding import parse
from storage.finding import Query
from storage.tables import now

CURSORS: web.AppKey[Cursors] = web.AppKey("cursors", Cursors)


async def page(request: web.Request) -> web.Response:
    """`GET /api/v1/assets`."""
    asked = read_query(request, AssetQuery)
    cursors = request.app[CURSORS]
    within = Query(kind=asked.kind, favourite=asked.favourite, limit=asked.limit, before=cursors.read(asked.before))
    query = parse(asked.q, within)
    found, following = await request.app[WEB].studio.gallery(request[USER], query)
    links = links_of(request)
    return answer(AssetPage(assets=[asset_out(each, links) for each in found], next=cursors.write(following)))


async def show(request: web.Request) -> web.Response:
    """`GET /api/v1/assets/{id}`."""
    asset_id, studio, user_id = path_id(request), request.app[WEB].studio, request[USER]
    found = await looking(request, lambda where: studio.asset(user_id, asset_id, where))
    return answer(asset_out(found, links_of(request)))


async def change(request: web.Request) -> web.Response:
    """`PATCH /api/v1/assets/{id}`."""
    asset_id = path_id(request)
    body = await read_body(request, AssetChange)
    changed = await request.app[WEB].studio.mark(
        request[USER], asset_id, favourite=body.favourite, alt_text=body.alt_text
    )
    return answer(asset_out(changed, links_of(request)))


async def delete(request: web.Request) -> web.Response:
    """`DELETE /api/v1/assets/{id}`: for good."""
    await request.app[WEB].studio.delete(request[USER], path_id(request))
    return web.Response(status=204)


async def usage(request: web.Request) -> web.Response:
    """`GET /api/v1/usage`."""
    moments = since()
    today, (today_usd, month_usd, total_usd) = moments[0], await request.app[WEB].studio.usages(request[USER], moments)
    return answer(
        UsageOut(
            day=today.date(), today_usd=today_usd, month=f"{today:%Y-%m}", month_usd=month_usd, total_usd=total_usd
        )
    )


def since() -> tuple[datetime, datetime, datetime]:
    """When today, this month and everything began."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today, today.replace(day=1), datetime.fromtimestamp(0, UTC)
