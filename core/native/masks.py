"""Masks as providers take them. Runs in a media child."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageOps

from core.native.uploads import PIXEL_CAP

Image.MAX_IMAGE_PIXELS = PIXEL_CAP


def cut_out(source: str, like: str, target: str) -> dict[str, Any]:
    """Write a PNG of the size of `like` that is transparent where `source` is white. Returns its width and height.

    OpenAI changes a picture where its mask is transparent: https://developers.openai.com/api/docs/guides/image-generation
    """
    with Image.open(like) as picture:
        size = ImageOps.exif_transpose(picture).size
    with Image.open(source) as opened:
        white = ImageOps.exif_transpose(opened).convert("L").resize(size, Image.Resampling.BILINEAR)
    mask = Image.new("RGBA", size, "black")
    mask.putalpha(ImageChops.invert(white))
    mask.save(Path(target), format="PNG")
    return {"width": mask.width, "height": mask.height}
