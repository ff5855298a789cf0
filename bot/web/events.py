"""A creation's changes as server-sent events: whole views, so that a reader who missed some misses nothing."""

from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from aiohttp import web

from bot.web.address import links_of
from bot.web.body import path_id
from bot.web.context import USER, WEB
from bot.web.shapes import Links, creation_out
from bot.web.streams import TICK_S, following
from core.creation.view import CreationView
from core.errors import NotFound

COMMENT_EVERY_S = 15
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def events(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/creations/{id}/events`: the view now and after each change, ending with the final one."""
    user_id, creation_id = request[USER], path_id(request)
    studio = request.app[WEB].studio
    now = await studio.creation(user_id, creation_id)  # what is missing is said before a stream begins
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    async with aclosing(following(request, studio.watch(user_id, creation_id, _seen(request, now), now))) as views:
        with request.app[WEB].figures.streams.track_inprogress(), suppress(NotFound):  # its person was forgotten
            await _send(response, views, links_of(request))
    return response


async def _send(response: web.StreamResponse, views: AsyncIterator[CreationView | None], links: Links) -> None:
    silent_s = 0.0
    async for view in views:
        silent_s = silent_s + TICK_S if view is None else 0.0
        if view is not None:
            await response.write(_event(view, links))
        elif silent_s >= COMMENT_EVERY_S:
            await response.write(b": still here\n\n")
            silent_s = 0.0


def _event(view: CreationView, links: Links) -> bytes:
    data = creation_out(view, links).model_dump_json()
    return f"event: view\nid: {view.revision}\ndata: {data}\n\n".encode()


def _seen(request: web.Request, now: CreationView) -> int:
    """The revision that a returning reader has; 0 where it says nothing that can be true."""
    said = request.headers.get("Last-Event-ID", "")
    seen = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    return seen if seen <= now.revision else 0
