"""Words in a picture: a poster with a border, the picture above and the lettering below."""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from core.providers.offline.canvas import Canvas
from core.providers.offline.colour import colour

_PAPER = colour("#f7f0e3")
_INK = colour("#2a2c3d")
_BAND = 0.2
_MARGIN = 0.045
_TRACKING = 0.09
_FALLBACKS = ("DejaVuSans-Bold.ttf", "NotoSansCJK-Bold.ttc", "Arial Unicode.ttf", "arial.ttf")
"""Fonts for scripts that Pillow's own does not have, where the system has one."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def framed(text: str, size: tuple[int, int], seed: int, draw: Callable[[tuple[int, int]], Image.Image]) -> Image.Image:
    """A poster of this size: `draw` makes the picture, for the size it is told."""
    width, height = size
    margin = round(min(size) * _MARGIN)
    band = round(min(height * _BAND, width * 0.32))
    inner = (width - 2 * margin, height - 2 * margin - band)
    canvas = Canvas(size)
    canvas.image.paste(_PAPER.rgb, (0, 0, width, height))
    canvas.grain(seed)
    canvas.image.paste(draw(inner), (margin, margin))
    _letter(canvas.image, text.upper(), (margin, height - margin - band, width - margin, height - margin * 0.6))
    return canvas.image


def _letter(image: Image.Image, text: str, area: tuple[float, float, float, float]) -> None:
    """Set the text as large as it fits, in one line or two."""
    wide, high = (area[2] - area[0]) * 0.94, area[3] - area[1]
    lines, font, size = _fitted(text, wide, high)
    pen = ImageDraw.Draw(image)
    leading = size * 1.22
    top = (area[1] + area[3]) / 2 - leading * (len(lines) - 1) / 2
    for index, line in enumerate(lines):
        x = (area[0] + area[2]) / 2 - _width(line, font, size) / 2
        for letter in _units(line):
            pen.text(
                (x, top + index * leading),
                letter,
                _INK.rgb,
                font,
                anchor="lm",
                stroke_width=size / 42,
                stroke_fill=_INK.rgb,
            )
            x += font.getlength(letter) + size * _TRACKING


def _fitted(text: str, wide: float, high: float) -> tuple[list[str], Font, float]:
    best: tuple[list[str], Font, float] | None = None
    for lines in _breaks(text):
        trial = 100.0
        font = _font(text, trial)
        widest = max(1.0, *(_width(line, font, trial) for line in lines))
        size = min(trial * wide / widest, high * 0.62 / (1 + 1.1 * (len(lines) - 1)), high * 0.42)
        if best is None or size > best[2] * 1.1:
            best = (lines, _font(text, size), size)
    assert best is not None
    return best


def _breaks(text: str) -> list[list[str]]:
    """The text in one line, and in two of about the same length."""
    words = text.split()
    if len(words) < 2:
        return [[text]]
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(" ".join(words[i:]))))
    return [[" ".join(words)], [" ".join(words[:cut]), " ".join(words[cut:])]]


def _width(line: str, font: Font, size: float) -> float:
    return sum(font.getlength(unit) + size * _TRACKING for unit in _units(line)) - size * _TRACKING


def _units(line: str) -> list[str]:
    """What is set with space between: letters, but whole lines where letters join or combine."""
    return list(line) if _is_latin(line) else [line]


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 0x180 or 0x2010 <= ord(letter) <= 0x2026 for letter in text)


def _font(text: str, size: float) -> Font:
    """Pillow's own font for Latin letters; otherwise the first of the system's that is there."""
    if _is_latin(text):
        return ImageFont.load_default(size)
    for name in _FALLBACKS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
