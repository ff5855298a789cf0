"""Creations over REST: asked for, looked at, confirmed, cancelled, and waited for."""

from contextlib import aclosing
from urllib.parse import unquote

from aiohttp import web

from bot.web.address import links_of
from bot.web.body import answer, event_key, known_id, path_id, read_body
from bot.web.context import USER, WEB
from bot.web.looking import viewer
from bot.web.shapes import CreationIn, GenerateIn, MessageIn, creation_out, generate_out
from bot.web.streams import following
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.errors import Busy
from core.wishes import Wish

SURFACE = "rest"


async def create(request: web.Request) -> web.Response:
    """`POST /api/v1/creations`."""
    body = await read_body(request, CreationIn)
    wish = Wish(
        user_id=request[USER],
        prompt=body.prompt,
        event_key=event_key(request),
        surface=SURFACE,
        thread=ThreadRef.parse(body.thread) if body.thread else None,
        kind=body.kind,
        workspaces=await _workspaces(request, body.inputs),
        inputs=tuple(map(known_id, body.inputs)),
        action=body.action,
        options=body.options,
    )
    return _shown(request, await request.app[WEB].studio.create(wish), 202)


async def reply(request: web.Request) -> web.Response:
    """`POST /api/v1/threads/{thread}/messages`."""
    thread = _thread(request)
    body = await read_body(request, MessageIn)
    wish = Wish(
        user_id=request[USER],
        prompt=body.text,
        event_key=event_key(request),
        surface=SURFACE,
        thread=thread,
        workspaces=await _workspaces(request, body.inputs),
        inputs=tuple(map(known_id, body.inputs)),
    )
    return _shown(request, await request.app[WEB].studio.create(wish), 202)


async def show(request: web.Request) -> web.Response:
    """`GET /api/v1/creations/{id}`."""
    return _shown(request, await request.app[WEB].studio.creation(request[USER], path_id(request)))


async def cancel(request: web.Request) -> web.Response:
    """`POST /api/v1/creations/{id}/cancel`."""
    return _shown(request, await request.app[WEB].studio.cancel(request[USER], path_id(request)))


async def confirm(request: web.Request) -> web.Response:
    """`POST /api/v1/creations/{id}/confirm`."""
    return _shown(request, await request.app[WEB].studio.confirm(request[USER], path_id(request)))


async def generate(request: web.Request) -> web.Response:
    """`POST /generate`: a creation like any other, waited for."""
    body = await read_body(request, GenerateIn)
    wish = Wish(
        user_id=request[USER],
        prompt=body.prompt,
        event_key=event_key(request),
        surface=SURFACE,
        max_steps=body.max_steps,
    )
    begun = await request.app[WEB].studio.create(wish)
    return answer(generate_out(await _finished(request, begun.id), links_of(request)))


async def _finished(request: web.Request, creation_id: str) -> CreationView:
    """The final view, unless Easel closes first; the creation itself goes on either way."""
    watch = request.app[WEB].studio.watch(request[USER], creation_id)
    async with aclosing(following(request, watch)) as views:
        async for view in views:
            if view and view.state.final:
                return view
    raise Busy(f"Easel is restarting, and the work goes on: ask `GET /api/v1/creations/{creation_id}`.", "restarting")


async def _workspaces(request: web.Request, inputs: list[str]) -> tuple[str, ...]:
    """Where the asker may find what the wish starts from, besides among their own."""
    return (await viewer(request)).workspaces if inputs else ()


def _shown(request: web.Request, view: CreationView, status: int = 200) -> web.Response:
    return answer(creation_out(view, links_of(request)), status)


def _thread(request: web.Request) -> ThreadRef:
    """The thread in the address, given as it is or percent-encoded once more, as URL libraries do."""
    raw = request.rel_url.raw_path.split("/")[-2]
    return ThreadRef.parse(raw if ":" in raw else unquote(raw))
