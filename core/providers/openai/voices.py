"""Which voice a wish means: a name, or words such as "deep male" or "a soft woman"."""

import re

from core.agent.catalogue import Model
from core.providers.base import Order

_TRAITS = {
    "alloy": "neutral clear even calm",
    "ash": "male warm clear",
    "ballad": "male british soft poetic",
    "coral": "female bright friendly cheerful",
    "echo": "male calm even news",
    "fable": "british storyteller warm narrator",
    "onyx": "male deep serious narrator old",
    "nova": "female young bright energetic",
    "sage": "female calm wise",
    "shimmer": "female soft gentle bright",
    "verse": "male expressive young lively",
    "marin": "female warm natural clear",
    "cedar": "male deep warm natural narrator",
}
"""What each sounds like: https://www.openai.fm and https://developers.openai.com/api/docs/guides/text-to-speech"""
_SAME = {
    "male": "man guy boy gentleman masculine father grandfather baritone",
    "female": "woman girl lady feminine mother grandmother",
    "deep": "low bass dark grave baritone",
    "soft": "quiet whisper whispering tender",
    "gentle": "kind soothing",
    "calm": "relaxed slow meditative",
    "bright": "high light clear",
    "cheerful": "happy joyful fun upbeat",
    "energetic": "excited lively fast",
    "young": "child kid teen youthful",
    "old": "elderly wise grandfather grandmother",
    "british": "english uk london",
    "narrator": "narration documentary audiobook",
    "serious": "authoritative news formal",
    "neutral": "robot robotic androgynous",
}
_SEXES = {"male", "female"}


def choose_voice(model: Model, wish: str | None) -> tuple[str, tuple[str, ...]]:
    """A voice of the model, and a note where the wish could not be met.

    A model that lists no voices gets the wish as it is: only its server knows them.
    """
    usual = str(model.settings.get("voice") or (model.voices[0] if model.voices else "alloy"))
    if not wish:
        return usual, ()
    if not model.voices:
        return wish, ()
    words = set(re.findall(r"\w+", wish.lower()))
    if named := [voice for voice in model.voices if voice in words]:
        return named[0], ()
    best = max(model.voices, key=lambda voice: (_likeness(voice, words), voice == usual))
    if _likeness(best, words) > 0:
        return best, ()
    return usual, (f"There is no voice like “{wish}” here, so {usual.title()} speaks.",)


def _likeness(voice: str, words: set[str]) -> int:
    """How many wished traits a voice has; the other sex rules it out."""
    traits = set(_TRAITS.get(voice, "").split())
    wished = words | {trait for trait, same in _SAME.items() if words & set(same.split())}
    sexes = wished & _SEXES
    if sexes and not traits & sexes:
        return 0
    return len(traits & wished) + bool(sexes)


def manner_of(order: Order) -> str:
    """How to speak, in words; empty where nobody said so."""
    style = f"Style: {order.style}." if order.style else ""
    return " ".join(part for part in (order.instruction, style) if part)
