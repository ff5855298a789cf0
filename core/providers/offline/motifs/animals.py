"""Land animals, sitting: cat, dog, fox, rabbit, owl, bear. Each about one unit high, on y = 0."""

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import BLACK, WHITE, colour
from core.providers.offline.pen import Pen

_CREAM = colour("#f7ead7")
_NOSE = colour("#2f2a30")
_PINK = colour("#e6a3a0")


def _eyes(pen: Pen, x: float, y: float, size: float, middle: float = 0.0) -> None:
    for side in (-1, 1):
        pen.oval(_NOSE, middle + side * x, y, size, size * 1.15)
        pen.oval(WHITE, middle + side * x + size * 0.3, y + size * 0.4, size * 0.32)


def cat(pen: Pen) -> None:
    """A sitting cat that looks at us."""
    coat = pen.own(colour("#e0954f"))
    dark, light = coat.shift(-0.1), coat.mix(_CREAM, 0.75)
    pen.shadow(0.45)
    pen.line(dark, [(0.2, 0.08), (0.44, 0.06), (0.52, 0.22), (0.44, 0.38)], 0.085, curved=True)
    pen.curve(
        Fade(coat, coat.shift(-0.05)),
        (-0.27, 0.02),
        (-0.27, 0.25),
        (-0.15, 0.55),
        (0.15, 0.55),
        (0.27, 0.25),
        (0.27, 0.02),
        (0, 0),
    )
    pen.curve(light, (-0.1, 0.2), (-0.12, 0.42), (0, 0.54), (0.12, 0.42), (0.1, 0.2), (0, 0.1))
    for side in (-1, 1):
        pen.box(coat, side * 0.03, 0.0, side * 0.13, 0.28, 0.05)
        pen.oval(light, side * 0.085, 0.03, 0.065, 0.035)
        pen.area(coat, shapes.smooth([(side * 0.25, 0.72), (side * 0.235, 1.0), (side * 0.06, 0.88)], steps=3))
        pen.area(_PINK, [(side * 0.2, 0.82), (side * 0.205, 0.945), (side * 0.11, 0.87)], alpha=0.85)
    pen.oval(coat, 0, 0.72, 0.265, 0.215)
    for x in (-0.07, 0.0, 0.07):
        pen.line(dark, [(x, 0.92), (x * 0.8, 0.845)], 0.024)
    pen.oval(light, -0.05, 0.655, 0.085, 0.07)
    pen.oval(light, 0.05, 0.655, 0.085, 0.07)
    _eyes(pen, 0.11, 0.745, 0.036)
    pen.area(colour("#c9656a"), [(-0.025, 0.69), (0.025, 0.69), (0, 0.665)])
    for side in (-1, 1):
        for y in (0.67, 0.64):
            pen.line(_CREAM, [(side * 0.12, y), (side * 0.33, y + (y - 0.655) * 2)], 0.006, alpha=0.8)


def dog(pen: Pen) -> None:
    """A sitting dog with hanging ears."""
    coat = pen.own(colour("#b98557"))
    light, dark = coat.mix(_CREAM, 0.8), coat.shift(-0.14)
    pen.shadow(0.45)
    pen.line(coat, [(0.2, 0.1), (0.38, 0.16), (0.45, 0.34)], 0.075, curved=True)
    pen.curve(
        Fade(coat, coat.shift(-0.05)),
        (-0.27, 0.02),
        (-0.26, 0.25),
        (-0.16, 0.55),
        (0.16, 0.55),
        (0.26, 0.25),
        (0.27, 0.02),
        (0, 0),
    )
    pen.curve(light, (-0.1, 0.22), (-0.12, 0.42), (0, 0.52), (0.12, 0.42), (0.1, 0.22), (0, 0.14))
    for side in (-1, 1):
        pen.box(coat, side * 0.035, 0.0, side * 0.145, 0.3, 0.05)
        pen.oval(light, side * 0.09, 0.03, 0.075, 0.038)
    pen.box(pen.accent.shift(-0.2) if pen.accent else colour("#c8473f"), -0.15, 0.5, 0.15, 0.555, 0.025)
    pen.oval(coat, 0, 0.75, 0.22, 0.215)
    pen.curve(light, (-0.03, 0.93), (-0.05, 0.78), (-0.13, 0.68), (0, 0.57), (0.13, 0.68), (0.05, 0.78), (0.03, 0.93))
    for side in (-1, 1):
        pen.curve(
            dark,
            (side * 0.13, 0.94),
            (side * 0.27, 0.88),
            (side * 0.31, 0.66),
            (side * 0.24, 0.58),
            (side * 0.18, 0.74),
        )
    _eyes(pen, 0.095, 0.775, 0.03)
    pen.oval(_NOSE, 0, 0.695, 0.05, 0.036)
    pen.line(_NOSE, [(-0.06, 0.625), (0, 0.605), (0.06, 0.625)], 0.012, curved=True)
    pen.curve(colour("#dd7b7e"), (-0.028, 0.607), (-0.024, 0.555), (0.0, 0.54), (0.024, 0.555), (0.028, 0.607))


def fox(pen: Pen) -> None:
    """A sitting fox with its tail around it."""
    natural = colour("#d9632f")
    coat = pen.own(natural).mix(natural, 0.4)
    dark, white = coat.shift(-0.2), colour("#fbf3e8")
    pen.shadow(0.55)
    pen.curve(
        Fade(coat, coat.shift(-0.06)),
        (0.1, 0.03),
        (0.42, -0.02),
        (0.66, 0.12),
        (0.72, 0.36),
        (0.6, 0.42),
        (0.5, 0.26),
        (0.28, 0.24),
        (0.12, 0.2),
    )
    pen.curve(white, (0.6, 0.42), (0.56, 0.3), (0.66, 0.24), (0.715, 0.3), (0.72, 0.42), (0.67, 0.52))
    pen.curve(
        Fade(coat, coat.shift(-0.05)),
        (-0.24, 0.03),
        (-0.24, 0.28),
        (-0.14, 0.56),
        (0.14, 0.56),
        (0.24, 0.28),
        (0.25, 0.03),
        (0, 0),
    )
    pen.curve(white, (-0.08, 0.2), (-0.14, 0.42), (-0.1, 0.56), (0.1, 0.56), (0.14, 0.42), (0.08, 0.2), (0, 0.13))
    for side in (-1, 1):
        pen.box(coat, side * 0.03, 0.1, side * 0.12, 0.32, 0.045)
        pen.box(dark, side * 0.03, 0.0, side * 0.12, 0.14, 0.04)
        pen.area(coat, [(side * 0.27, 0.72), (side * 0.235, 1.02), (side * 0.05, 0.88)])
        pen.area(dark, [(side * 0.245, 0.86), (side * 0.235, 1.02), (side * 0.15, 0.955)])
        pen.area(_PINK.mix(dark, 0.3), [(side * 0.21, 0.82), (side * 0.205, 0.93), (side * 0.12, 0.875)], alpha=0.8)
    pen.area(
        coat,
        shapes.smooth(
            [
                (-0.1, 0.9),
                (-0.25, 0.8),
                (-0.32, 0.66),
                (-0.14, 0.58),
                (0, 0.5),
                (0.14, 0.58),
                (0.32, 0.66),
                (0.25, 0.8),
                (0.1, 0.9),
            ],
            steps=5,
        ),
    )
    for side in (-1, 1):
        pen.area(
            white,
            shapes.smooth(
                [
                    (side * 0.02, 0.51),
                    (side * 0.06, 0.64),
                    (side * 0.17, 0.71),
                    (side * 0.315, 0.66),
                    (side * 0.15, 0.575),
                ],
                steps=5,
            ),
        )
    _eyes(pen, 0.115, 0.755, 0.028)
    pen.oval(_NOSE, 0, 0.53, 0.04, 0.032)


def rabbit(pen: Pen) -> None:
    """A sitting rabbit."""
    coat = pen.own(colour("#cdb8a4"))
    light = coat.mix(WHITE, 0.6)
    pen.shadow(0.4)
    pen.oval(light, 0.26, 0.12, 0.085)
    pen.curve(
        Fade(coat, coat.shift(-0.05)),
        (-0.24, 0.02),
        (-0.25, 0.2),
        (-0.13, 0.42),
        (0.13, 0.42),
        (0.25, 0.2),
        (0.24, 0.02),
        (0, 0),
    )
    pen.oval(light, 0, 0.19, 0.12, 0.16)
    for side in (-1, 1):
        ear = pen.at(side * 0.085, 0.66, 1.0, -8 * side)
        ear.oval(coat, 0, 0.17, 0.062, 0.19)
        ear.oval(_PINK, 0, 0.17, 0.034, 0.14, alpha=0.8)
        pen.oval(light, side * 0.13, 0.03, 0.1, 0.04)
    pen.oval(coat, 0, 0.54, 0.2, 0.18)
    for side in (-1, 1):
        pen.oval(light, side * 0.05, 0.475, 0.07, 0.055)
    _eyes(pen, 0.095, 0.565, 0.03)
    pen.oval(colour("#c9656a"), 0, 0.505, 0.022, 0.016)


def owl(pen: Pen) -> None:
    """An owl on the stump of a tree."""
    pen = pen.at(0, 0.3, 0.78)
    coat = pen.own(colour("#8a6a52"))
    light = coat.mix(_CREAM, 0.65)
    _stump(pen)
    pen.curve(
        Fade(coat, coat.shift(-0.07)),
        (-0.3, 0.5),
        (-0.28, 0.86),
        (-0.3, 1.02),
        (-0.12, 0.93),
        (0.12, 0.93),
        (0.3, 1.02),
        (0.28, 0.86),
        (0.3, 0.5),
        (0.17, 0.08),
        (-0.17, 0.08),
    )
    pen.curve(light, (-0.16, 0.45), (0, 0.6), (0.16, 0.45), (0.12, 0.18), (0, 0.1), (-0.12, 0.18))
    for row in range(4):
        for column in range(-1, 2):
            x, y = column * 0.08 + (0.04 if row % 2 else 0) - 0.01, 0.22 + row * 0.075
            pen.area(coat, shapes.oval(x, y, 0.03, 0.024, 180, 360), alpha=0.7)
    for side in (-1, 1):
        pen.curve(coat.shift(-0.08), (side * 0.29, 0.62), (side * 0.36, 0.38), (side * 0.24, 0.12), (side * 0.19, 0.4))
        pen.oval(light, side * 0.12, 0.74, 0.135)
        pen.oval(colour("#f2b544"), side * 0.12, 0.74, 0.088, bright=pen.palette.lamps_on)
        pen.oval(BLACK, side * 0.12, 0.74, 0.05)
        pen.oval(WHITE, side * 0.12 + 0.02, 0.762, 0.018)
        pen.line(colour("#d99a3a"), [(side * 0.09, 0.08), (side * 0.09, 0.015)], 0.035)
    pen.area(colour("#d99a3a"), [(-0.035, 0.69), (0.035, 0.69), (0, 0.6)])


def _stump(pen: Pen) -> None:
    bark = colour("#6b5240")
    pen.shadow(0.5, 0, -0.3)
    pen.curve(
        Fade(bark, bark.shift(-0.09)),
        (-0.3, 0.0),
        (-0.28, -0.18),
        (-0.42, -0.31),
        (0, -0.28),
        (0.42, -0.31),
        (0.28, -0.18),
        (0.3, 0.0),
    )
    pen.oval(colour("#c9a57c"), 0, 0.0, 0.31, 0.05)
    pen.oval(colour("#a9835c"), 0, 0.0, 0.2, 0.03)
    pen.oval(colour("#c9a57c"), 0, 0.0, 0.12, 0.018)


def bear(pen: Pen) -> None:
    """A sitting bear."""
    coat = pen.own(colour("#7b5540"))
    light = coat.mix(_CREAM, 0.5)
    pen.shadow(0.5)
    for side in (-1, 1):
        pen.oval(coat, side * 0.2, 0.92, 0.09)
        pen.oval(light, side * 0.2, 0.92, 0.05)
    pen.curve(
        Fade(coat, coat.shift(-0.05)),
        (-0.34, 0.05),
        (-0.35, 0.3),
        (-0.2, 0.58),
        (0.2, 0.58),
        (0.35, 0.3),
        (0.34, 0.05),
        (0, 0),
    )
    pen.oval(light, 0, 0.27, 0.19, 0.22)
    pen.oval(coat, 0, 0.75, 0.28, 0.235)
    for side in (-1, 1):
        pen.oval(coat.shift(-0.04), side * 0.27, 0.08, 0.13, 0.1)
        pen.oval(light, side * 0.27, 0.075, 0.075, 0.06)
        pen.curve(coat.shift(-0.04), (side * 0.25, 0.5), (side * 0.38, 0.36), (side * 0.3, 0.22), (side * 0.2, 0.36))
    pen.oval(light, 0, 0.675, 0.125, 0.095)
    _eyes(pen, 0.12, 0.785, 0.027)
    pen.oval(_NOSE, 0, 0.71, 0.045, 0.032)
    pen.line(_NOSE, [(-0.045, 0.645), (0, 0.63), (0.045, 0.645)], 0.011, curved=True)
