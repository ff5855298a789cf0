"""`/v1/moderations`: https://developers.openai.com/api/docs/guides/moderation

Words in capitals flag a text, so that no ordinary sentence is flagged; a nearly pure red picture is violence, a nearly
pure magenta one is sexual, whatever format it is in. Images are scored for self-harm, sexual and violence alone.
"""

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openai.types import moderation_create_params
from PIL import Image, UnidentifiedImageError

from tests.fakes.openai.answers import Answer, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import ApiError, bad
from tests.fakes.openai.faults import Job
from tests.fakes.openai.models import Use
from tests.fakes.openai.shapes import check_body
from tests.fakes.openai.world import World, new_id

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
FOR_IMAGES = frozenset(
    {"self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic"}
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "FORBIDDEN": ("illicit", "violence"),
    "GORE": ("violence", "violence/graphic"),
    "LEWD": ("sexual",),
    "MINORS": ("sexual", "sexual/minors"),
    "SLUR": ("hate", "harassment"),
    "THREAT": ("harassment", "harassment/threatening"),
    "SELFHARM": ("self-harm", "self-harm/intent"),
    "CRIME": ("illicit",),
}
_DATA_URL = re.compile(r"data:(image/(?:png|jpeg|jpg|webp|gif));base64,(.*)", re.S)
_FLAGGED, _CLEAN = 0.97, 0.0004


def categories_of(text: str) -> tuple[str, ...]:
    """What the words of a text are flagged for."""
    found = [category for word, under in WORDS.items() if re.search(rf"\b{word}\b", text) for category in under]
    return tuple(dict.fromkeys(found))


async def moderate(ask: Ask) -> Job:
    """Validate and judge."""
    body = dict(ask.body)
    check_body(body, moderation_create_params.ModerationCreateParams)
    model = ask.world.catalogue.take(body.get("model", "omni-moderation-latest"), Use.MODERATION, ask.world.now)
    results = [_result(ask.world, parts) for parts in _inputs(body["input"])]

    async def job() -> Answer:
        return Json({"id": new_id("modr"), "model": model.replace("latest", "2024-09-26"), "results": results})

    return job


def _inputs(given: Any) -> list[list[Mapping[str, Any]]]:
    """Each a list of parts that is judged as one."""
    if isinstance(given, str):
        return [[{"type": "text", "text": given}]]
    if not given:
        raise bad("Invalid 'input': empty array.", "input", "empty_array")
    if isinstance(given[0], str):
        return [[{"type": "text", "text": text}] for text in given]
    images = sum(part["type"] == "image_url" for part in given)
    if images > 1:
        # antiwork/gumroad#4709
        raise bad(f"Number of images ({images}) exceeds maximum of 1", "input", "too_many_images")
    return [given]


def _result(world: World, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    types = {"image" if part["type"] == "image_url" else "text" for part in parts}
    flagged = set(_flagged(world, parts))
    applied = {
        each: [kind for kind in ("text", "image") if kind in types and _scored(each, kind)] for each in CATEGORIES
    }
    return {
        "flagged": bool(flagged),
        "categories": {each: each in flagged for each in CATEGORIES},
        "category_scores": {each: _FLAGGED if each in flagged else _CLEAN for each in CATEGORIES},
        "category_applied_input_types": applied,
    }


def _scored(category: str, kind: str) -> bool:
    return kind == "text" or category in FOR_IMAGES


def _flagged(world: World, parts: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    for part in parts:
        if part["type"] == "text":
            yield from categories_of(part["text"])
        else:
            yield from (each for each in _seen(world, part["image_url"]["url"]) if each in FOR_IMAGES)


def _seen(world: World, url: str) -> tuple[str, ...]:
    data = image_bytes(url, "input")
    if data is None:
        return ()
    if known := world.flagged_images.get(hashlib.sha256(data).hexdigest()):
        return known
    return _by_colour(data)


def _by_colour(data: bytes) -> tuple[str, ...]:
    with Image.open(io.BytesIO(data)) as picture:
        pixel = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    if red < 200 or green > 50:
        return ()
    return ("violence", "violence/graphic") if blue < 50 else ("sexual",) if blue > 200 else ()


def image_bytes(url: str, param: str) -> bytes | None:
    """The picture in a data URL; None for an address that the platform would fetch itself, or its refusal."""
    if url.startswith("https://") and not re.match(r"https://(localhost|127\.|10\.|192\.168\.|\[)", url):
        return None
    found = _DATA_URL.fullmatch(url)
    if not found:
        raise _image_error(param, "Invalid image URL. Expected an https URL or a base64-encoded data URL.", "url")
    try:
        data = base64.b64decode(found.group(2), validate=True)
    except binascii.Error as error:
        raise _image_error(param, "Invalid base64 image data.", "base64") from error
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise _image_error(param, "The image data you provided does not represent a valid image.", "") from error
    return data


def _image_error(param: str, message: str, what: str) -> ApiError:
    code = {"url": "invalid_image_url", "base64": "invalid_base64_image"}.get(what, "invalid_image_format")
    return bad(message, param, code)
