"""The provider that needs no key: every order is made at once, by our own code in a media child."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import NativeError, UserError
from core.native.pool import NativePool
from core.providers.base import Failed, Kind, Made, Order, Output, Provider, Refused, Source, Ticket, Tool, Waiting
from core.providers.offline.labels import LABEL

__all__ = ["LABEL", "OfflineProvider"]

NAME = "offline"

_CLIP_S = 5.0
_PICTURE_TIMEOUT_S = 60.0
_CLIP_TIMEOUT_S = 60.0
_CLIP_TIMEOUT_PER_S = 6.0
_PACKAGE = "core.providers.offline"

Maker = Callable[[Order], Awaitable[Output]]


class OfflineProvider(Provider):
    """Sketches, camera moves and a synthetic voice. Making the same order twice gives the same file."""

    name = NAME
    repeatable = True
    poll_s = 1.0

    def __init__(self, pool: NativePool) -> None:
        self._pool = pool
        self._makers: dict[Tool, Maker] = {
            Tool.GENERATE_IMAGE: self._draw,
            Tool.EDIT_IMAGE: self._edit,
            Tool.VARY: self._vary,
            Tool.UPSCALE: self._upscale,
            Tool.GENERATE_VIDEO: self._film,
            Tool.ANIMATE: self._film,
            Tool.EXTEND: self._extend,
            Tool.GENERATE_SPEECH: self._speak,
        }

    async def submit(self, order: Order) -> Output | Refused | Failed:
        """Make the order. What a person should read is a refusal; a broken child is a failure."""
        try:
            return await self._makers[order.tool](order)
        except UserError as error:
            return Refused(error.message, error.code)
        except NativeError:
            return Failed("The offline sketcher broke off; please try again.")

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Nothing is ever left to wait for; making it again is free."""
        del ticket
        return await self.submit(order)

    async def cancel(self, ticket: Ticket) -> bool:
        """A cancelled `submit` has already ended its child."""
        return True

    async def _draw(self, order: Order) -> Output:
        arguments = {"prompt": _styled(order), "seed": order.seed, "aspect": order.aspect}
        return await self._picture(order, "draw", arguments, seed=order.seed)

    async def _edit(self, order: Order) -> Output:
        source = _source(order)
        arguments = {"source": source.path, "instruction": order.instruction or order.prompt, "aspect": order.aspect}
        if not _drawn_here(source):
            return await self._picture(order, "retouch", arguments, seed=None)
        drawing = {"prompt": _styled(order), "seed": source.seed}
        return await self._picture(order, "redraw", arguments | drawing, seed=source.seed)

    async def _vary(self, order: Order) -> Output:
        source = _source(order)
        if order.kind is Kind.VIDEO:
            return await self._film(replace(order, sources=(), duration_s=order.duration_s or source.duration_s))
        arguments = {"source": source.path, "seed": order.seed}
        if not _drawn_here(source):
            return await self._picture(order, "vary", arguments, seed=None)
        drawing = {"prompt": _styled(order) or source.prompt, "aspect": order.aspect}
        return await self._picture(order, "redraw", arguments | drawing, seed=order.seed)

    async def _upscale(self, order: Order) -> Output:
        source = _source(order)
        if source.kind is Kind.VIDEO:
            arguments = {"source": source.path}
            return await self._clip(order, "upscale", arguments, source.duration_s or _CLIP_S)
        return await self._picture(order, "upscale", {"source": source.path}, seed=source.seed)

    async def _film(self, order: Order) -> Output:
        duration_s = order.duration_s or _CLIP_S
        picture = order.sources[0].path if order.sources else None
        arguments = {
            "prompt": _styled(order),
            "seed": order.seed,
            "duration_s": duration_s,
            "aspect": order.aspect,
            "picture": picture,
        }
        return await self._clip(order, "film", arguments, duration_s)

    async def _extend(self, order: Order) -> Output:
        source, added_s = _source(order), order.duration_s or _CLIP_S
        arguments = {"source": source.path, "seed": order.seed, "added_s": added_s}
        return await self._clip(order, "extend", arguments, (source.duration_s or _CLIP_S) + added_s)

    async def _speak(self, order: Order) -> Output:
        arguments = {"text": order.prompt, "voice": order.voice, "manner": f"{order.instruction} {order.style or ''}"}
        target = order.folder / "speech.mp3"
        made = await self._run("voice:speak", target, arguments, _CLIP_TIMEOUT_S)
        return _output(target, "audio/mpeg", made, seed=None)

    async def _picture(self, order: Order, function: str, arguments: dict[str, Any], *, seed: int | None) -> Output:
        target = order.folder / "picture.png"
        made = await self._run(f"images:{function}", target, arguments, _PICTURE_TIMEOUT_S)
        return _output(target, "image/png", made, seed=seed)

    async def _clip(self, order: Order, function: str, arguments: dict[str, Any], duration_s: float) -> Output:
        target = order.folder / "clip.mp4"
        timeout_s = _CLIP_TIMEOUT_S + _CLIP_TIMEOUT_PER_S * duration_s
        made = await self._run(f"clips:{function}", target, arguments, timeout_s)
        return _output(target, "video/mp4", made, seed=order.seed)

    async def _run(self, function: str, target: Path, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        made: dict[str, Any] = await self._pool.run(
            f"{_PACKAGE}.{function}", {"target": target, **arguments}, timeout_s=timeout_s
        )
        return made


def _styled(order: Order) -> str:
    """The prompt, and the style as one more of its words."""
    return f"{order.prompt}, {order.style}" if order.style and order.prompt else order.prompt


def _source(order: Order) -> Source:
    if not order.sources:
        raise UserError("There is no picture or video to work from.", "invalid")
    return order.sources[0]


def _drawn_here(source: Source) -> bool:
    """True for what words and seed alone can make again. A retouched photo has no seed: its pixels are all there is."""
    return source.provider == NAME and source.seed is not None and bool(source.prompt)


def _output(path: Path, media_type: str, made: dict[str, Any], *, seed: int | None) -> Output:
    file = Made(
        path=path,
        media_type=media_type,
        width=made.get("width"),
        height=made.get("height"),
        duration_s=made.get("duration_s"),
        seed=seed,
    )
    return Output(files=(file,), notes=tuple(made.get("notes", ())))
