"""`/v1/images/generations` and `/v1/images/edits`.

https://developers.openai.com/api/docs/guides/image-generation: answers carry `b64_json` alone, never a `url`.
"""

import asyncio
import base64
import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openai.types import image_edit_params
from PIL import Image, UnidentifiedImageError

from tests.fakes.openai import image_order
from tests.fakes.openai.answers import Answer, Events, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import bad, missing, moderation_blocked, unknown_parameter
from tests.fakes.openai.faults import Job
from tests.fakes.openai.forms import typed
from tests.fakes.openai.image_order import Order
from tests.fakes.openai.journal import Upload
from tests.fakes.openai.moderation import categories_of
from tests.fakes.openai.pictures import Look, draw, redraw
from tests.fakes.openai.tokens import count

IMAGES_MAX = 16
IMAGE_MAX_BYTES = 50_000_000
MASK_MAX_BYTES = 4_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_OUTPUT_TOKENS = {"low": 272, "medium": 1_056, "high": 4_160, "xhigh": 6_240, "max": 8_320}
"""Of a 1024x1024 picture; the first three as for gpt-image-1, the others our guess."""
Painter = Callable[[Look], bytes]


@dataclass(frozen=True, slots=True)
class _Shot:
    """A valid order with everything needed to carry it out."""

    ask: Ask
    order: Order
    size: tuple[int, int]
    paint: Painter
    event: str
    input_image_tokens: int = 0


async def generate(ask: Ask) -> Job:
    """Validate a generation; the job draws it."""
    order = image_order.generation(ask)
    _check_words(ask, order.prompt)
    auto = image_order.GIF_AUTO_SIZE if order.format == "gif" else image_order.AUTO_SIZE
    return _job(_Shot(ask, order, order.size or auto, draw, "image_generation"))


async def edit(ask: Ask) -> Job:
    """Validate an edit; the job tints and frames the first picture."""
    files, texts = ask.form.files, typed(ask.form.texts, image_edit_params.ImageEditParamsBase)
    if stray := [name for name in files if name not in ("image", "mask", "markup")]:
        raise unknown_parameter(stray[0])
    if not files.get("image"):
        raise missing("image")
    stand_ins = {name: b"" if name != "image" else [b""] for name in files}
    order = image_order.edit(ask, texts, files=stand_ins)
    sizes = await asyncio.to_thread(_check_files, files)
    _check_words(ask, order.prompt)
    source, mask = files["image"][0].data, files["mask"][0].data if files.get("mask") else None
    tokens = sum(-(-width // 32) * -(-height // 32) for width, height in sizes)
    return _job(
        _Shot(
            ask,
            order,
            order.size or _nearest(sizes[0], order.format),
            lambda look: redraw(look, source, mask),
            "image_edit",
            tokens,
        )
    )


def _check_words(ask: Ask, prompt: str) -> None:
    if not ask.world.compatible and (found := categories_of(prompt)):
        raise moderation_blocked(ask.request_id, found)


def _check_files(files: Mapping[str, Sequence[Upload]]) -> list[tuple[int, int]]:
    """Sizes of the pictures, or a refusal."""
    if len(files["image"]) > IMAGES_MAX:
        message = f"Invalid 'image': array too long. Expected an array with maximum length {IMAGES_MAX}."
        raise bad(message, "image", "array_above_max_length")
    sizes = [_picture_size(upload, "image", _FORMATS, IMAGE_MAX_BYTES) for upload in files["image"]]
    for name in ("mask", "markup"):
        for upload in files.get(name, ()):
            _check_overlay(upload, name, sizes[0])
    return sizes


def _picture_size(upload: Upload, param: str, formats: tuple[str, ...], most: int) -> tuple[int, int]:
    if not upload.data:
        raise bad(f"Invalid '{param}': the file is empty.", param, "empty_image_file")
    if len(upload.data) >= most:
        raise bad(f"Invalid '{param}': the file must be less than {most // 10**6}MB.", param, "image_file_too_large")
    with _opened(upload, param, formats) as picture:
        return picture.size


def _check_overlay(upload: Upload, param: str, size: tuple[int, int]) -> None:
    if _picture_size(upload, param, ("PNG",), MASK_MAX_BYTES if param == "mask" else IMAGE_MAX_BYTES) != size:
        raise bad(f"Invalid '{param}': must have the same dimensions as the image.", param, "invalid_value")
    with _opened(upload, param, ("PNG",)) as picture:
        if "A" not in picture.getbands() and "transparency" not in picture.info:
            raise bad(f"Invalid '{param}': must have an alpha channel.", param, "invalid_value")


def _opened(upload: Upload, param: str, formats: tuple[str, ...]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(upload.data), formats=formats)
        mime = Image.MIME[picture.format or ""]
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombWarning) as error:
        message = f"Invalid file '{param}': unsupported mimetype ('{upload.content_type}') or a broken image. "
        kinds = ", ".join(f"'{Image.MIME[each]}'" for each in formats)
        raise bad(f"{message}Supported file formats are {kinds}.", param, "unsupported_file_mimetype") from error
    if upload.content_type not in (mime, "image/jpg") and upload.content_type.split("/")[0] != "image":
        message = f"Invalid file '{param}': unsupported mimetype ('{upload.content_type}')."
        raise bad(message, param, "unsupported_file_mimetype")
    return picture


def _nearest(size: tuple[int, int], picture_format: str) -> tuple[int, int]:
    """`auto` keeps the first picture's orientation."""
    if picture_format == "gif":
        return image_order.GIF_AUTO_SIZE
    ratio = size[0] / size[1]
    return (1536, 1024) if ratio > 1.2 else (1024, 1536) if ratio < 1 / 1.2 else (1024, 1024)


def _job(shot: _Shot) -> Job:
    async def job() -> Answer:
        return await asyncio.to_thread(_stream if shot.order.stream else _whole, shot)

    return job


def _look(shot: _Shot, index: int = 0, progress: float = 1.0) -> Look:
    order = shot.order
    return Look(
        words=order.prompt,
        index=index,
        size=shot.size,
        format=order.format,
        transparent=order.transparent,
        compression=order.compression,
        frames=order.frames,
        frame_ms=order.frame_ms,
        progress=progress,
    )


def _whole(shot: _Shot) -> Json:
    pictures = [shot.paint(_look(shot, i)) for i in range(shot.order.n)]
    world = shot.ask.world
    if shot.order.by_url:
        links = [{"url": world.publish(picture, f"image/{shot.order.format}")} for picture in pictures]
        return Json({"created": world.stamp, "data": links})
    body = {"created": world.stamp, **_facts(shot), "data": [{"b64_json": _b64(picture)} for picture in pictures]}
    if world.compatible:
        return Json({"created": world.stamp, "data": body["data"]})
    return Json(body | {"usage": _usage(shot, shot.order.n)} | _svg_usage(shot))


def _stream(shot: _Shot) -> Events:
    events: list[dict[str, Any]] = []
    for i in range(shot.order.partials):
        stage = _look(shot, progress=(i + 1) / (shot.order.partials + 1))
        partial = {"partial_image_index": i, "b64_json": _b64(shot.paint(stage))}
        events.append({"type": f"{shot.event}.partial_image", **_event_facts(shot), **partial})
    final = {"b64_json": _b64(shot.paint(_look(shot))), "usage": _usage(shot, 1)}
    events.append({"type": f"{shot.event}.completed", **_event_facts(shot), **_identifier(shot), **final})
    return Events(events)


def _facts(shot: _Shot) -> dict[str, Any]:
    return {
        "background": "transparent" if shot.order.transparent else "opaque",
        "output_format": shot.order.format,
        "quality": shot.order.quality,
        "size": "{}x{}".format(*shot.size),
        **_identifier(shot),
    }


def _event_facts(shot: _Shot) -> dict[str, Any]:
    facts = {name: value for name, value in _facts(shot).items() if name != "safety_identifier"}
    return {"created_at": shot.ask.world.stamp, **facts}


def _identifier(shot: _Shot) -> dict[str, str]:
    return {"safety_identifier": shot.order.safety_identifier} if shot.order.safety_identifier else {}


def _usage(shot: _Shot, n: int) -> dict[str, Any]:
    text = count(shot.order.prompt)
    made = n * round(_OUTPUT_TOKENS[shot.order.quality] * shot.size[0] * shot.size[1] / 1024**2)
    # a partial image costs 100 tokens more: https://developers.openai.com/api/docs/guides/image-generation
    made += 100 * shot.order.partials
    given = text + shot.input_image_tokens
    return {
        "input_tokens": given,
        "input_tokens_details": {"text_tokens": text, "image_tokens": shot.input_image_tokens},
        "output_tokens": made,
        "total_tokens": given + made,
    } | ({} if shot.order.stream else {"output_tokens_details": {"image_tokens": made, "text_tokens": 0}})


def _svg_usage(shot: _Shot) -> dict[str, Any]:
    if shot.order.format != "svg":
        return {}
    tokens = {"input_tokens": 300, "output_tokens": 900, "reasoning_tokens": 200, "total_tokens": 1_200}
    return {"svg_usage": {"model": "gpt-6.2-sol", **tokens}}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
