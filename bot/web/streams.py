"""Answers that take their time: they end when the client leaves, and when Easel closes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from aiohttp import web

T = TypeVar("T")

TICK_S = 1.0
CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)
"""Set when the application shuts down."""


async def close_streams(app: web.Application) -> None:
    """Let every open stream end within a tick."""
    app[CLOSING].set()


async def following(request: web.Request, items: AsyncIterator[T]) -> AsyncGenerator[T | None]:
    """Each item as it comes, and None after every second without one, as long as there is somebody to tell."""
    coming = asyncio.create_task(_next(items))
    try:
        while _is_heard(request):
            await asyncio.wait({coming}, timeout=TICK_S)
            if not coming.done():
                yield None
                continue
            yield coming.result()
            coming = asyncio.create_task(_next(items))
    except StopAsyncIteration:
        return
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if isinstance(items, AsyncGenerator):
            await items.aclose()


def _is_heard(request: web.Request) -> bool:
    transport = request.transport
    return transport is not None and not transport.is_closing() and not request.app[CLOSING].is_set()


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)
