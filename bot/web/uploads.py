"""Files from outside on their way in: streamed to disk under a cap, handed to the front desk, always cleaned away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.web.address import links_of
from bot.web.body import answer
from bot.web.context import USER, WEB
from bot.web.shapes import asset_out
from core.errors import Invalid, TooLarge, Unsupported
from core.native.containers import is_film
from storage.tables import new_id

T = TypeVar("T")

PICTURE_MAX = 20 * 1024 * 1024
VIDEO_MAX = 64 * 1024 * 1024
WRAPPING = 64 * 1024
"""What multipart may put around a file of the largest size."""
CHUNK = 256 * 1024
POOL: web.AppKey[ThreadPoolExecutor] = web.AppKey("uploads", ThreadPoolExecutor)
_TOO_LARGE = "This file is too large: Easel takes pictures of up to 20 MB and videos of up to 64 MB."
_ONE_FILE = "Send exactly one file, as one part of a multipart form."


async def upload(request: web.Request) -> web.Response:
    """`POST /api/v1/uploads`: one multipart file; 201 with its asset."""
    async with received(request) as file:
        asset = await request.app[WEB].studio.upload(request[USER], file.path, file.name)
    return answer(asset_out(asset, links_of(request)), 201)


@dataclass(frozen=True, slots=True)
class Received:
    """One file as it came."""

    path: Path
    name: str


@asynccontextmanager
async def received(request: web.Request) -> AsyncIterator[Received]:
    """The request's one file on disk, for as long as the block runs.

    Raises:
        Unsupported, TooLarge, Invalid: with the sentence why.
    """
    if request.content_type != "multipart/form-data":
        raise Unsupported("Send the file as `multipart/form-data`.")
    if (request.content_length or 0) > VIDEO_MAX + WRAPPING:
        raise TooLarge(_TOO_LARGE)
    path = request.app[WEB].incoming / new_id()
    try:
        yield Received(path, await _store(request, path))
    finally:
        await _in_pool(request, lambda: path.unlink(missing_ok=True))


async def _store(request: web.Request, path: Path) -> str:
    """Write the one file part to `path`; returns the name that its sender gave it."""
    name: str | None = None
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.filename is None or name is not None:
                raise Invalid(_ONE_FILE)
            name = _bare(part.filename)
            await _copy(request, part, path)
    except (ValueError, RuntimeError, LookupError) as error:  # how aiohttp says that a form is malformed
        raise Invalid("This multipart form is malformed.") from error
    if name is None:
        raise Invalid(_ONE_FILE)
    return name


def _bare(filename: str) -> str:
    """The name alone: some senders quote it, some put their folders before it."""
    return unquote(filename).replace("\\", "/").rsplit("/", 1)[-1]


async def _copy(request: web.Request, part: BodyPartReader, path: Path) -> None:
    size, head = 0, b""
    file: BinaryIO = await _in_pool(request, lambda: path.open("wb"))
    try:
        while chunk := await part.read_chunk(CHUNK):
            size, head = size + len(chunk), (head + chunk[:16])[:16]
            if size > (VIDEO_MAX if is_film(head) else PICTURE_MAX):
                raise TooLarge(_TOO_LARGE)
            await _write(request, file, chunk)
    finally:
        await _in_pool(request, file.close)


async def _write(request: web.Request, file: BinaryIO, chunk: bytes) -> None:
    await _in_pool(request, lambda: file.write(chunk))


async def _in_pool(request: web.Request, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(request.app[POOL], work)


async def upload_pool(app: web.Application) -> AsyncIterator[None]:
    """Threads for writing to disk, for as long as the application runs."""
    with ThreadPoolExecutor(2, thread_name_prefix="uploads") as pool:
        app[WEB].incoming.mkdir(parents=True, exist_ok=True)
        app[POOL] = pool
        yield
