"""Visibility and links over REST."""

from aiohttp import web

from bot.chat.links import shared_at
from bot.web.address import links_of
from bot.web.body import answer, known_id, path_id, read_body, read_query
from bot.web.context import USER, WEB
from bot.web.keeping.shapes import (
    ShareIn,
    ShareList,
    ShareOut,
    SharesQuery,
    StoppedOut,
    VisibilityIn,
    WorkspaceList,
    batch_out,
    share_out,
    workspace_out,
)
from bot.web.keeping.tags import ids
from bot.web.looking import viewer
from core.gallery.sharing import ShareView


async def show(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/visibility`."""
    body = await read_body(request, VisibilityIn)
    sharing = request.app[WEB].kept.sharing
    done = await sharing.show(await viewer(request), ids(body.assets), body.visibility, body.workspace)
    return answer(batch_out(done))


async def make(request: web.Request) -> web.Response:
    """`POST /api/v1/shares`."""
    body = await read_body(request, ShareIn)
    made = await request.app[WEB].kept.sharing.link(
        request[USER], asset_id=_id(body.asset), collection_id=_id(body.collection), lasts_s=body.expires_in_s
    )
    return answer(_out(request, made), 201)


async def listing(request: web.Request) -> web.Response:
    """`GET /api/v1/shares`."""
    asked = read_query(request, SharesQuery)
    found = await request.app[WEB].kept.sharing.links(
        request[USER], asset_id=_id(asked.asset), collection_id=_id(asked.collection)
    )
    return answer(ShareList(shares=[_out(request, each) for each in found]))


async def revoke(request: web.Request) -> web.Response:
    """`DELETE /api/v1/shares/{id}`."""
    await request.app[WEB].kept.sharing.revoke(request[USER], path_id(request))
    return web.Response(status=204)


async def stop(request: web.Request) -> web.Response:
    """`POST /api/v1/assets/{id}/stop-links`."""
    return answer(StoppedOut(stopped=await request.app[WEB].kept.sharing.stop(request[USER], path_id(request))))


async def workspaces(request: web.Request) -> web.Response:
    """`GET /api/v1/workspaces`."""
    found = await request.app[WEB].kept.membership.of(request[USER])
    return answer(WorkspaceList(workspaces=[workspace_out(each) for each in found]))


def _out(request: web.Request, view: ShareView) -> ShareOut:
    return share_out(view, shared_at(links_of(request).base, request.app[WEB].secret_key, view.id))


def _id(given: str | None) -> str | None:
    return known_id(given) if given else None
