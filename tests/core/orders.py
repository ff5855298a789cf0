"""Orders as the making of a step hands them to a provider, with real files to start from."""

import io
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest_asyncio
from PIL import Image

from core.native.pool import NativePool
from core.providers.base import Failed, Kind, Order, Output, Provider, Refused, Source, Ticket, Tool, Waiting
from core.trust.fetch import Fetcher
from tests.fakes import media

MAKES = {
    Tool.GENERATE_VIDEO: Kind.VIDEO,
    Tool.ANIMATE: Kind.VIDEO,
    Tool.EXTEND: Kind.VIDEO,
    Tool.GENERATE_SPEECH: Kind.SPEECH,
}
End = Output | Refused | Failed


class Orders:
    """Writes orders into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, tool: Tool, model: str, prompt: str = "a fox in the snow", **more: Any) -> Order:
        folder = self._folder / uuid4().hex
        folder.mkdir()
        facts = {"step_id": folder.name, "kind": MAKES.get(tool, Kind.IMAGE), "folder": folder, "seed": 4_294_967_295}
        return Order(tool=tool, model=model, prompt=prompt, **(facts | more))

    def picture(self, role: str = "image", size: tuple[int, int] = (640, 480), data: bytes = b"") -> Source:
        return self._source(role, data or media.png(size), "image/png", Kind.IMAGE)

    def film(self, duration_s: float = 1.0, data: bytes = b"") -> Source:
        film = data or media.mp4((320, 180), min(duration_s, 2), audio=True)
        return self._source("video", film, "video/mp4", Kind.VIDEO, duration_s)

    def _source(self, role: str, data: bytes, media_type: str, kind: Kind, duration_s: float | None = None) -> Source:
        path = self._folder / uuid4().hex
        path.write_bytes(data)
        return Source(
            role=role,
            path=path,
            media_type=media_type,
            kind=kind,
            prompt="",
            provider="",
            seed=None,
            duration_s=duration_s,
        )


def large_png() -> bytes:
    """About 6.5 MB: noise does not compress."""
    side = 1500
    buffer = io.BytesIO()
    noise = random.Random(1).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Hands:
    """What fetches and measures; a child takes a while to start, so the tests of a file share them."""

    fetcher: Fetcher
    pool: NativePool


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hands() -> AsyncIterator[Hands]:
    pool = NativePool(2)
    fetcher = Fetcher(pool)
    yield Hands(fetcher, pool)
    await fetcher.close()
    await pool.close()


async def ended(
    provider: Provider,
    order: Order,
    *,
    pause: Callable[[], Awaitable[None]],
    polls: int = 400,
) -> End:
    """Submit once and poll to the end, as a step does."""
    answer = await provider.submit(order)
    ticket: Ticket | None = None
    for _ in range(polls):
        if isinstance(answer, Ticket):
            ticket = answer
        elif not isinstance(answer, Waiting):
            return answer
        assert ticket
        await pause()
        answer = await provider.poll(ticket, order)
    raise AssertionError("it never ended")
