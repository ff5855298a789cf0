"""The pages people look at: chat, gallery, one asset, help. What moves on them, `static/` does through the REST API."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.web.assets import CURSORS
from bot.web.body import path_id, read_query
from bot.web.context import USER, WEB
from bot.web.keeping import pages as collections
from bot.web.looking import looking
from bot.web.person import exports
from bot.web.person import pages as person
from bot.web.provenance import pages as provenance
from bot.web.shapes import AssetQuery, Links, creation_out
from core.creation.view import AssetView, CreationView
from core.errors import Invalid
from core.gallery.finding import HOW, parse
from core.trust.words import clean
from storage.finding import Query

HERE = Path(__file__).parent
LINKS = Links("")
"""Pages name addresses by path alone: they are right behind every proxy."""
PAGE_SIZE = 40
THREADS_SHOWN = 30
SHAPES: Mapping[str, float] = {
    name: int(name.split("x")[0]) / int(name.split("x")[1])
    for name in ["1x3", "9x21", "9x16", "2x3", "3x4", "4x5", "1x1", "5x4", "4x3", "3x2", "16x9", "2x1", "21x9", "3x1"]
}
"""The outlines that the style sheets know. Tiles take the nearest, because a page may not carry styles of its own."""
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("image", "A lighthouse at dusk, wide, and a narration saying 'The light still turns.'"),
    ("image", "Three posters for a summer jazz festival"),
    ("video", "A hot-air balloon over mountains at dawn, and a 5 second clip of it"),
    ("image", "A quiet harbour in the fog, square, as a minimal illustration"),
    ("video", "A 6 second clip of a sailing boat on the open sea"),
    ("speech", "Say 'Good evening, and welcome to the gallery.'"),
)
RATIO_LEAST, RATIO_MOST = 0.45, 2.4
FILTERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Images", {"kind": "image"}),
    ("Videos", {"kind": "video"}),
    ("Speech", {"kind": "speech"}),
    ("Favourites", {"favourite": "true"}),
    ("Uploads", {"kind": "upload"}),
)


def add_pages(app: web.Application) -> None:
    """Add the pages, what they load, and the templates that errors and sign-in share with them."""
    filters: Mapping[str, Callable[..., str]] = {
        "shape": shape,
        "ratio": ratio,
        "clock": clock,
        "ago": ago,
        "thread_path": thread_path,
    }
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=filters,
    )
    environment.globals["LINKS"] = LINKS
    app.on_response_prepare.append(_always_ask_again)
    app.router.add_static("/static", HERE / "static")
    app.add_routes(
        [
            web.get("/", chat),
            web.get("/t/{thread}", conversation),
            web.get("/gallery", gallery),
            web.post("/gallery/zip", exports.from_page),
            web.get("/a/{id}", detail),
            web.get("/help", explain),
            *collections.ROUTES,
            *provenance.ROUTES,
            *person.ROUTES,
        ]
    )


# --- pages -------------------------------------------------------------------------------------------------------


async def chat(request: web.Request) -> web.Response:
    """An empty conversation."""
    return await _chat(request, None, "", [])


async def conversation(request: web.Request) -> web.Response:
    """A conversation at its lasting address."""
    thread = request.match_info["thread"]
    title, views = await request.app[WEB].studio.thread(request[USER], thread)
    return await _chat(request, thread, title, views)


async def _chat(request: web.Request, thread: str | None, title: str, views: list[CreationView]) -> web.Response:
    context = request.app[WEB]
    threads = await context.studio.threads(request[USER], THREADS_SHOWN)
    creations = [creation_out(each, LINKS).model_dump(mode="json") for each in views]
    return _page(
        request,
        "chat.html",
        place="chat",
        thread=thread,
        heading=title,
        threads=threads,
        creations=json.dumps(creations, ensure_ascii=False),
        examples=() if thread else EXAMPLES,
        offline=context.offline,
        signed_in=context.token_demanded,
    )


async def gallery(request: web.Request) -> web.Response:
    """Everything a person made, page by page; the same address with `before` is the next page."""
    context = request.app[WEB]
    asked = read_query(request, AssetQuery)
    cursors = request.app[CURSORS]
    words = clean(asked.q)
    within = Query(
        kind=asked.kind,
        favourite=asked.favourite or None,
        limit=PAGE_SIZE,
        before=cursors.read(asked.before),
    )
    refused = ""
    try:
        assets, after = await context.studio.gallery(request[USER], parse(words, within))
    except Invalid as error:  # still being typed, perhaps: the sentence stands where the pictures were
        assets, after, refused = [], None, error.message
    chosen = {"favourite": "true"} if asked.favourite else {"kind": str(asked.kind)} if asked.kind else {}
    return _page(
        request,
        "gallery.html",
        place="gallery",
        assets=assets,
        words=words,
        refused=refused,
        how=HOW,
        filters=[(name, _address(values, words), values == chosen) for name, values in FILTERS],
        chosen=chosen,
        first=asked.before is None,
        more=_address(chosen, words, cursors.write(after)) if after is not None else None,
    )


async def detail(request: web.Request) -> web.Response:
    """One asset at its lasting address."""
    studio, user_id, asset_id = request.app[WEB].studio, request[USER], path_id(request)
    shown = await looking(request, lambda where: studio.asset(user_id, asset_id, where))
    if not shown.mine:
        return _page(request, "others.html", place="asset", asset=shown)
    parent, children, thread = await studio.lineage(user_id, asset_id)
    return _page(request, "detail.html", place="asset", asset=shown, parent=parent, children=children, thread=thread)


async def explain(request: web.Request) -> web.Response:
    """How to use real models, and which keys do what."""
    return _page(request, "help.html", place="help", offline=request.app[WEB].offline)


def _page(request: web.Request, template: str, **values: Any) -> web.Response:
    return aiohttp_jinja2.render_template(template, request, values)


def _address(values: Mapping[str, str], words: str, before: str | None = None) -> str:
    query = dict(values) | ({"q": words} if words else {}) | ({"before": before} if before else {})
    return f"/gallery?{urlencode(query)}" if query else "/gallery"


async def _always_ask_again(request: web.Request, response: web.StreamResponse) -> None:
    """After an update, no browser may mix old scripts with new pages; what did not change costs one short answer."""
    if request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-cache")


# --- words and figures for the templates -------------------------------------------------------------------------


def shape(asset: AssetView) -> str:
    """The known outline nearest to an asset's own."""
    if not asset.width or not asset.height:
        return "5x4"
    ratio = asset.width / asset.height
    return min(SHAPES, key=lambda name: max(SHAPES[name] / ratio, ratio / SHAPES[name]))


def ratio(asset: AssetView) -> str:
    """Width to height of an asset's tile; panoramas and pillars are cut, a narration has the room of its words."""
    if not asset.width or not asset.height:
        return "1.7"
    return f"{max(RATIO_LEAST, min(asset.width / asset.height, RATIO_MOST)):.3f}"


def clock(seconds: float | None) -> str:
    """A duration as players show it: 0:05."""
    whole = max(1, round(seconds or 0))
    return f"{whole // 60}:{whole % 60:02d}"


def ago(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for name, length in (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def thread_path(thread: str) -> str:
    """The address of a conversation."""
    return f"/t/{quote(thread, safe=':')}"
