"""What a model can take of a wish: the nearest shape, length, voice and number of words, and what to say about it."""

import math
import re
from dataclasses import replace

from core.agent.catalogue import Model
from core.providers.base import Failed, Kind, Order, Tool

UTF16 = "utf16"
CHOOSES_VOICE = "chooses_voice"
"""A model's setting: its provider finds a voice for a wish such as "deep male", and says so where there is none."""
_SENTENCE_END = re.compile(r"[.!?…](?=[\s\"'”’)\]]|$)[\"'”’)\]]*|[。！？]|\n")
_LEAST_KEPT = 0.5
"""A cut at a sentence end may cost at most this share of the room; then words are cut."""

Fitted = tuple[Order, tuple[str, ...]]


def fit(order: Order, model: Model) -> Fitted:
    """The order as this model can make it, and one plain sentence for each thing that is not as wished.

    Text to be spoken is never cut: see `overlong`.
    """
    notes: list[str] = []
    for step in (_aspect, _duration, _voice, _prompt):
        order, said = step(order, model)
        notes.extend(said)
    return order, tuple(notes)


def aspects_of(order: Order, model: Model) -> dict[str, str]:
    """Aspect → the provider's own size. Some models have more shapes where they start from a picture."""
    from_picture: dict[str, str] = model.settings.get("frame_aspects", {})
    starts_from = any(source.role in ("image", "first_frame") for source in order.sources)
    return from_picture if from_picture and starts_from else model.aspects


def nearest_aspect(wished: float, aspects: dict[str, str]) -> str:
    """The aspect whose ratio (width to height) is nearest: twice as wide is as far as half as wide."""
    return min(aspects, key=lambda aspect: abs(math.log(ratio_of(aspect)) - math.log(wished)))


def ratio_of(aspect: str) -> float:
    """`16:9` → 1.78."""
    width, _, height = aspect.partition(":")
    return float(width) / float(height)


def duration_of(order: Order, model: Model) -> float:
    """How many seconds are made: what is wished, or the model's usual, as far as the model has it."""
    return _had(order.duration_s or model.default_duration_s, model)


def words_of(order: Order, model: Model, default: str = "") -> str:
    """Everything that a model is told in words: the change, the description, the style; never more than it reads."""
    change = order.instruction if order.tool is Tool.EDIT_IMAGE and order.instruction != order.prompt else ""
    style = f"Style: {order.style}." if order.style and order.kind is not Kind.SPEECH else ""
    return cut("\n\n".join(part for part in (change, order.prompt, style) if part) or default, model)


def overlong(order: Order, model: Model) -> Failed | None:
    """Why a text cannot be spoken whole. Half a narration is worth nothing, so it is not begun."""
    length = _length(order.prompt, model)
    if order.kind is not Kind.SPEECH or length <= model.max_prompt:
        return None
    sentence = f"This text has {length:,} characters, and {model.title} speaks at most {model.max_prompt:,} at once."
    return Failed(sentence, "too_long", elsewhere=True)


def cut(text: str, model: Model) -> str:
    """The text, or as many whole sentences (else words) of its beginning as the model reads."""
    if _length(text, model) <= model.max_prompt:
        return text
    head = _head(text, model)
    ends = [match.end() for match in _SENTENCE_END.finditer(head) if match.end() < len(head) or _ends_there(text, head)]
    if ends and ends[-1] >= len(head) * _LEAST_KEPT:
        return head[: ends[-1]].rstrip()
    return (head[: head.rfind(" ")] if head.rfind(" ") >= len(head) * _LEAST_KEPT else head).rstrip()


def _aspect(order: Order, model: Model) -> Fitted:
    aspects = aspects_of(order, model)
    if not order.aspect or not aspects or order.aspect in aspects:
        return order, ()
    nearest = nearest_aspect(ratio_of(order.aspect), aspects)
    return replace(order, aspect=nearest), (f"{order.aspect} became {nearest}, the nearest that {model.title} has.",)


def _duration(order: Order, model: Model) -> Fitted:
    if order.kind is not Kind.VIDEO or not order.duration_s:
        return order, ()
    made = _had(order.duration_s, model)
    if made == order.duration_s:
        return order, ()
    word = "longest" if made < order.duration_s else "shortest"
    if min(_range(model)) < order.duration_s < max(_range(model)):
        word = "nearest"
    return replace(order, duration_s=made), (
        f"{order.duration_s:g} s became {made:g} s, the {word} that {model.title} makes.",
    )


def _had(wished_s: float, model: Model) -> float:
    """The nearest length; of two equally near the longer, so that nobody gets less than half of what was meant."""
    if model.durations:
        return min(model.durations, key=lambda each: (abs(each - wished_s), -each))
    return min(max(wished_s, model.min_duration_s), model.max_duration_s)


def _range(model: Model) -> tuple[float, ...]:
    return model.durations or (model.min_duration_s, model.max_duration_s)


def _voice(order: Order, model: Model) -> Fitted:
    if not order.voice or not model.voices or order.voice in model.voices:
        return order, ()
    same = next((voice for voice in model.voices if voice.lower() == order.voice.strip().lower()), None)
    if same is None and model.settings.get(CHOOSES_VOICE):
        return order, ()
    said = () if same else (f"{model.title} has no voice “{order.voice}”, so its usual one speaks.",)
    return replace(order, voice=same), said


def _prompt(order: Order, model: Model) -> Fitted:
    kept = order.prompt if order.kind is Kind.SPEECH else cut(order.prompt, model)
    if kept == order.prompt:
        return order, ()
    note = f"The description was cut to its beginning: {model.title} reads at most {model.max_prompt:,} characters."
    return replace(order, prompt=kept), (note,)


def _length(text: str, model: Model) -> int:
    """Characters as this provider counts them: some count UTF-16 units, in which an emoji is two."""
    units = model.settings.get("prompt_units") == UTF16
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text) if units else len(text)


def _head(text: str, model: Model) -> str:
    """As many whole characters as fit."""
    head = text[: model.max_prompt]
    while (over := _length(head, model) - model.max_prompt) > 0:
        head = head[: -((over + 1) // 2)]
    return head


def _ends_there(text: str, head: str) -> bool:
    """Whether the room ends where a sentence does, and not inside 3.14."""
    return text[len(head) : len(head) + 1].isspace()
