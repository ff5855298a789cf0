"""The body of a request on its way in, with what happens to it there."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from tests.fakes.s3.refusals import Refused
from tests.fakes.s3.trouble import Trouble

PIECE = 1024 * 1024


async def arriving(request: web.Request, trouble: Trouble) -> AsyncIterator[bytes]:
    """Its pieces. Where the line breaks, nobody hears the refusal."""
    left = int((request.content_length or 0) * trouble.taken)
    async for piece in request.content.iter_chunked(trouble.bytes_per_s or PIECE):
        if trouble.taken < 1 and len(piece) >= left:
            if request.transport:
                request.transport.abort()
            raise Refused("IncompleteBody")
        left -= len(piece)
        await asyncio.sleep(len(piece) / trouble.bytes_per_s if trouble.bytes_per_s else 0)
        yield bytes((piece[0] ^ 1,)) + piece[1:] if trouble.damaged else piece
