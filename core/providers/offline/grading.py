"""The light and colour of a finished picture, changed by words such as "darker" or "a bit warmer"."""

import re
from collections.abc import Callable

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Step = Callable[[Image.Image], Image.Image]


def words_of(text: str) -> frozenset[str]:
    """The words of a text, in small letters."""
    return frozenset(re.findall(r"[^\W_]+", text.lower()))


def grade(picture: Image.Image, text: str) -> Image.Image:
    """Apply every known word, in order and as often as it stands there. The same object when there is none."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    graded = picture
    for step in _steps(text):
        graded = step(graded.convert("RGB"))
    if alpha is not None and graded is not picture:
        graded.putalpha(alpha)
    return graded


def tint(picture: Image.Image, text: str) -> Image.Image:
    """Bathe the picture in a colour that only the text decides, so that something visible changes."""
    hue = sum(text.encode()) * 47 % 360
    toned = ImageOps.colorize(
        picture.convert("L"), f"hsl({hue},45%,12%)", f"hsl({(hue + 40) % 360},60%,94%)", f"hsl({hue},40%,50%)"
    )
    made = Image.blend(picture.convert("RGB"), toned, 0.45)
    if picture.mode == "RGBA":
        made.putalpha(picture.getchannel("A"))
    return made


def _steps(text: str) -> list[Step]:
    """The steps that the words ask for: pairs ("black and white") first, then single words."""
    found = []
    plain = " ".join(re.findall(r"[^\W_]+", text.lower()))
    for phrase, step in _PHRASES.items():
        count = len(re.findall(rf"\b{phrase}\b", plain))
        found += [step] * count
        plain = re.sub(rf"\b{phrase}\b", " ", plain)
    return found


def _gamma(power: float) -> Step:
    table = [round(255 * (value / 255) ** power) for value in range(256)] * 3
    return lambda picture: picture.point(table)


def _gains(red: float, green: float, blue: float) -> Step:
    table = [min(255, round(value * gain)) for gain in (red, green, blue) for value in range(256)]
    return lambda picture: picture.point(table)


def _then(*steps: Step) -> Step:
    def apply(picture: Image.Image) -> Image.Image:
        for step in steps:
            picture = step(picture)
        return picture

    return apply


def _contrast(amount: float) -> Step:
    return lambda picture: ImageEnhance.Contrast(picture).enhance(amount)


def _colour(amount: float) -> Step:
    return lambda picture: ImageEnhance.Color(picture).enhance(amount)


def _two_tone(dark: str, middle: str, light: str) -> Step:
    def apply(picture: Image.Image) -> Image.Image:
        return ImageOps.colorize(picture.convert("L"), dark, light, middle)

    return apply


def _blur(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 160))


def _sharpen(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.UnsharpMask(radius=2, percent=90, threshold=2))


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("RGB")


_DARKER = _then(_gamma(1.35), _gains(0.82, 0.82, 0.86))
_BRIGHTER = _then(_gamma(0.74), _gains(1.04, 1.04, 1.03))
_WARMER = _gains(1.12, 1.0, 0.82)
_COOLER = _gains(0.86, 0.98, 1.14)
_GREY = _grey
_SEPIA = _two_tone("#1d130b", "#a5825c", "#fbf1dc")
_SOFTER = _then(_contrast(0.82), _colour(0.85), _gamma(0.92))

_PHRASES: dict[str, Step] = {
    "black and white": _GREY,
    "black white": _GREY,
    "less contrast": _contrast(0.75),
    "lower contrast": _contrast(0.75),
    "more contrast": _contrast(1.35),
    "higher contrast": _contrast(1.35),
    "more contrasty": _contrast(1.35),
    "high contrast": _contrast(1.35),
    "less saturated": _colour(0.55),
    "more saturated": _colour(1.5),
    "more colou?r": _colour(1.5),
    "more colou?rful": _colour(1.5),
    "less colou?rful": _colour(0.55),
    "less dark": _BRIGHTER,
    "less bright": _DARKER,
    "more blue": _gains(0.82, 0.95, 1.22),
    "more red": _gains(1.22, 0.88, 0.86),
    "more green": _gains(0.86, 1.14, 0.88),
    "darker": _DARKER,
    "moodier": _then(_DARKER, _colour(0.85)),
    "dim(?:mer)?": _DARKER,
    "brighter": _BRIGHTER,
    "lighter": _BRIGHTER,
    "warmer": _WARMER,
    "cooler": _COOLER,
    "colder": _COOLER,
    "bluer": _gains(0.82, 0.95, 1.22),
    "redder": _gains(1.22, 0.88, 0.86),
    "greener": _gains(0.86, 1.14, 0.88),
    "pinker": _gains(1.16, 0.9, 1.06),
    "yellower": _gains(1.1, 1.08, 0.76),
    "purpler": _gains(1.06, 0.86, 1.16),
    "contrast": _contrast(1.35),
    "vivid|vibrant|saturated": _colour(1.45),
    "muted|desaturated|pastel": _SOFTER,
    "softer|soft": _SOFTER,
    "monochrome|greyscale|grayscale|noir": _GREY,
    "sepia|vintage|retro": _SEPIA,
    "blur(?:red|ry|rier)?": _blur,
    "sharp(?:er|en)?": _sharpen,
}
"""Words and what they do, longest first: a word that was used up does not count again."""
