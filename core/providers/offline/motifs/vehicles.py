"""What travels: boat, car, bicycle, train, balloon, rocket."""

import math

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import WHITE, Colour, colour
from core.providers.offline.pen import Pen

_WOOD = colour("#7a4b36")
_SAIL = colour("#f7efe1")
_INK = colour("#2b2d3a")
_GLASS = colour("#bfdde6")


def boat(pen: Pen) -> None:
    """A sailing boat with two sails and its reflection."""
    hull, sail = (_WOOD, _SAIL) if pen.accent is None else (pen.accent.shift(-0.06), _SAIL.mix(pen.accent, 0.12))
    pen.area(pen.palette.shade, [(-0.4, -0.02), (0.42, -0.02), (0.16, -0.3), (-0.16, -0.3)], alpha=0.16, bright=True)
    pen.line(_INK, [(0.02, 0.1), (0.02, 0.99)], 0.016)
    pen.area(
        Fade(sail, sail.shift(-0.05)), shapes.smooth([(0.05, 0.95), (0.2, 0.6), (0.4, 0.22), (0.05, 0.22)], steps=5)
    )
    pen.area(sail.shift(-0.07), shapes.smooth([(-0.01, 0.88), (-0.15, 0.5), (-0.3, 0.22), (-0.01, 0.22)], steps=5))
    pen.area(pen.own(colour("#d8574a")), [(0.02, 0.99), (0.16, 0.955), (0.02, 0.92)])
    pen.area(
        Fade(hull, hull.shift(-0.08)),
        [(-0.46, 0.15), (0.5, 0.15), (0.36, -0.02), (0.3, -0.04), (-0.28, -0.04), (-0.36, 0.0)],
    )
    pen.line(_SAIL, [(-0.45, 0.135), (0.48, 0.135)], 0.018)
    for y, wide in ((-0.05, 0.48), (-0.1, 0.3)):
        pen.line(WHITE, [(-wide, y), (wide, y)], 0.008, alpha=0.4)


def car(pen: Pen) -> None:
    """A small round car, seen from the side."""
    body = pen.own(colour("#d9584a"))
    pen.shadow(1.05, 0, -0.02)
    pen.curve(body.shift(0.02), (-0.62, 0.42), (-0.48, 0.78), (-0.2, 0.9), (0.22, 0.88), (0.46, 0.7), (0.6, 0.42))
    pen.area(_GLASS, shapes.smooth([(-0.5, 0.5), (-0.4, 0.74), (-0.2, 0.82), (-0.03, 0.82), (-0.03, 0.5)], steps=4))
    pen.area(_GLASS, shapes.smooth([(0.04, 0.5), (0.04, 0.82), (0.2, 0.8), (0.38, 0.68), (0.47, 0.5)], steps=4))
    pen.area(
        Fade(body, body.shift(-0.08)),
        shapes.smooth(
            [
                (-0.98, 0.2),
                (-0.96, 0.42),
                (-0.8, 0.52),
                (0.5, 0.53),
                (0.88, 0.46),
                (1.0, 0.3),
                (0.99, 0.16),
                (-0.95, 0.12),
            ],
            steps=6,
        ),
    )
    pen.line(body.shift(0.12), [(-0.9, 0.36), (0.92, 0.36)], 0.014, alpha=0.8)
    pen.line(body.shift(-0.12), [(0.0, 0.5), (0.0, 0.2)], 0.012)
    pen.box(_SAIL, 0.06, 0.41, 0.18, 0.435, 0.012)
    for x in (-0.56, 0.56):
        pen.oval(_INK, x, 0.15, 0.19)
        pen.oval(colour("#c9ced4"), x, 0.15, 0.1)
        pen.oval(_INK, x, 0.15, 0.04)
    pen.oval(pen.palette.lamp, 0.94, 0.34, 0.045, 0.06, bright=True)
    pen.oval(colour("#b3302b"), -0.94, 0.36, 0.035, 0.05)
    if pen.palette.lamps_on:
        for step in range(8):
            reach = 1.2 + step * 0.14
            fan = [(0.96, 0.36), (reach, 0.36 + (reach - 1) * 0.14), (reach, 0.3 - (reach - 1) * 0.26), (0.96, 0.3)]
            pen.area(pen.palette.lamp, fan, alpha=0.05, bright=True)
        pen.glow(pen.palette.lamp, 0.95, 0.33, 0.3, 0.7)


def bicycle(pen: Pen) -> None:
    """A bicycle leaning at nothing."""
    frame = pen.own(colour("#2f8f8b"))
    pen.shadow(0.95, 0, 0.0)
    for x in (-0.55, 0.55):
        _ring(pen, _INK, x, 0.34, 0.32, 0.036)
        _ring(pen, colour("#b9bec6"), x, 0.34, 0.285, 0.012)
        for turn in range(0, 180, 30):
            dx, dy = math.cos(math.radians(turn)) * 0.28, math.sin(math.radians(turn)) * 0.28
            pen.line(colour("#aab1ba"), [(x - dx, 0.34 - dy), (x + dx, 0.34 + dy)], 0.005)
        pen.oval(_INK, x, 0.34, 0.03)
    crank, seat, head = (-0.06, 0.32), (-0.2, 0.74), (0.4, 0.78)
    for path in (
        [(-0.55, 0.34), crank, head, seat, (-0.55, 0.34)],
        [crank, (-0.22, 0.82)],
        [(0.55, 0.34), (0.37, 0.9)],
    ):
        pen.line(frame, path, 0.04)
    pen.line(_INK, [(0.37, 0.9), (0.34, 0.97), (0.46, 1.0), (0.5, 0.93)], 0.035, curved=True)
    pen.curve(colour("#6b4636"), (-0.36, 0.86), (-0.2, 0.88), (-0.06, 0.85), (-0.2, 0.81))
    _ring(pen, _INK, *crank, 0.075, 0.022)
    pen.line(_INK, [(-0.13, 0.24), (0.01, 0.4)], 0.022)


def _ring(pen: Pen, paint: Colour, x: float, y: float, radius: float, width: float) -> None:
    pen.line(paint, shapes.oval(x, y, radius), width)


def train(pen: Pen) -> None:
    """A steam engine with two coaches, on its rails."""
    paint = pen.own(colour("#3c6f7f"))
    for x, size in ((0.92, 0.1), (0.78, 0.14), (0.55, 0.18), (0.24, 0.22)):
        pen.oval(WHITE, x, 1.0 + (0.92 - x) * 0.32, size, alpha=0.42)
    pen.line(_INK, [(-2.6, 0.0), (1.6, 0.0)], 0.03)
    for left in (-2.1, -1.05):
        _coach(pen, colour("#b8574a"), left)
    pen.box(Fade(paint, paint.shift(-0.06)), 0.0, 0.2, 0.42, 0.86)
    pen.box(paint.shift(-0.1), -0.05, 0.84, 0.47, 0.9, 0.03)
    pen.box(
        pen.palette.lamp if pen.palette.lamps_on else _GLASS, 0.08, 0.54, 0.34, 0.76, 0.03, bright=pen.palette.lamps_on
    )
    pen.box(Fade(paint.shift(0.05), paint.shift(-0.06)), 0.36, 0.22, 1.12, 0.6, 0.08)
    pen.area(_INK, [(0.86, 0.58), (1.0, 0.58), (1.03, 0.88), (0.83, 0.88)])
    pen.box(colour("#d9a441"), 0.6, 0.58, 0.72, 0.68, 0.05)
    pen.area(_INK, [(1.1, 0.28), (1.34, 0.06), (1.1, 0.06)])
    for x, size in ((0.16, 0.17), (0.56, 0.14), (0.9, 0.14)):
        _wheel(pen, x, size)


def _coach(pen: Pen, paint: Colour, left: float) -> None:
    pen.box(Fade(paint, paint.shift(-0.06)), left, 0.16, left + 0.96, 0.74, 0.05)
    pen.box(paint.shift(-0.14), left - 0.02, 0.7, left + 0.98, 0.79, 0.04)
    lit = pen.palette.lamps_on
    for index in range(4):
        x = left + 0.1 + index * 0.2
        pen.box(pen.palette.lamp if lit else _GLASS, x, 0.42, x + 0.14, 0.62, 0.02, bright=lit)
    for x in (left + 0.2, left + 0.76):
        _wheel(pen, x, 0.11)


def _wheel(pen: Pen, x: float, size: float) -> None:
    pen.oval(_INK, x, size, size)
    pen.oval(colour("#b9483f"), x, size, size * 0.62)
    pen.oval(_INK, x, size, size * 0.2)


def balloon(pen: Pen) -> None:
    """A striped hot-air balloon. The origin is its basket's floor."""
    first = pen.own(colour("#d9533f"))
    tones = (first, colour("#f6e6c8"), first.shift(-0.05).hued(colour("#e9a23b"), 0.75), colour("#f6e6c8"))
    gores = 8
    for index in range(gores):
        left, right = (math.sin(math.pi * (i / gores - 0.5)) for i in (index, index + 1))
        pen.area(tones[index % 4], [*_seam(left), *reversed(_seam(right))])
    pen.area(pen.palette.shade, [*_seam(0.45), *reversed(_seam(1.0))], alpha=0.13, bright=True)
    pen.area(WHITE, [*_seam(-0.8), *reversed(_seam(-0.55))], alpha=0.14, bright=True)
    for x0, x1 in ((-0.085, -0.065), (0.085, 0.065)):
        pen.line(_INK, [(x0, 0.24), (x1, 0.11)], 0.006)
    if pen.palette.lamps_on:
        pen.glow(pen.palette.lamp, 0, 0.3, 0.45, 0.6)
    pen.box(Fade(colour("#a9744a"), colour("#7f5233")), -0.075, 0.0, 0.075, 0.115, 0.02)
    pen.line(colour("#6b4329"), [(-0.078, 0.108), (0.078, 0.108)], 0.016)


def _seam(share: float) -> list[tuple[float, float]]:
    """One line from the balloon's top to its mouth; the share (-1..1) says how far from the middle."""
    profile = (
        (0.0, 1.0),
        (0.17, 0.985),
        (0.3, 0.92),
        (0.38, 0.8),
        (0.395, 0.68),
        (0.35, 0.54),
        (0.24, 0.4),
        (0.14, 0.29),
        (0.09, 0.235),
    )
    return shapes.smooth([(wide * share, y) for wide, y in profile], closed=False, steps=5)


def rocket(pen: Pen) -> None:
    """A rocket on its flame."""
    trim = pen.own(colour("#e0533f"))
    pen.glow(colour("#ffb45e"), 0, -0.05, 0.6, 0.7)
    pen.curve(colour("#f28a3c"), (-0.11, 0.12), (-0.13, -0.08), (0.0, -0.42), (0.13, -0.08), (0.11, 0.12), bright=True)
    pen.curve(colour("#ffe08a"), (-0.06, 0.12), (-0.06, -0.02), (0.0, -0.2), (0.06, -0.02), (0.06, 0.12), bright=True)
    for side in (-1, 1):
        pen.curve(
            trim.shift(-0.05),
            (side * 0.13, 0.42),
            (side * 0.31, 0.2),
            (side * 0.31, 0.02),
            (side * 0.2, 0.12),
            (side * 0.1, 0.16),
        )
    hull = colour("#f1f1f4")
    pen.area(
        Fade(hull, hull.shift(-0.08)),
        shapes.smooth([(-0.12, 0.12), (-0.2, 0.42), (-0.15, 0.74), (0, 1.0), (0.15, 0.74), (0.2, 0.42), (0.12, 0.12)]),
    )
    pen.area(
        trim, shapes.smooth([(-0.142, 0.76), (-0.08, 0.9), (0, 1.0), (0.08, 0.9), (0.142, 0.76), (0, 0.745)], steps=6)
    )
    pen.area(
        pen.palette.shade,
        shapes.smooth([(0.07, 0.13), (0.1, 0.5), (0.04, 0.9), (0.15, 0.72), (0.195, 0.42), (0.12, 0.13)], steps=5),
        alpha=0.14,
        bright=True,
    )
    pen.oval(trim.shift(-0.1), 0, 0.57, 0.098)
    pen.oval(colour("#8fd0e6"), 0, 0.57, 0.072)
    pen.oval(WHITE, -0.024, 0.595, 0.02, alpha=0.8)
    pen.box(trim, -0.125, 0.1, 0.125, 0.16, 0.03)
