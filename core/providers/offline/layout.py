"""Where things are: all of it from the seed, as shares of the picture, so that words never move anything."""

import random
from dataclasses import dataclass

from core.providers.offline.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The composition."""

    seed: int
    width: int
    height: int
    horizon: float
    """The y where sky and land meet."""
    hero_x: float
    light_x: float
    light_y: float
    light_radius: float
    flip: bool

    def chance(self, name: str) -> random.Random:
        """Randomness for one part alone: another part more or less does not disturb it."""
        return random.Random(f"{self.seed}:{name}")

    def spot(self, order: int, index: int, count: int, *, centred: bool) -> float:
        """The x of a subject: the hero on its third, the next opposite, several side by side."""
        hero = self.width / 2 if centred else self.hero_x
        away = 1 if hero < self.width / 2 or (centred and self.flip) else -1
        base = hero + away * self.width * (0.0, 0.36, 0.2)[min(order, 2)]
        return base + away * self.width * 0.2 * index * (1 if count > 1 else 0)


def layout_for(seed: int, size: tuple[int, int], reading: Reading) -> Layout:
    """Compose."""
    width, height = size
    chance = random.Random(f"{seed}:layout")
    left = chance.random() < 0.5
    third = chance.uniform(0.3, 0.38)
    narrow = min(1.0, max(0.0, 1.15 - width / height))
    hero = (third if left else 1 - third) * (1 - narrow) + 0.5 * narrow
    light = chance.uniform(0.6, 0.8) if left else chance.uniform(0.2, 0.4)
    low = {"dawn": 0.8, "sunset": 0.84, "dusk": 0.92}.get(reading.time, 0.0)
    high = chance.uniform(0.22, 0.36)
    horizon = chance.uniform(0.6, 0.68) * height
    return Layout(
        seed=seed,
        width=width,
        height=height,
        horizon=horizon,
        hero_x=hero * width,
        light_x=light * width,
        light_y=low * horizon if low else high * height,
        light_radius=min(width, height) * chance.uniform(0.055, 0.075) * (1.25 if low else 1.0),
        flip=chance.random() < 0.5,
    )
