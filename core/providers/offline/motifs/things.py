"""Things on a table or a stage: cup, cake, bowl, books, heart, guitar, logo, planet."""

import math

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import WHITE, colour
from core.providers.offline.pen import Pen

_CREAM = colour("#fbf3e4")
_WOOD = colour("#8a5a3c")
_INK = colour("#2b2d3a")


def cup(pen: Pen) -> None:
    """A cup on its saucer, steaming."""
    glaze = pen.own(colour("#f2ebe0"))
    for x, high, strength in ((-0.14, 1.0, 0.8), (0.02, 1.16, 1.0), (0.17, 0.98, 0.7)):
        _steam(pen, x, 0.64, high, strength)
    pen.shadow(0.72, 0, -0.02)
    saucer = glaze.shift(-0.05)
    pen.oval(saucer.shift(-0.08), 0, 0.02, 0.6, 0.075)
    pen.oval(saucer, 0, 0.04, 0.6, 0.075)
    pen.oval(saucer.shift(-0.06), 0, 0.045, 0.32, 0.035)
    pen.line(glaze.shift(-0.05), [(0.32, 0.46), (0.53, 0.47), (0.54, 0.28), (0.28, 0.2)], 0.058, curved=True)
    pen.curve(
        Fade(glaze, glaze.shift(-0.06)),
        (-0.38, 0.58),
        (-0.36, 0.32),
        (-0.22, 0.08),
        (0, 0.05),
        (0.22, 0.08),
        (0.36, 0.32),
        (0.38, 0.58),
    )
    pen.area(
        pen.palette.shade,
        shapes.smooth([(0.16, 0.56), (0.2, 0.25), (0.1, 0.07), (0.22, 0.08), (0.36, 0.32), (0.38, 0.57)], steps=5),
        alpha=0.1,
        bright=True,
    )
    pen.oval(glaze.shift(0.05), 0, 0.585, 0.38, 0.085)
    pen.oval(colour("#5a3423"), 0, 0.578, 0.335, 0.066)
    pen.oval(colour("#8a5a3c"), -0.05, 0.572, 0.2, 0.034, alpha=0.8)


def cake(pen: Pen) -> None:
    """A cake in layers with icing, berries and candles, on a stand."""
    icing = pen.own(colour("#f3a9b5"))
    plate = colour("#f4f1ea")
    pen.shadow(0.5, 0, -0.01)
    pen.curve(plate.shift(-0.06), (-0.2, 0.0), (-0.05, 0.06), (-0.04, 0.15), (0.04, 0.15), (0.05, 0.06), (0.2, 0.0))
    pen.oval(plate.shift(-0.04), 0, 0.155, 0.58, 0.05)
    pen.oval(plate, 0, 0.175, 0.58, 0.05)
    for y0, y1, wide in ((0.18, 0.46, 0.46), (0.44, 0.68, 0.33)):
        sponge = colour("#e9bd84")
        pen.area(sponge, [*shapes.oval(0, y0 + 0.02, wide, 0.04, 180, 360), (wide, y1), (-wide, y1)])
        pen.area(
            _CREAM,
            [
                *shapes.oval(0, (y0 + y1) / 2 - 0.005, wide, 0.04, 180, 360),
                *reversed(shapes.oval(0, (y0 + y1) / 2 + 0.03, wide, 0.04, 180, 360)),
            ],
        )
        _icing(pen, y1, wide)
    for x in (-0.2, 0.0, 0.2):
        pen.oval(colour("#c9384a"), x, 0.73, 0.04)
        pen.oval(WHITE, x - 0.012, 0.742, 0.01, alpha=0.8)
    for x in (-0.1, 0.1):
        pen.box(icing.shift(-0.16), x - 0.015, 0.7, x + 0.015, 0.88)
        pen.glow(pen.palette.lamp, x, 0.93, 0.15, 0.7)
        pen.curve(colour("#ffb34a"), (x - 0.022, 0.91), (x, 0.985), (x + 0.022, 0.91), (x, 0.885), bright=True)


def _icing(pen: Pen, y: float, wide: float) -> None:
    icing = pen.own(colour("#f3a9b5"))
    drops = [shapes.box(-wide, y - 0.06, wide, y + 0.02)]
    for index in range(9):
        x = -wide + wide * 2 * (index + 0.5) / 9
        drops.append(
            shapes.box(
                x - wide * 0.1,
                y - (0.14 if index % 3 == 1 else 0.1 if index % 2 else 0.075),
                x + wide * 0.1,
                y,
                wide * 0.1,
            )
        )
    pen.area(icing, *drops)
    pen.oval(icing.shift(0.05), 0, y + 0.02, wide, 0.045)


def bowl(pen: Pen) -> None:
    """A bowl of noodles with an egg and chopsticks."""
    glaze = pen.own(colour("#c9483f"))
    for x, high in ((-0.2, 1.0), (0.05, 1.12)):
        _steam(pen, x, 0.58, high, 0.9)
    pen.shadow(0.55, 0, -0.01)
    pen.box(glaze.shift(-0.14), -0.2, 0.0, 0.2, 0.07, 0.02)
    pen.oval(glaze.shift(-0.1), 0, 0.5, 0.56, 0.115)
    pen.oval(colour("#e3a659"), 0, 0.49, 0.51, 0.09)
    for index in range(6):
        x = -0.33 + index * 0.12
        pen.line(colour("#f4d9a0"), [(x - 0.08, 0.47), (x, 0.52), (x + 0.08, 0.47), (x + 0.14, 0.5)], 0.02, curved=True)
    pen.oval(_CREAM, 0.2, 0.52, 0.14, 0.06)
    pen.oval(colour("#f2a53a"), 0.2, 0.525, 0.07, 0.032)
    for x, y in ((-0.22, 0.53), (-0.12, 0.5), (-0.28, 0.49), (0.02, 0.47)):
        pen.oval(colour("#6fa657"), x, y, 0.03, 0.016)
    pen.area(
        Fade(glaze, glaze.shift(-0.07)),
        [
            *shapes.oval(0, 0.49, 0.56, 0.115, 180, 360),
            *shapes.smooth(
                [(0.56, 0.49), (0.48, 0.25), (0.22, 0.05), (-0.22, 0.05), (-0.48, 0.25), (-0.56, 0.49)], closed=False
            ),
        ],
    )
    pen.line(_CREAM, shapes.oval(0, 0.33, 0.515, 0.11, 195, 345), 0.02)
    for y in (0.0, 0.06):
        pen.line(_WOOD, [(0.1, 0.6 + y), (0.82, 0.82 + y * 1.6)], 0.022)


def book(pen: Pen) -> None:
    """An open book on a small pile."""
    cover = pen.own(colour("#2f7f86"))
    pen.shadow(0.75, 0, -0.01)
    for y, paint, shift in ((0.0, colour("#c8574b"), 0.04), (0.14, colour("#e2b04a"), -0.05), (0.28, cover, 0.02)):
        pen.box(paint, -0.55 + shift, y, 0.55 + shift, y + 0.135, 0.03)
        pen.box(_CREAM, -0.5 + shift, y + 0.025, 0.56 + shift, y + 0.11)
        pen.box(paint.shift(-0.05), -0.55 + shift, y, -0.4 + shift, y + 0.135, 0.03)
    pen.area(cover.shift(-0.1), [(-0.74, 0.5), (0, 0.415), (0.74, 0.5), (0.74, 0.53), (0, 0.45), (-0.74, 0.53)])
    for side in (-1, 1):
        page = [
            (0, 0.46),
            (side * 0.2, 0.56),
            (side * 0.5, 0.55),
            (side * 0.72, 0.54),
            (side * 0.66, 0.86),
            (side * 0.42, 0.88),
            (side * 0.16, 0.88),
            (0, 0.8),
        ]
        pen.area(Fade(_CREAM, _CREAM.shift(-0.05 if side > 0 else -0.09)), page)
        for index in range(4):
            y = 0.63 + index * 0.06
            pen.line(colour("#b9a98f"), [(side * 0.14, y + 0.008), (side * (0.58 if index else 0.4), y)], 0.011)
    pen.area(
        pen.palette.shade,
        [(-0.05, 0.49), (0, 0.46), (0.05, 0.49), (0.03, 0.815), (0, 0.8), (-0.03, 0.815)],
        alpha=0.16,
        bright=True,
    )


def heart(pen: Pen) -> None:
    """A heart."""
    paint = pen.own(colour("#d8445a"))
    half = [(0, 0.02), (0.2, 0.2), (0.43, 0.46), (0.5, 0.68), (0.41, 0.88), (0.25, 0.95), (0.09, 0.88), (0, 0.74)]
    outline = [*shapes.smooth(half, closed=False), *reversed([(-x, y) for x, y in shapes.smooth(half, closed=False)])]
    pen.area(Fade(paint.shift(0.06), paint.shift(-0.07)), outline)
    pen.curve(WHITE, (-0.38, 0.74), (-0.3, 0.86), (-0.2, 0.87), (-0.29, 0.8), (-0.33, 0.68), alpha=0.5)


def guitar(pen: Pen) -> None:
    """A double bass of the jazz cellar, leaning."""
    wood = pen.own(colour("#b5652f"))
    bass = pen.at(0.02, 0.02, 1.0, -9)
    for x, y, size in ((-0.5, 0.62, 0.11), (0.5, 0.8, 0.12), (0.6, 0.42, 0.085), (-0.42, 0.3, 0.075)):
        _note(pen.at(x, y, size, flip=pen.flip), paired=x > 0)
    bass.line(_INK, [(0, -0.04), (0, 0.05)], 0.02)
    body = [
        (0, 0.02),
        (0.12, 0.025),
        (0.23, 0.07),
        (0.272, 0.165),
        (0.24, 0.265),
        (0.168, 0.335),
        (0.155, 0.385),
        (0.192, 0.445),
        (0.203, 0.515),
        (0.165, 0.585),
        (0.08, 0.63),
        (0.03, 0.69),
    ]
    half = shapes.smooth(body, closed=False)
    bass.area(
        wood.shift(-0.16),
        [*((x * 1.07, y * 1.02 - 0.01) for x, y in half), *reversed([(-x * 1.07, y * 1.02 - 0.01) for x, y in half])],
    )
    bass.area(Fade(wood.shift(0.05), wood.shift(-0.03)), [*half, *reversed([(-x, y) for x, y in half])])
    bass.box(_INK, -0.028, 0.36, 0.028, 0.93)
    bass.curve(wood.shift(-0.14), (-0.035, 0.9), (-0.05, 0.97), (0.0, 1.03), (0.05, 0.97), (0.035, 0.9))
    for y in (0.925, 0.965):
        bass.line(_INK, [(-0.085, y), (0.085, y)], 0.014)
    bass.box(_CREAM, -0.07, 0.235, 0.07, 0.255)
    bass.area(_INK, [(-0.03, 0.2), (0.03, 0.2), (0.02, 0.08), (-0.02, 0.08)])
    for side in (-1, 1):
        bass.line(
            _INK,
            [(side * 0.09, 0.36), (side * 0.125, 0.3), (side * 0.085, 0.24), (side * 0.12, 0.19)],
            0.013,
            curved=True,
        )
    for x in (-0.017, -0.006, 0.006, 0.017):
        bass.line(_CREAM, [(x * 1.5, 0.2), (x, 0.93)], 0.0035, alpha=0.85)


def _note(pen: Pen, *, paired: bool) -> None:
    """A note, or two under one beam."""
    for x in (0.0, 0.75) if paired else (0.0,):
        pen.at(x, 0, 1.0, 20).oval(_INK, 0, 0, 0.24, 0.17)
        pen.line(_INK, [(x + 0.2, 0.04), (x + 0.2, 1.0)], 0.07)
    if paired:
        pen.area(_INK, [(0.17, 1.03), (0.98, 1.03), (0.98, 0.83), (0.17, 0.83)])
    else:
        pen.curve(_INK, (0.18, 1.02), (0.34, 0.8), (0.52, 0.66), (0.46, 0.4), (0.42, 0.62), (0.2, 0.76))


def _steam(pen: Pen, x: float, start: float, end: float, strength: float) -> None:
    """A thread of steam that sways more the higher it is."""
    path = [
        (x + 0.045 * math.sin(step * 0.9 + x * 9) * (0.4 + step / 8), start + (end - start) * step / 8)
        for step in range(9)
    ]
    for width, alpha in ((0.06, 0.16), (0.035, 0.2), (0.015, 0.3)):
        pen.line(WHITE, path, width, curved=True, alpha=strength * alpha, bright=True)


def logo(pen: Pen) -> None:
    """A mark: a circle cut by two waves."""
    paint = pen.own(colour("#2f6f8f"))
    pen.oval(paint, 0, 0.5, 0.48)
    pen.oval(pen.palette.lamp, 0.13, 0.66, 0.15, bright=True)
    for lift, tone in ((0.14, 0.14), (0.0, 0.3)):
        low = [point for point in shapes.oval(0, 0.5, 0.48, 0.48, 180, 360) if point[1] < 0.42 + lift]
        wave = shapes.smooth(
            [(0.47, 0.4 + lift), (0.25, 0.47 + lift), (0.0, 0.36 + lift), (-0.25, 0.3 + lift), (-0.47, 0.38 + lift)],
            closed=False,
        )
        pen.area(paint.shift(tone), [*low, *wave])


def planet(pen: Pen) -> None:
    """A planet with its ring."""
    body, ring = pen.own(colour("#e2a35c")), colour("#f3dfb8")
    tilted = pen.at(0, 0.5, 1.0, 18)
    tilted.line(ring.shift(-0.12), shapes.oval(0, 0, 0.72, 0.17, 0, 180), 0.05)
    tilted.oval(Fade(body.shift(0.06), body.shift(-0.12)), 0, 0, 0.42)
    for y, high, tone in ((0.2, 0.035, 0.05), (0.05, 0.055, -0.05), (-0.13, 0.04, 0.04), (-0.25, 0.03, -0.06)):
        reach = (0.42**2 - y**2) ** 0.5
        tilted.box(body.shift(tone), -reach * 0.985, y - high / 2, reach * 0.985, y + high / 2, high / 2, alpha=0.8)
    shadow = [*shapes.oval(0, 0, 0.42, 0.42, -90, 90), *reversed(shapes.oval(0.1, 0, 0.3, 0.42, -90, 90))]
    tilted.area(pen.palette.shade, shadow, alpha=0.28, bright=True)
    tilted.line(ring, shapes.oval(0, 0, 0.72, 0.17, 180, 360), 0.05)
    tilted.line(ring.shift(-0.1), shapes.oval(0, 0, 0.62, 0.14, 188, 352), 0.014)
