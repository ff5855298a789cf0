"""Pictures: drawn from words, drawn again with other words, retouched, varied, enlarged. Runs in a media child."""

import random
from typing import Any

from PIL import Image, ImageFilter, ImageOps, PngImagePlugin

from core.errors import TooLarge
from core.native.uploads import PIXEL_CAP
from core.providers.offline import grading, scene
from core.providers.offline.labels import LABEL
from core.providers.offline.motion import cover
from core.providers.offline.sizes import fit, heightened, size_for, widened

_REDRAWN_LONGEST = 2048


def draw(target: str, prompt: str, seed: int, aspect: str | None = None) -> dict[str, Any]:
    """Draw the prompt."""
    return _save(scene.paint(prompt, seed, size_for(aspect or scene.aspect_of(prompt))), target)


def redraw(
    source: str, target: str, prompt: str, seed: int, aspect: str | None = None, instruction: str = ""
) -> dict[str, Any]:
    """Draw the longer prompt with the same seed, and so the same composition, at the source's size."""
    size = size_for(aspect) if aspect else _reshaped(_size(source), instruction)
    return _save(scene.paint(prompt, seed, size), target)


def retouch(source: str, target: str, instruction: str, aspect: str | None = None) -> dict[str, Any]:
    """Change a picture that was not drawn here by what pixels allow. Returns notes on what they do not."""
    picture = _open(source)
    shape = size_for(aspect) if aspect else _reshaped(picture.size, instruction)
    extended = _extended(picture, shape)
    graded = grading.grade(extended, instruction)
    unchanged = graded is picture
    made = grading.tint(graded, instruction) if unchanged else graded
    return {**_save(made, target), "notes": _retouch_notes(instruction, unchanged=unchanged)}


def vary(source: str, target: str, seed: int) -> dict[str, Any]:
    """Another look at a picture that was not drawn here: mirrored, closer, in another light."""
    picture = _open(source)
    chance = random.Random(f"{seed}:vary")
    share = chance.uniform(0.8, 0.92)
    width, height = picture.width * share, picture.height * share
    left, top = (picture.width - width) * chance.random(), (picture.height - height) * chance.random()
    closer = picture.resize(picture.size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height))
    turned = ImageOps.mirror(closer) if chance.random() < 0.6 else closer
    return _save(grading.grade(turned, chance.choice(("warmer", "cooler", "brighter", "more contrast"))), target)


def upscale(source: str, target: str) -> dict[str, Any]:
    """Twice the size, by resampling."""
    picture = _open(source)
    size = (picture.width * 2, picture.height * 2)
    if size[0] * size[1] > PIXEL_CAP:
        raise TooLarge("This picture is already so large that twice its size would be more than 40 megapixels.")
    larger = picture.resize(size, Image.Resampling.LANCZOS)
    return _save(larger.filter(ImageFilter.UnsharpMask(radius=1.5, percent=40, threshold=2)), target)


def _open(path: str) -> Image.Image:
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened)
        return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _size(path: str) -> tuple[int, int]:
    with Image.open(path) as opened:
        if max(opened.size) <= _REDRAWN_LONGEST:
            return opened.size
        return fit(*opened.size)


def _reshaped(size: tuple[int, int], instruction: str) -> tuple[int, int]:
    words = grading.words_of(instruction)
    if words & {"wider", "wide", "widescreen", "panorama", "panoramic", "landscape"}:
        return widened(*size)
    if words & {"taller", "tall", "higher", "vertical"}:
        return heightened(*size)
    return size_for("1:1") if "square" in words else size


def _extended(picture: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """Fill up to another shape with the picture's own blurred edges; nothing of it is cut."""
    ratio = shape[0] / shape[1]
    if abs(picture.width / picture.height - ratio) < 0.02 * ratio:
        return picture
    width, height = max(picture.width, round(picture.height * ratio)), max(picture.height, round(picture.width / ratio))
    ground = cover(picture, (width, height)).filter(ImageFilter.GaussianBlur(max(width, height) / 30))
    ground.paste(picture.convert("RGB"), ((width - picture.width) // 2, (height - picture.height) // 2))
    return ground


def _retouch_notes(instruction: str, *, unchanged: bool) -> list[str]:
    if "without" in instruction.lower() or "remove" in instruction.lower():
        return ["The offline sketcher cannot take things out of a photo, so it only changed the light."]
    if unchanged:
        return ["The offline sketcher can change a photo's light, colour and shape, but not what is in it."]
    return []


def _save(picture: Image.Image, target: str) -> dict[str, Any]:
    label = PngImagePlugin.PngInfo()
    label.add_text("Comment", LABEL)
    picture.info.clear()
    picture.save(target, format="PNG", pnginfo=label, compress_level=4)
    return {"width": picture.width, "height": picture.height}
