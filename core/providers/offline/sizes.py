"""How large a sketch is for each aspect."""

import math

_SIZES = {
    "1:1": (1024, 1024),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
    "3:2": (1200, 800),
    "2:3": (800, 1200),
    "16:9": (1280, 720),
    "9:16": (720, 1280),
    "21:9": (1344, 576),
    "9:21": (576, 1344),
}
_LONGEST = 1280
_RATIO_CAP = 3.0
_PIXELS = 1024 * 1024
_STEP = 8

DEFAULT_PICTURE = "3:2"
DEFAULT_CLIP = "16:9"


def size_for(aspect: str | None, default: str = DEFAULT_PICTURE) -> tuple[int, int]:
    """Width and height in pixels for `W:H`; an aspect that cannot be read is the default."""
    try:
        wide, high = (float(part) for part in (aspect or default).split(":"))
        return _SIZES.get(aspect or default) or fit(wide / high, 1.0)
    except (ValueError, ZeroDivisionError):
        return _SIZES[default]


def fit(width: float, height: float, longest: int = _LONGEST) -> tuple[int, int]:
    """A size of the same shape, at most `longest` pixels long and a megapixel large, in steps that codecs take."""
    ratio = min(_RATIO_CAP, max(1 / _RATIO_CAP, width / height))
    wide = min(math.sqrt(_PIXELS * ratio), longest * min(1.0, ratio))
    return _stepped(wide), _stepped(wide / ratio)


def _stepped(side: float) -> int:
    return max(_STEP, round(side / _STEP) * _STEP)


def widened(width: int, height: int) -> tuple[int, int]:
    """The next wider of our shapes."""
    ratio = width / height
    wider = [size for size in _SIZES.values() if size[0] / size[1] > ratio * 1.05]
    return min(wider, key=lambda size: size[0] / size[1], default=fit(_RATIO_CAP, 1.0))


def heightened(width: int, height: int) -> tuple[int, int]:
    """The next taller of our shapes."""
    high, wide = widened(height, width)
    return wide, high
