"""Files a platform serves from a host of its own, and the ways in which a download may disappoint."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_urlsafe

from aiohttp import web

from tests.fakes import media
from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.host import Handler, Refusal, send_half


class Spoil(StrEnum):
    """What is wrong with a file that is served with status 200 (or 302) under the promised name."""

    HTML = "html"
    """An error page that claims the promised type."""
    EMPTY = "empty"
    """0 bytes."""
    TRUNCATED = "truncated"
    """The announced length is not reached; the connection closes."""
    WRONG_KIND = "wrong_kind"
    """Another kind of medium under the promised type: sound for pictures, a picture for sound."""
    MISLABELLED = "mislabelled"
    """The right bytes as application/octet-stream."""
    HUGE = "huge"
    """The promised file, then zeros up to 300 MB, streamed."""
    REDIRECT = "redirect"
    """302 to another host, which has the file and notes who asks."""


@dataclass(slots=True, kw_only=True)
class Item:
    """One file. Its bytes are made when first asked for, in a thread."""

    content: Callable[[], bytes]
    media_type: str
    expires_at: float | None = None
    spoil: Spoil | None = None


class Shelf:
    """Files by path. With `signed`, a path alone does not open: a link carries a token that ends by the clock."""

    def __init__(self, clock: Clock, *, signed: bool, gone_status: int, elsewhere: Callable[[], str]) -> None:
        self._clock, self._signed, self._gone, self._elsewhere = clock, signed, gone_status, elsewhere
        self._items: dict[str, Item] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self.leaked_tokens: list[str] = []
        """Authorization headers that arrived at a file's URL: no business of a file host."""

    def put(self, path: str, item: Item) -> None:
        self._items[path] = item

    def remove(self, path: str) -> None:
        self._items.pop(path, None)

    def sign(self, path: str, expires_at: float) -> str:
        """The query string of a link that opens until then."""
        token = token_urlsafe(24)
        self._tokens[token] = (path, expires_at)
        return f"?_jwt={token}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.watch(request)
        item = self._found(request)
        if item.spoil is Spoil.REDIRECT:
            return web.Response(status=302, headers={"Location": self._elsewhere() + request.path_qs})
        return await _sent(item, request)

    async def serve_elsewhere(self, request: web.Request) -> web.StreamResponse:
        """The other host, where a redirect leads."""
        self.watch(request)
        item = self._found(request)
        return await _sent(Item(content=item.content, media_type=item.media_type), request)

    def watched(self, handler: Handler) -> Handler:
        """Another route of a file host, where a token has no business either."""

        async def serve(request: web.Request) -> web.StreamResponse:
            self.watch(request)
            return await handler(request)

        return serve

    def watch(self, request: web.Request) -> None:
        if "Authorization" in request.headers:
            self.leaked_tokens.append(request.headers["Authorization"])

    def _found(self, request: web.Request) -> Item:
        item, now = self._items.get(request.path), self._clock.now()
        path, until = self._tokens.get(request.query.get("_jwt", ""), ("", 0.0))
        opened = not self._signed or (path == request.path and now < until)
        if item is None or not opened or (item.expires_at is not None and now >= item.expires_at):
            raise Refusal(self._gone, "<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
        return item


async def _sent(item: Item, request: web.Request) -> web.StreamResponse:
    whole = await asyncio.to_thread(item.content)
    match item.spoil:
        case Spoil.HTML:
            return web.Response(body=b"<!doctype html><h1>503</h1>", content_type=item.media_type)
        case Spoil.EMPTY:
            return web.Response(body=b"", content_type=item.media_type)
        case Spoil.TRUNCATED:
            return await send_half(request, whole, 200, item.media_type)
        case Spoil.WRONG_KIND:
            other = media.png() if item.media_type.startswith("audio/") else media.mp3()
            return web.Response(body=other, content_type=item.media_type)
        case Spoil.MISLABELLED:
            return web.Response(body=whole, content_type="application/octet-stream")
        case Spoil.HUGE:
            return await _streamed(whole, item.media_type, request)
    return web.Response(body=whole, content_type=item.media_type)


async def _streamed(start: bytes, media_type: str, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = media_type
    response.content_length = 300 * media.MB
    await response.prepare(request)
    for piece in media.huge(300 * media.MB, start):
        await response.write(piece)
    return response
