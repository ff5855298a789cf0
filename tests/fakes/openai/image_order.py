"""What an image request may say, checked.

https://developers.openai.com/api/reference/resources/images and the docstrings of
`openai.types.image_generate_params` and `image_edit_params` (openai 3.54.0). The smallest and largest number of pixels
(655,360 and 8,294,400) and the GIF budget are measured by docs.apiyi.com, November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openai.types import image_edit_params, image_generate_params

from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import bad, missing, out_of_range, too_long, unknown_parameter, wrong_value
from tests.fakes.openai.models import Use
from tests.fakes.openai.shapes import check_body

PROMPT_MAX = 32_000
LEAST_PIXELS, MOST_PIXELS = 655_360, 8_294_400
LONGEST_EDGE = 3_840
STEEPEST = 3
STANDARD = ("1024x1024", "1536x1024", "1024x1536")
LEGACY = ("response_format", "style")
"""Of the retired DALL·E models: https://developers.openai.com/api/docs/deprecations"""
QUALITIES = ("low", "medium", "high", "auto")
MORE_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
AUTO_QUALITY = "high"
AUTO_SIZE = (1024, 1024)
GIF_AUTO_SIZE = (512, 512)
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
_FREE_SIZES = ("gpt-image-2",)
_NEWER = ("gpt-image-2.5", "gpt-image-2.6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A valid request. `size` None is `auto`."""

    model: str
    prompt: str
    n: int = 1
    size: tuple[int, int] | None = None
    quality: str = AUTO_QUALITY
    transparent: bool = False
    format: str = "png"
    compression: int = 100
    frames: int = 9
    frame_ms: int = 200
    stream: bool = False
    partials: int = 0
    safety_identifier: str | None = None
    by_url: bool = False
    """A compatible server that answers with links."""


def generation(ask: Ask) -> Order:
    """The order in a body of `/v1/images/generations`."""
    return (
        _foreign(ask) if ask.world.compatible else _order(ask, ask.body, image_generate_params.ImageGenerateParamsBase)
    )


def edit(ask: Ask, texts: Mapping[str, Any], *, files: Mapping[str, Any]) -> Order:
    """The order in a form of `/v1/images/edits`; `files` stand in for the form's files."""
    if ask.world.compatible:
        return _foreign(ask)
    order = _order(ask, {**texts, **files}, image_edit_params.ImageEditParamsBase)
    _check_fidelity(order.model, texts.get("input_fidelity"))
    if "markup" in files and ("mask" in files or not order.model.startswith("gpt-image-2.5")):
        raise bad("'markup' needs a GPT Image 2.5 model and cannot be combined with 'mask'.", "markup", "invalid_value")
    if "mask" in files and order.format == "gif":
        raise bad("GIF output does not support masks.", "mask", "invalid_value")
    return order


def _order(ask: Ask, given: Mapping[str, Any], shape: Any) -> Order:
    _check_legacy(given)
    body = {name: value for name, value in given.items() if value is not None}
    check_body(body, shape, stream=bool)
    model = _model(ask, body)
    _check_prompt(body["prompt"])
    picture_format = body.get("output_format", "png")
    order = Order(
        model=model,
        prompt=body["prompt"],
        n=_between(body, "n", 1, 10, 1),
        size=_size(model, body.get("size", "auto"), picture_format),
        quality=_quality(model, body.get("quality", "auto")),
        transparent=_transparent(body, picture_format),
        format=picture_format,
        compression=_compression(body, picture_format),
        frames=_between(body, "frame_count", 2, 16, 9),
        frame_ms=_between(body, "frame_duration_ms", 10, 655_350, 200),
        stream=body.get("stream", False),
        partials=_between(body, "partial_images", 0, 3, 0),
        safety_identifier=body.get("safety_identifier") or body.get("user"),
    )
    _check_streaming(order)
    _check_special(order, body)
    return order


def _check_legacy(body: Mapping[str, Any]) -> None:
    for name in LEGACY:
        if name in body:
            raise unknown_parameter(name)


def _model(ask: Ask, body: Mapping[str, Any]) -> str:
    if "model" not in body:
        raise missing("model")
    return ask.world.catalogue.take(body["model"], Use.IMAGE, ask.world.now)


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise bad("Invalid 'prompt': empty string.", "prompt", "empty_string")
    if len(prompt) > PROMPT_MAX:
        raise too_long("prompt", PROMPT_MAX, len(prompt))


def _between(body: Mapping[str, Any], name: str, least: int, most: int, default: int) -> int:
    value: int = body.get(name, default)
    if not least <= value <= most:
        raise out_of_range(name, least, most, value)
    return value


def _size(model: str, text: str, picture_format: str) -> tuple[int, int] | None:
    if text == "auto":
        return None
    found = _SIZE.fullmatch(text)
    if not model.startswith(_FREE_SIZES):
        if text not in STANDARD:
            raise wrong_value("size", text, (*STANDARD, "auto"))
    elif found is None:
        raise bad(f"Invalid size '{text}'. Expected 'auto' or 'WIDTHxHEIGHT'.", "size", "invalid_value")
    assert found
    size = int(found.group(1)), int(found.group(2))
    if picture_format != "gif":
        check_size(size)
    return size


def check_size(size: tuple[int, int], cells: int = 1) -> None:
    """Edges in steps of 16 up to 3840, at most 3:1, between 655,360 and 8,294,400 pixels."""
    width, height = size
    problem = ""
    if width % 16 or height % 16 or not width or not height:
        problem = "Width and height must both be divisible by 16."
    elif max(size) > LONGEST_EDGE:
        problem = f"The longest edge must be at most {LONGEST_EDGE} pixels."
    elif max(size) > STEEPEST * min(size):
        problem = "The aspect ratio must be between 1:3 and 3:1."
    elif not LEAST_PIXELS <= width * height * cells <= MOST_PIXELS:
        problem = f"The image must have between {LEAST_PIXELS} and {MOST_PIXELS} pixels."
    if problem:
        raise bad(f"Invalid size '{width}x{height}'. {problem}", "size", "invalid_value")


def _quality(model: str, word: str) -> str:
    known = MORE_QUALITIES if model.startswith(_NEWER) else QUALITIES
    if word not in known:
        raise wrong_value("quality", word, known)
    return AUTO_QUALITY if word == "auto" else word


def _transparent(body: Mapping[str, Any], picture_format: str) -> bool:
    if body.get("background") != "transparent":
        return False
    if picture_format not in ("png", "webp"):
        message = f"Transparent background is not supported for {picture_format} output: use png or webp."
        raise bad(message, "background", "invalid_value")
    return True


def _compression(body: Mapping[str, Any], picture_format: str) -> int:
    value = _between(body, "output_compression", 0, 100, 100)
    if "output_compression" in body and picture_format not in ("webp", "jpeg") and value != 100:
        message = f"Compression less than 100 is not supported for {picture_format.upper()} output format."
        raise bad(message, "output_compression", f"invalid_{picture_format}_output_compression")
    return value


def _check_streaming(order: Order) -> None:
    if order.partials and not order.stream:
        raise bad("'partial_images' is only supported when 'stream' is enabled.", "partial_images", "invalid_value")
    if order.stream and order.format in ("gif", "svg"):
        raise bad(f"Streaming is not supported for {order.format} output.", "stream", "invalid_value")
    if order.stream and order.n > 1:
        raise bad("Streaming is only supported with n=1.", "n", "invalid_value")


def _check_special(order: Order, body: Mapping[str, Any]) -> None:
    for name in ("frame_count", "frame_duration_ms"):
        if name in body and order.format != "gif":
            raise bad(f"'{name}' is only supported with output_format=gif.", name, "invalid_value")
    if "svg" in body and order.format != "svg":
        raise bad("'svg' is only supported with output_format=svg.", "svg", "invalid_value")
    if order.format == "svg" and order.n != 1:
        raise bad("SVG generation requires n=1.", "n", "invalid_value")
    if order.format == "gif":
        check_size(order.size or GIF_AUTO_SIZE, order.n * next(cells for cells in (9, 12, 16) if order.frames <= cells))


def _check_fidelity(model: str, word: str | None) -> None:
    takes = {"gpt-image-1.5": ("high", "low"), "gpt-image-1-mini": ("low",)}.get(model, ())
    if word is not None and not takes:
        message = f"The model '{model}' does not support the 'input_fidelity' parameter."
        raise bad(message, "input_fidelity", "invalid_input_fidelity_model")
    if word is not None and word not in takes:
        raise wrong_value("input_fidelity", word, takes)


def _foreign(ask: Ask) -> Order:
    """LocalAI: any size, unknown fields ignored, links unless `response_format` says otherwise."""
    body = ask.body or ask.form.texts
    if not body.get("prompt"):
        raise missing("prompt")
    name = str(body.get("model") or next(m.id for m in ask.world.catalogue.alive(ask.world.now) if m.use is Use.IMAGE))
    ask.world.catalogue.find(name, ask.world.now)
    found = _SIZE.fullmatch(str(body.get("size", "")))
    return Order(
        model=name,
        prompt=str(body["prompt"]),
        n=int(body.get("n") or 1),
        size=(int(found.group(1)), int(found.group(2))) if found else (512, 512),
        by_url=body.get("response_format", "url") == "url",
    )
