"""Trees, flowers, mushrooms."""

import random

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import Colour, colour
from core.providers.offline.pen import Pen

_BARK = colour("#5f4436")
_LEAF = colour("#5b9a58")
_STEM = colour("#4f8a52")


def tree(pen: Pen) -> None:
    """A broad tree of overlapping crowns."""
    leaf = pen.own(_LEAF)
    pen.shadow(0.5)
    pen.area(
        _BARK,
        shapes.smooth([(-0.07, 0), (-0.04, 0.3), (-0.16, 0.52), (0, 0.45), (0.14, 0.55), (0.045, 0.3), (0.08, 0)]),
    )
    crowns = ((-0.24, 0.5, 0.21), (0.25, 0.52, 0.2), (0, 0.66, 0.27), (-0.16, 0.76, 0.19), (0.17, 0.78, 0.18))
    pen.area(leaf.shift(-0.07), *(shapes.oval(x, y, size) for x, y, size in crowns))
    pen.area(leaf, *(shapes.oval(x - 0.03, y + 0.035, size * 0.86) for x, y, size in crowns))
    pen.area(
        leaf.shift(0.055), *(shapes.oval(x - 0.07, y + 0.075, size * 0.5) for x, y, size in crowns[2:]), alpha=0.75
    )


def palm(pen: Pen) -> None:
    """A leaning palm on its own small island of sand."""
    pen.curve(colour("#e8c98f"), (-0.75, -0.06), (-0.3, 0.03), (0.15, 0.05), (0.75, -0.06), (0.1, -0.09))
    pen.line(_BARK.shift(0.1), [(-0.05, 0), (0.0, 0.3), (0.1, 0.58), (0.24, 0.82)], 0.05, curved=True)
    leaf = pen.own(colour("#3f8f5f"))
    for turn, tone in ((150, -0.05), (108, 0.0), (65, 0.02), (20, -0.03), (-25, -0.06), (195, -0.07)):
        frond = pen.at(0.24, 0.82, 1.0, turn)
        frond.curve(leaf.shift(tone), (0, 0.02), (0.2, 0.07), (0.44, -0.04), (0.2, 0.0), (0, -0.02))
    pen.area(colour("#6b4630"), shapes.oval(0.22, 0.79, 0.03), shapes.oval(0.27, 0.79, 0.028))


def flower(pen: Pen) -> None:
    """Three blossoms on curved stems."""
    petal = pen.own(colour("#e86f7a"))
    for x, high, lean, tone in ((-0.2, 0.66, -0.13, -0.04), (0.22, 0.74, 0.15, 0.04), (0.0, 0.95, 0.0, 0.0)):
        pen.line(_STEM, [(x * 0.25, 0), (x * 0.6, high * 0.5), (x + lean, high)], 0.022, curved=True)
        _leaf(pen, x * 0.5, high * 0.32, 40 if x >= 0 else 140)
        _blossom(pen.at(x + lean, high, 0.2), petal.shift(tone))


def _leaf(pen: Pen, x: float, y: float, turn: float) -> None:
    blade = pen.at(x, y, 0.3, turn)
    blade.curve(_STEM.shift(-0.03), (0, 0), (0.35, 0.2), (0.85, 0.05), (0.4, -0.14))


def _blossom(pen: Pen, petal: Colour) -> None:
    for ring, size, tone in ((0, 0.62, -0.05), (1, 0.5, 0.03)):
        for index in range(7):
            part = pen.at(0, 0, 1.0, index * 360 / 7 + ring * 25)
            part.curve(petal.shift(tone), (0, 0), (0.27 * size, size), (0, size * 1.65), (-0.27 * size, size))
    pen.oval(colour("#f3c04d"), 0, 0, 0.25)
    pen.oval(colour("#d99a35"), 0, 0, 0.14)


def mushroom(pen: Pen) -> None:
    """A large and a small one."""
    pen.shadow(0.6)
    _one_mushroom(pen.at(0.36, 0, 0.55))
    _one_mushroom(pen)


def _one_mushroom(pen: Pen) -> None:
    cap = pen.own(colour("#d0483f"))
    pen.curve(
        Fade(colour("#f6eddd"), colour("#d8c6ae")),
        (-0.13, 0),
        (-0.1, 0.3),
        (-0.11, 0.55),
        (0.11, 0.55),
        (0.1, 0.3),
        (0.14, 0),
    )
    pen.area(
        Fade(cap.shift(0.05), cap.shift(-0.04)),
        [*shapes.oval(0, 0.5, 0.48, 0.42, 0, 180), *shapes.oval(0, 0.5, 0.48, 0.07, 180, 360)],
    )
    for x, y, size in (
        (-0.22, 0.66, 0.06),
        (0.05, 0.78, 0.07),
        (0.26, 0.62, 0.05),
        (-0.02, 0.58, 0.04),
        (-0.36, 0.54, 0.035),
    ):
        pen.oval(colour("#fbf3e6"), x, y, size, size * 0.8)


def tufts(pen: Pen, chance: random.Random, paint: Colour, width: float, count: int) -> None:
    """Blades of grass in front."""
    blades = []
    for _ in range(count):
        x, high, lean = chance.uniform(-width, width), chance.uniform(0.3, 1.0), chance.uniform(-0.35, 0.35)
        blades.append(
            [
                (x - 0.035, -0.1),
                (x + lean * 0.5 - 0.012, high * 0.6),
                (x + lean, high),
                (x + lean * 0.5 + 0.02, high * 0.58),
                (x + 0.035, -0.1),
            ]
        )
    pen.area(paint, *blades, bright=True)
