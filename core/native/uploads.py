"""Pictures from outside: looked at before they are decoded, and stored only as freshly encoded pixels."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import puremagic
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from core.errors import Invalid, TooLarge, Unsupported

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
BYTES_CAP = 20 * 1024 * 1024
PIXEL_CAP = 40_000_000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NOT_A_PICTURE = "Easel takes PNG, JPEG, WebP and GIF pictures, MP4 and WebM videos; this file is none of them."
_DAMAGED = "This picture is damaged or incomplete; please export it again."
_TOO_MANY_PIXELS = "This picture is too large: Easel takes up to 40 megapixels, for example 8000 x 5000."
_DECODER_ERRORS = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, struct.error)


def sanitise_upload(source: str, target: str) -> dict[str, Any]:
    """Check a picture from outside and write its upright pixels, and nothing else, to `target`.

    PNG stays PNG and so does what has transparency; the rest becomes JPEG. Of an animation the first frame is kept.
    Returns media_type, width and height. Raises Unsupported, TooLarge or Invalid with a sentence for the user.
    """
    data = _read(source)
    _check_kind(data)
    _check_tail(data)
    with _decoding():
        picture, was_png = _decode(data)
    return _write(picture, target, as_png=was_png or picture.mode == "RGBA")


def _read(source: str) -> bytes:
    path = Path(source)
    if path.stat().st_size > BYTES_CAP:
        raise TooLarge("This file is too large: Easel takes pictures of up to 20 MB.")
    data = path.read_bytes()
    if not data:
        raise Invalid("This file is empty.")
    return data


def _check_kind(data: bytes) -> None:
    """Ask a second opinion before any decoder sees the bytes; Pillow then has to agree."""
    kinds: set[str] = set()
    with suppress(puremagic.PureError, ValueError):
        kinds = {match.mime_type for match in puremagic.magic_string(data)}
    if kinds.isdisjoint(FORMATS.values()):
        raise Unsupported(_NOT_A_PICTURE)


def _check_tail(data: bytes) -> None:
    """Refuse a PNG with something behind its end: that is how other files travel as pictures."""
    if data.startswith(_PNG_SIGNATURE) and _png_end(data) < len(data):
        raise Unsupported("This PNG carries other data behind the picture; please export it again.")


def _png_end(data: bytes) -> int:
    """Where the IEND chunk ends, or the length of the data when there is none."""
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        length: int
        length, kind = struct.unpack_from(">I4s", data, position)
        position += 12 + length
        if kind == b"IEND":
            return position
    return len(data)


@contextmanager
def _decoding() -> Iterator[None]:
    """Give everything a decoder can raise its one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooLarge(_TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise Unsupported(_NOT_A_PICTURE) from error
    except _DECODER_ERRORS as error:
        raise Invalid(_DAMAGED) from error


def _decode(data: bytes) -> tuple[Image.Image, bool]:
    Image.MAX_IMAGE_PIXELS = PIXEL_CAP
    with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as opened:
        was_png = opened.format == "PNG"
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    return _plain(upright), was_png


def _plain(picture: Image.Image) -> Image.Image:
    """Bring any mode to RGB or RGBA in sRGB, without the metadata."""
    if picture.mode.startswith("I"):  # 16 bits: convert() would clip them
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    plain = _to_srgb(picture, profile, mode) if profile else picture.convert(mode)
    plain.info.clear()
    return plain


def _to_srgb(picture: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Apply the colour profile, since it is dropped; a broken one is ignored."""
    ready = picture if picture.mode in ("RGB", "CMYK", "L") and mode == "RGB" else picture.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(ready, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = None
    return converted or picture.convert(mode)


def _write(picture: Image.Image, target: str, *, as_png: bool) -> dict[str, Any]:
    if as_png:
        picture.save(target, format="PNG")
    else:
        picture.convert("RGB").save(target, format="JPEG", quality=92, subsampling=0)
    media_type = "image/png" if as_png else "image/jpeg"
    return {"media_type": media_type, "width": picture.width, "height": picture.height}
