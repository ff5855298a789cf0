"""An order as a call of Runway's SDK: which resource creates the task, and with what."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.agent.catalogue import Model
from core.providers.base import Order, Source
from core.providers.fitting import aspects_of, duration_of, nearest_aspect, words_of

SEED_MAX = 1 << 32
_MOTION = "Gentle, natural motion."
_GOES_ON = "The scene goes on naturally."


class Way(StrEnum):
    """The kinds of work, as the catalogue's `way` names them."""

    VIDEO = "video"
    """From words, or from words and a first frame."""
    EXTEND = "extend"
    RESTYLE = "video_to_video"
    VIDEO_UPSCALE = "video_upscale"
    IMAGE_UPSCALE = "image_upscale"
    SPEECH = "speech"


class Names(BaseModel):
    """What differs between models of one way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aspect: str = "ratio"
    video: str = "video_uri"
    seed: bool = False
    voice: str = ""
    """The voice where none is wished."""
    prompt_units: str = ""
    frame_aspects: dict[str, str] = {}
    fixed: dict[str, Any] = {}
    """Sent as it stands."""


@dataclass(frozen=True, slots=True)
class Call:
    """`client.<resource>.create(**arguments)`."""

    resource: str
    arguments: dict[str, Any]


def source_of(order: Order) -> Source | None:
    """The one file that a call starts from."""
    return next((source for source in order.sources if source.role != "mask"), None)


def call_of(order: Order, model: Model, uri: str | None, shape: float | None) -> Call:
    """The call for an order. `uri` is where its source lies, `shape` the source's width to height."""
    names = Names.model_validate(model.settings)
    resource, own = _OF_WAY[Way(model.way)](order, model, names, uri, shape)
    given = {"model": model.vendor_name, **own, **names.fixed, "seed": seed_of(order, model)}
    return Call(resource, {name: value for name, value in given.items() if value is not None})


def seed_of(order: Order, model: Model) -> int | None:
    """The seed that is sent, where the model has one."""
    return order.seed % SEED_MAX if model.settings.get("seed") else None


Made = tuple[str, dict[str, Any]]


def _video(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    arguments = {
        names.aspect: _size(order, model, shape),
        "prompt_text": words_of(order, model, _MOTION),
        "duration": round(duration_of(order, model)),
    }
    return ("image_to_video", arguments | {"prompt_image": uri}) if uri else ("text_to_video", arguments)


def _extend(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    words, duration_s = words_of(order, model, _GOES_ON), round(duration_of(order, model))
    return "video_to_video", {names.video: uri, "mode": "extend", "prompt_text": words, "duration": duration_s}


def _restyle(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    aspect = model.aspects.get(order.aspect or "")
    return "video_to_video", {names.video: uri, "prompt_text": words_of(order, model) or None, names.aspect: aspect}


def _video_upscale(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    return "video_upscale", {names.video: uri}


def _image_upscale(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    return "image_upscale", {"image_uri": uri}


def _speech(order: Order, model: Model, names: Names, uri: str | None, shape: float | None) -> Made:
    voice = order.voice if order.voice in model.voices else names.voice or model.voices[0]
    return "text_to_speech", {"prompt_text": order.prompt, "voice": {"type": "runway-preset", "preset_id": voice}}


_OF_WAY = {
    Way.VIDEO: _video,
    Way.EXTEND: _extend,
    Way.RESTYLE: _restyle,
    Way.VIDEO_UPSCALE: _video_upscale,
    Way.IMAGE_UPSCALE: _image_upscale,
    Way.SPEECH: _speech,
}


def _size(order: Order, model: Model, shape: float | None) -> str:
    """The size for the wished aspect, else for the nearest to the source's shape, else the model's first."""
    aspects = aspects_of(order, model)
    if order.aspect in aspects:
        return aspects[order.aspect]
    return aspects[nearest_aspect(shape, aspects)] if shape else next(iter(aspects.values()))
