"""Zips, sent while they are made."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from aiohttp import web

from bot.web.body import known_id, read_body
from bot.web.context import USER, WEB
from bot.web.files import file_headers
from bot.web.person.shapes import ExportIn
from core.errors import Invalid
from core.gallery.finding import parse
from core.people.export import CHOSEN_MAX
from storage.finding import PAGE_MAX
from storage.tables import now

ZIP = "application/zip"


async def chosen(request: web.Request) -> web.StreamResponse:
    """`POST /api/v1/exports`: a zip of chosen assets with their recipes."""
    body = await read_body(request, ExportIn)
    if (body.assets is None) == (body.q is None):
        raise Invalid("Send either `assets` or `q`.")
    ids = [known_id(each) for each in body.assets] if body.assets is not None else await _found(request, body.q or "")
    export = request.app[WEB].export
    return await _sent(request, await export.chosen(request[USER], ids), "easel")


async def from_page(request: web.Request) -> web.StreamResponse:
    """`POST /gallery/zip`: the same for the gallery's page, whose form lets the browser keep the file as it comes."""
    form = await request.post()
    ids = [known_id(each) for each in str(form.get("assets", "")).split(",") if each]
    return await _sent(request, await request.app[WEB].export.chosen(request[USER], ids), "easel")


async def everything(request: web.Request) -> web.StreamResponse:
    """`GET /api/v1/me/export`: all that Easel has of this person."""
    return await _sent(request, await request.app[WEB].export.everything(request[USER]), "easel-everything")


async def _found(request: web.Request, words: str) -> list[str]:
    studio, user_id = request.app[WEB].studio, request[USER]
    query, found = replace(parse(words), limit=PAGE_MAX), list[str]()
    while True:
        page, following = await studio.gallery(user_id, query)
        found += [asset.id for asset in page if asset.mine]
        if following is None or len(found) > CHOSEN_MAX:
            return found
        query = replace(query, before=following)


async def _sent(request: web.Request, parts: AsyncGenerator[bytes], name: str) -> web.StreamResponse:
    kept_as = f'attachment; filename="{name}-{now():%Y-%m-%d}.zip"'
    response = web.StreamResponse(headers=file_headers(ZIP, kept_as) | {"Cache-Control": "no-store"})
    async with aclosing(parts):
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        async for part in parts:
            await response.write(part)
    await response.write_eof()
    return response
