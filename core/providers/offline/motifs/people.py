"""Figures: person, portrait, astronaut, robot, and the umbrella they may hold."""

from itertools import pairwise

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import WHITE, Colour, colour
from core.providers.offline.pen import Pen

_SKIN = colour("#d9a27c")
_HAIR = colour("#4a3328")
_INK = colour("#2b2d3a")
_METAL = colour("#aeb9c4")


def person(pen: Pen) -> None:
    """Somebody in a coat who looks into the distance."""
    coat = pen.own(colour("#c8574b"))
    pen.shadow(0.28)
    for side in (-1, 1):
        pen.box(colour("#3a4358"), side * 0.015, 0.02, side * 0.085, 0.34, 0.02)
        pen.box(colour("#4f3a30"), side * 0.012, 0.0, side * 0.1, 0.05, 0.02)
    pen.curve(
        Fade(coat, coat.shift(-0.08)),
        (-0.1, 0.76),
        (-0.15, 0.55),
        (-0.19, 0.27),
        (0, 0.24),
        (0.19, 0.27),
        (0.15, 0.55),
        (0.1, 0.76),
        (0, 0.79),
    )
    for side in (-1, 1):
        pen.line(coat.shift(-0.05), [(side * 0.1, 0.71), (side * 0.17, 0.56), (side * 0.175, 0.42)], 0.07, curved=True)
        pen.oval(_SKIN, side * 0.177, 0.385, 0.03)
    pen.box(_SKIN, -0.035, 0.74, 0.035, 0.83)
    pen.curve(colour("#e8c27a"), (-0.1, 0.79), (0, 0.825), (0.1, 0.79), (0.08, 0.74), (-0.08, 0.74))
    pen.oval(_SKIN, 0, 0.89, 0.085, 0.1)
    pen.curve(_HAIR, (-0.095, 0.84), (-0.1, 0.95), (0, 1.02), (0.1, 0.95), (0.095, 0.84), (0.05, 0.815), (-0.05, 0.815))


def portrait(pen: Pen) -> None:
    """A head and shoulders before a disc."""
    cloth = pen.own(colour("#2f7f86"))
    pen.curve(
        _HAIR,
        (-0.27, 0.52),
        (-0.3, 0.78),
        (-0.14, 0.99),
        (0.14, 0.99),
        (0.3, 0.78),
        (0.28, 0.5),
        (0.2, 0.3),
        (-0.2, 0.3),
    )
    pen.curve(
        Fade(cloth, cloth.shift(-0.08)),
        (-0.62, -0.5),
        (-0.54, 0.1),
        (-0.34, 0.25),
        (0, 0.32),
        (0.34, 0.25),
        (0.54, 0.1),
        (0.62, -0.5),
    )
    pen.curve(_SKIN.shift(-0.06), (-0.09, 0.24), (-0.085, 0.46), (0.085, 0.46), (0.09, 0.24), (0.0, 0.17))
    pen.curve(
        _SKIN,
        (-0.185, 0.72),
        (-0.17, 0.52),
        (-0.08, 0.4),
        (0, 0.375),
        (0.08, 0.4),
        (0.17, 0.52),
        (0.185, 0.72),
        (0, 0.9),
    )
    pen.curve(
        _HAIR,
        (-0.2, 0.62),
        (-0.22, 0.84),
        (0, 0.96),
        (0.22, 0.84),
        (0.2, 0.62),
        (0.15, 0.76),
        (-0.02, 0.83),
        (-0.15, 0.74),
    )
    for side in (-1, 1):
        pen.oval(_INK, side * 0.078, 0.63, 0.018, 0.022)
        pen.line(_HAIR, [(side * 0.045, 0.69), (side * 0.08, 0.705), (side * 0.12, 0.69)], 0.014, curved=True)
        pen.oval(colour("#dd8577"), side * 0.12, 0.55, 0.032, alpha=0.5)
    pen.line(_SKIN.shift(-0.12), [(0.0, 0.62), (0.015, 0.55), (-0.01, 0.545)], 0.012, curved=True)
    pen.line(colour("#a8453f"), [(-0.05, 0.477), (0, 0.465), (0.05, 0.477)], 0.016, curved=True)


def astronaut(pen: Pen) -> None:
    """An astronaut afloat."""
    suit, trim = colour("#eef0f4"), pen.own(colour("#e0783f"))
    pen.box(suit.shift(-0.18), -0.24, 0.34, 0.24, 0.74, 0.06)
    for side, lift in ((-1, 0.12), (1, -0.04)):
        pen.line(
            suit.shift(-0.04),
            [(side * 0.14, 0.62), (side * 0.32, 0.56 + lift), (side * 0.4, 0.68 + lift * 1.6)],
            0.12,
            curved=True,
        )
        pen.oval(trim, side * 0.405, 0.7 + lift * 1.6, 0.055)
        pen.line(suit.shift(-0.04), [(side * 0.09, 0.36), (side * 0.15, 0.2), (side * 0.13, 0.06)], 0.14, curved=True)
        pen.line(_METAL.shift(-0.2), [(side * 0.1, 0.03), (side * 0.19, 0.03)], 0.08)
    pen.box(Fade(suit, suit.shift(-0.07)), -0.19, 0.3, 0.19, 0.7, 0.1)
    pen.box(_METAL, -0.1, 0.46, 0.1, 0.58, 0.02)
    for x, paint in ((-0.05, "#d8574a"), (0.0, "#e9b84a"), (0.05, "#4f9a8a")):
        pen.oval(colour(paint), x, 0.52, 0.016)
    pen.line(trim, [(-0.17, 0.36), (0.17, 0.36)], 0.025)
    pen.oval(suit, 0, 0.82, 0.2, 0.19)
    pen.area(Fade(colour("#1e2a4a"), colour("#3f5f8f")), shapes.box(-0.14, 0.71, 0.14, 0.92, 0.1))
    pen.curve(WHITE, (-0.1, 0.86), (-0.04, 0.9), (-0.02, 0.88), (-0.09, 0.8), alpha=0.7)
    pen.oval(colour("#f4c96b"), 0.06, 0.77, 0.022, alpha=0.9)


def robot(pen: Pen) -> None:
    """A friendly robot."""
    shell, trim = pen.own(colour("#6fa8b8")), colour("#f0a54a")
    dark = shell.shift(-0.25)
    pen.shadow(0.4)
    for side in (-1, 1):
        pen.box(dark, side * 0.06, 0.05, side * 0.14, 0.2)
        pen.box(shell.shift(-0.1), side * 0.03, 0.0, side * 0.18, 0.075, 0.035)
        pen.line(dark, [(side * 0.24, 0.48), (side * 0.36, 0.38), (side * 0.35, 0.27)], 0.05, curved=True)
        pen.oval(trim, side * 0.35, 0.25, 0.055)
        pen.oval(dark, side * 0.245, 0.48, 0.05)
    pen.box(Fade(shell, shell.shift(-0.07)), -0.24, 0.16, 0.24, 0.56, 0.07)
    pen.box(shell.shift(0.1), -0.14, 0.26, 0.14, 0.46, 0.03)
    for x, paint in ((-0.08, "#d8574a"), (0.0, "#e9b84a"), (0.08, "#5fa67a")):
        pen.oval(colour(paint), x, 0.4, 0.024)
    pen.line(dark, [(-0.09, 0.32), (0.09, 0.32)], 0.018)
    pen.box(dark, -0.06, 0.55, 0.06, 0.61)
    pen.box(Fade(shell.shift(0.03), shell.shift(-0.04)), -0.27, 0.6, 0.27, 0.92, 0.1)
    pen.box(colour("#1f2a3c"), -0.2, 0.66, 0.2, 0.86, 0.08)
    for side in (-1, 1):
        pen.oval(colour("#8ff0e0"), side * 0.09, 0.775, 0.042, bright=True)
        pen.box(trim, side * 0.27, 0.7, side * 0.31, 0.82, 0.02)
    pen.line(colour("#8ff0e0"), [(-0.06, 0.705), (0, 0.692), (0.06, 0.705)], 0.014, curved=True, bright=True)
    pen.line(dark, [(0, 0.92), (0, 1.0)], 0.02)
    pen.glow(trim, 0, 1.02, 0.12, 0.6)
    pen.oval(trim, 0, 1.02, 0.035)


def umbrella(pen: Pen) -> None:
    """Somebody under a large umbrella, seen from behind."""
    cloth = pen.own(colour("#cf4a3f"))
    plain = pen.at(0, 0, 0.78)
    _walker(plain)
    pen.line(_INK, [(0.1, 0.38), (0.1, 0.98)], 0.014)
    canopy(pen.at(0.1, 0.7), cloth)


def _walker(pen: Pen) -> None:
    coat = colour("#4a5a78")
    pen.shadow(0.3)
    for side in (-1, 1):
        pen.box(colour("#2f3548"), side * 0.015, 0.02, side * 0.085, 0.3, 0.02)
        pen.box(_INK, side * 0.01, 0.0, side * 0.1, 0.07, 0.03)
    pen.curve(
        Fade(coat, coat.shift(-0.07)),
        (-0.1, 0.76),
        (-0.16, 0.55),
        (-0.21, 0.25),
        (0, 0.22),
        (0.21, 0.25),
        (0.16, 0.55),
        (0.1, 0.76),
        (0, 0.79),
    )
    pen.line(coat.shift(-0.05), [(0.1, 0.7), (0.18, 0.56), (0.13, 0.52)], 0.075, curved=True)
    pen.oval(_HAIR, 0, 0.88, 0.09, 0.1)


def canopy(pen: Pen, cloth: Colour) -> None:
    """The roof of an umbrella in panels; its rim lies on y = 0."""
    edges = (-1.0, -0.62, -0.2, 0.2, 0.62, 1.0)
    for index, (left, right) in enumerate(pairwise(edges)):
        arc = [*_rib(left), *reversed(_rib(right))]
        middle = ((left + right) / 2 * 0.5, 0.035)
        pen.area(cloth.shift((-0.02, 0.02, 0.06, 0.01, -0.05)[index]), [*arc, middle])
    pen.line(_INK, [(0, 0.3), (0, 0.36)], 0.016)


def _rib(share: float) -> list[tuple[float, float]]:
    return [(0.5 * share * (i / 8) ** 0.8, 0.32 * (1 - (i / 8) ** 2.2)) for i in range(8, -1, -1)]
