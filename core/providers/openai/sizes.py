"""Which size stands for an aspect."""

from math import sqrt

from core.agent.catalogue import Model

_PIXELS = 1024 * 1024
_STEP = 16
"""Both edges are multiples of it: https://developers.openai.com/api/docs/guides/image-generation"""


def size_for(model: Model, aspect: str | None) -> str | None:
    """`WxH` for an aspect: the catalogue's, else about a megapixel of it. None lets the model choose."""
    if aspect is None:
        return None
    if model.aspects:
        return model.aspects.get(aspect)
    wide, high = (float(part) for part in aspect.split(":"))
    height = sqrt(_PIXELS * high / wide)
    return f"{_stepped(height * wide / high)}x{_stepped(height)}"


def _stepped(edge: float) -> int:
    return round(edge / _STEP) * _STEP
