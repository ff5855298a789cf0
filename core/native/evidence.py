"""What a file shows of where it comes from: its credentials, and what it looks like. Runs in a media child."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps

from core.errors import Unsupported
from core.native import credentials
from core.native.containers import is_film
from core.native.looks import look_of
from core.native.pictures import POSTER_AT, frame_at, shrunk
from core.native.uploads import FORMATS, PIXEL_CAP

Image.MAX_IMAGE_PIXELS = PIXEL_CAP
_SMALL = 512
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, Unsupported, av.FFmpegError)


def examine(source: str) -> dict[str, Any]:
    """`credentials` (see there), `look` (None: not to be told), and `readable`: whether a decoder took it."""
    look, readable = None, False
    with suppress(*_DAMAGED, Image.DecompressionBombError, MemoryError):
        look, readable = _look(source), True
    return {"credentials": credentials.read(source), "look": look, "readable": readable}


def _look(source: str) -> int | None:
    """As of its thumbnail, so that a film is known by the same frame."""
    with Path(source).open("rb") as file:
        film = is_film(file.read(16))
    if film:
        return look_of(frame_at(source, POSTER_AT, _SMALL))
    with Image.open(source, formats=tuple(FORMATS)) as opened:
        opened.draft("RGB", (_SMALL, _SMALL))
        opened.load()
        ImageOps.exif_transpose(opened, in_place=True)
        return look_of(shrunk(opened, _SMALL))
