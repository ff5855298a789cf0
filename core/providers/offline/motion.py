"""The camera: a slow, smooth move over one picture."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

_ZOOM = 1.14
_HEADROOM = 1.15
"""The picture is kept a little larger than the film, so that the closest view is still sharp."""


@dataclass(frozen=True, slots=True)
class Move:
    """From the whole picture to a closer view whose middle leans towards (`x`, `y`), or back out."""

    x: float
    y: float
    inward: bool

    def box(self, picture: tuple[int, int], share: float) -> tuple[float, float, float, float]:
        """What is seen at a share (0..1) of the way, in the picture's pixels, finer than one."""
        eased = (1 - math.cos(math.pi * share)) / 2
        scale = 1 - (1 - 1 / _ZOOM) * (eased if self.inward else 1 - eased)
        width, height = picture[0] * scale, picture[1] * scale
        left, top = (picture[0] - width) * self.x, (picture[1] - height) * self.y
        return (left, top, left + width, top + height)


def move_for(seed: int, *, inward: bool | None = None) -> Move:
    """The seed's own move; `inward` fixes the direction."""
    chance = random.Random(f"{seed}:camera")
    chosen = chance.random() < 0.7
    return Move(chance.uniform(0.2, 0.8), chance.uniform(0.3, 0.7), chosen if inward is None else inward)


def views(picture: Image.Image, size: tuple[int, int], move: Move, count: int) -> Iterator[Image.Image]:
    """The frames of a move. Bilinear: at nearly the same size it looks the same, and takes half the time."""
    ground = cover(picture, (round(size[0] * _HEADROOM), round(size[1] * _HEADROOM)))
    for index in range(count):
        box = move.box(ground.size, index / max(1, count - 1))
        yield ground.resize(size, Image.Resampling.BILINEAR, box=box)


def cover(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill a size with the picture's middle."""
    width, height = picture.size
    scale = min(width / size[0], height / size[1])
    seen = (size[0] * scale, size[1] * scale)
    left, top = (width - seen[0]) / 2, (height - seen[1]) / 2
    box = (left, top, left + seen[0], top + seen[1])
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=box)
