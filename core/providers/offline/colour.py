"""Colours in Oklab, where halfway between two colours looks halfway (https://bottosson.github.io/posts/oklab/)."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """`light` is 0..1; `a` runs from green to red, `b` from blue to yellow."""

    light: float
    a: float
    b: float

    def mix(self, other: "Colour", share: float) -> "Colour":
        """This colour with a share (0..1) of another in it."""
        keep = 1 - share
        return Colour(
            self.light * keep + other.light * share, self.a * keep + other.a * share, self.b * keep + other.b * share
        )

    def shift(self, light: float) -> "Colour":
        """Lighter, or darker for a negative amount."""
        return Colour(min(1.0, max(0.0, self.light + light)), self.a, self.b)

    def vivid(self, factor: float) -> "Colour":
        """More (above 1) or less colourful."""
        return Colour(self.light, self.a * factor, self.b * factor)

    def hued(self, other: "Colour", share: float) -> "Colour":
        """The same lightness with a share of another's hue."""
        return Colour(self.light, self.a + (other.a - self.a) * share, self.b + (other.b - self.b) * share)

    @property
    def rgb(self) -> tuple[int, int, int]:
        """As 8-bit sRGB, clipped."""
        long = (self.light + 0.3963377774 * self.a + 0.2158037573 * self.b) ** 3
        middle = (self.light - 0.1055613458 * self.a - 0.0638541728 * self.b) ** 3
        short = (self.light - 0.0894841775 * self.a - 1.2914855480 * self.b) ** 3
        return (
            _encode(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
            _encode(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
            _encode(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
        )


def colour(code: str) -> Colour:
    """Read `#rrggbb`."""
    red, green, blue = (_decode(int(code[i : i + 2], 16)) for i in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return Colour(
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _decode(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _encode(value: float) -> int:
    bounded = min(1.0, max(0.0, value))
    share = 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
    return round(255 * share)


WHITE = Colour(1.0, 0.0, 0.0)
BLACK = Colour(0.0, 0.0, 0.0)
