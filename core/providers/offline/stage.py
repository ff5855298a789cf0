"""What a finished ground tells the subjects that will stand on it."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from core.providers.offline.palette import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where feet go."""

    ground: Callable[[float], float]
    """The y on which something stands at this x."""
    water: float
    """The y at which something floats or stands by the water; the same as the ground where there is none."""
    air: float
    """The y of the middle of what flies."""
    scale: float = 1.0
    centred: bool = False
    light: Palette | None = None
    """The light that falls on the subjects, where it is not the sky's."""

    def foot(self, place: str, x: float, unit: float, order: int, chance: random.Random) -> float:
        """The y of a subject's origin; those behind the hero stand a little higher."""
        if place == "air":
            drift = chance.uniform(-0.1, 0.1) * unit * order
            return max(self.air + unit * 0.5, unit * 1.1) + drift
        foot = self.water if place == "water" else self.ground(x)
        return foot - unit * 0.05 * order
