"""Draws real pictures fast: colours from the prompt, the asked size, format and transparency."""

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps

Colour = tuple[int, int, int]
_COARSE = (48, 48)
_KEPT = 32
"""Pictures that are not drawn twice: a crowd that asks for the same waits for the network, not for a painter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a picture is to be."""

    words: str
    index: int = 0
    size: tuple[int, int]
    format: str = "png"
    transparent: bool = False
    compression: int = 100
    frames: int = 9
    frame_ms: int = 200
    progress: float = 1.0
    """Below one the picture is a blurred stage of itself."""


@lru_cache(_KEPT)
def draw(look: Look) -> bytes:
    """A picture from words alone."""
    if look.format == "svg":
        return _svg(look)
    if look.format == "gif":
        return _gif([_scene(look, turn / look.frames) for turn in range(look.frames)], look)
    return _encode(_staged(_scene(look), look), look)


def redraw(look: Look, source: bytes, mask: bytes | None = None) -> bytes:
    """The source, tinted by the words and framed; with a mask only where that is transparent."""
    if look.format == "svg":
        return _svg(look)
    with Image.open(io.BytesIO(source)) as opened:
        before = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGBA"), look.size)
    after = _tinted(before, look)
    if mask is not None:
        after = Image.composite(before, after, _alpha_of(mask, look.size))
    if look.format == "gif":
        return _gif([Image.blend(before, after, turn / look.frames) for turn in range(look.frames)], look)
    return _encode(_staged(after if look.transparent else after.convert("RGB"), look), look)


def colours(words: str, index: int = 0) -> tuple[Colour, Colour, Colour]:
    """Three colours that these words always give; none is the pure red or magenta that moderation looks for."""
    digest = hashlib.sha256(f"{index}:{words}".encode()).digest()
    first, second, third = (tuple(40 + byte % 180 for byte in digest[i : i + 3]) for i in (0, 3, 6))
    return first, second, third  # type: ignore[return-value]


def _scene(look: Look, turn: float = 0.0) -> Image.Image:
    sky, ground, sun = colours(look.words, look.index)
    width, height = look.size
    if look.transparent:
        picture = Image.new("RGBA", look.size, (0, 0, 0, 0))
    else:
        picture = _gradient(sky, ground).resize(look.size, Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(picture)
    radius, middle = min(width, height) // 5, int(width * (0.25 + 0.5 * turn))
    pen.ellipse((middle - radius, height // 3 - radius, middle + radius, height // 3 + radius), fill=sun)
    pen.polygon([(0, height), (width // 2, height // 2), (width, height)], fill=ground)
    return picture


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(_COARSE)
    return Image.composite(Image.new("RGB", _COARSE, bottom), Image.new("RGB", _COARSE, top), ramp)


def _tinted(before: Image.Image, look: Look) -> Image.Image:
    tint, frame, _ = colours(look.words, look.index)
    after = Image.blend(before, Image.new("RGBA", before.size, (*tint, 255)), 0.3)
    after.putalpha(before.getchannel("A") if look.transparent else 255)
    width = max(2, min(look.size) // 40)
    ImageDraw.Draw(after).rectangle((0, 0, look.size[0] - 1, look.size[1] - 1), outline=(*frame, 255), width=width)
    return after


def _alpha_of(mask: bytes, size: tuple[int, int]) -> Image.Image:
    with Image.open(io.BytesIO(mask)) as opened:
        return opened.convert("RGBA").getchannel("A").resize(size).point(lambda value: 255 if value else 0)


def _staged(picture: Image.Image, look: Look) -> Image.Image:
    if look.progress >= 1:
        return picture
    part = max(4, int(64 * look.progress))
    return picture.resize((part, part), Image.Resampling.BOX).resize(picture.size, Image.Resampling.BILINEAR)


def _encode(picture: Image.Image, look: Look) -> bytes:
    out = io.BytesIO()
    match look.format:
        case "jpeg":
            picture.convert("RGB").save(out, "JPEG", quality=max(1, min(95, look.compression)))
        case "webp":
            picture.save(out, "WEBP", quality=look.compression, method=0)
        case _:
            picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _gif(frames: list[Image.Image], look: Look) -> bytes:
    out = io.BytesIO()
    first, *rest = [frame.convert("RGB").quantize(64) for frame in frames]
    first.save(out, "GIF", save_all=True, append_images=rest, duration=look.frame_ms, loop=0)
    return out.getvalue()


def _svg(look: Look) -> bytes:
    sky, _, sun = ("#{:02x}{:02x}{:02x}".format(*colour) for colour in colours(look.words, look.index))
    width, height = look.size
    back = "" if look.transparent else f'<rect width="{width}" height="{height}" fill="{sky}"/>'
    circle = f'<circle cx="{width // 2}" cy="{height // 3}" r="{min(width, height) // 5}" fill="{sun}"/>'
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{back}{circle}</svg>'.encode()
