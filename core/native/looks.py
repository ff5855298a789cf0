"""What a picture looks like, in 64 bits that survive resizing, recompression and a change of format."""

from functools import cache
from math import cos, pi

from PIL import Image

SIDE = 32
BITS = 64
STRONG = 16.0
"""From here on a wave of the greys is the picture's own: a slope from black to white measures 1,660, an even area under
noise 2 to 5, and a JPEG or WebP of good quality adds up to 5.
"""
ENOUGH = 8
"""So many strong waves must be there: an even area, or one plain gradient, could be anybody's."""
NOISE = 4.0
"""What a wave must have above the median, so that those which are nearly nothing stay so in every copy."""


def look_of(picture: Image.Image) -> int | None:
    """The signs of a picture's 64 slowest waves, seen on white; None where it has none to speak of.

    The method is that of C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010),
    section 3.2.1: a cosine transform of 32 x 32 greys, its slowest waves against their median. Here the mean brightness
    is left out, and the slowest waves, which copies share best, stand in the highest bits.
    """
    waves = _waves(_greys(picture))
    if sum(abs(wave) >= STRONG for wave in waves) < ENOUGH:
        return None
    least = sorted(waves)[BITS // 2] + NOISE
    return int("".join("1" if wave > least else "0" for wave in waves), 2)


def _greys(picture: Image.Image) -> list[list[int]]:
    small = picture.copy() if picture.width * picture.height < 1 << 20 else picture.reduce(2)
    if small.has_transparency_data:
        seen = Image.new("RGBA", small.size, "white")
        seen.alpha_composite(small.convert("RGBA"))
        small = seen
    greys = small.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    return [list(greys[row : row + SIDE]) for row in range(0, SIDE * SIDE, SIDE)]


def _waves(greys: list[list[int]]) -> list[float]:
    """How strong each wave is, the slowest first."""
    order = _order()
    cosines = _cosines(1 + max(max(wave) for wave in order))
    rows = [[_product(row, wave) for wave in cosines] for row in greys]
    columns = list(zip(*rows, strict=True))
    return [_product(columns[across], cosines[down]) / SIDE for down, across in order]


def _product(values: "list[int] | tuple[float, ...]", wave: tuple[float, ...]) -> float:
    return sum(value * height for value, height in zip(values, wave, strict=True))


@cache
def _order() -> tuple[tuple[int, int], ...]:
    """Down and across, in the order of how fast they are; not the standing one, which is the mean."""
    every = ((down, across) for down in range(SIDE) for across in range(SIDE) if down + across)
    return tuple(sorted(every, key=lambda wave: (sum(wave), wave)))[:BITS]


@cache
def _cosines(count: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(cos(pi / SIDE * (place + 0.5) * wave) for place in range(SIDE)) for wave in range(count))
