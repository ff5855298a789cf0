"""Files as people attach them."""

import io
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file a person attaches. `converted`: the JPEG that Slack makes of a HEIC picture, or None if it did not."""

    name: str
    data: bytes
    converted: bytes | None = None


def heic(name: str = "photo.heic", *, converted: bool = True, size: tuple[int, int] = (1600, 1200)) -> Upload:
    """A phone's picture: with or without the JPEG copy behind `thumb_1024`."""
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(out, "JPEG")
    data = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
    return Upload(name=name, data=data, converted=out.getvalue() if converted else None)
