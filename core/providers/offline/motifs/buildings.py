"""Lighthouse, house, castle, windmill, tent. All about one unit high, standing on y = 0."""

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import Colour, colour
from core.providers.offline.pen import Pen

_WALL = colour("#f3ece0")
_RED = colour("#cf4a3f")
_STONE = colour("#8d8a94")
_WOOD = colour("#7a5640")
_ROOF = colour("#a8503f")
_DARK = colour("#2d3142")


def lighthouse(pen: Pen) -> None:
    """A striped tower on rocks; at night its beam goes over the sea."""
    accent = pen.own(_RED)
    _rocks(pen)
    if pen.palette.lamps_on:
        _beam(pen)
    for index in range(5):
        y0, y1 = 0.06 + index * 0.134, 0.06 + (index + 1) * 0.134
        tone = accent if index % 2 == 0 else _WALL
        pen.area(tone, [(-_taper(y0), y0), (_taper(y0), y0), (_taper(y1), y1), (-_taper(y1), y1)])
    shade = [(0.02, 0.06), (_taper(0.06), 0.06), (_taper(0.73), 0.73), (0.03, 0.73)]
    pen.area(pen.palette.shade, shade, alpha=0.2, bright=True)
    pen.box(_DARK, -0.03, 0.06, 0.03, 0.15, 0.03)
    for y in (0.3, 0.5):
        pen.box(_DARK, -0.013, y, 0.013, y + 0.045, 0.013)
    _lantern(pen, accent)


def _taper(y: float) -> float:
    return 0.125 - 0.062 * y / 0.73


def _lantern(pen: Pen, accent: Colour) -> None:
    pen.box(_DARK, -0.095, 0.725, 0.095, 0.745)
    for x in (-0.085, -0.045, 0.0, 0.045, 0.085):
        pen.line(_DARK, [(x, 0.74), (x, 0.785)], 0.006)
    pen.line(_DARK, [(-0.088, 0.785), (0.088, 0.785)], 0.008)
    lamp = pen.palette.lamp if pen.palette.lamps_on else colour("#cfe4ea")
    pen.box(lamp, -0.045, 0.745, 0.045, 0.85, bright=pen.palette.lamps_on)
    for x in (-0.045, 0.0, 0.045):
        pen.line(_DARK, [(x, 0.745), (x, 0.85)], 0.007)
    pen.area(accent, [*shapes.oval(0, 0.85, 0.066, 0.075, 0, 180)])
    pen.line(_DARK, [(0, 0.92), (0, 0.975)], 0.008)
    if pen.palette.lamps_on:
        pen.glow(pen.palette.lamp, 0, 0.8, 0.34, 0.75)
        pen.oval(colour("#fffbe6"), 0, 0.798, 0.026, bright=True)


def _beam(pen: Pen) -> None:
    """Light in many thin fans that end one after the other, so that it fades with the distance."""
    steps = 14
    for index in range(steps):
        reach = 0.3 + 2.3 * (index / (steps - 1)) ** 1.4
        for side in (-1, 1):
            tip = [(side * reach, 0.8 + reach * 0.12), (side * reach, 0.8 - reach * 0.02)]
            pen.area(pen.palette.lamp, [(0, 0.81), *tip, (0, 0.79)], alpha=0.03, bright=True)


def _rocks(pen: Pen) -> None:
    rock = colour("#5d5a66")
    pen.area(
        Fade(rock.shift(0.04), rock.shift(-0.1)),
        [(-0.62, -0.16), (-0.5, -0.04), (-0.36, -0.02), (-0.27, 0.05), (-0.1, 0.075), (0.13, 0.08), (0.25, 0.03),
         (0.4, 0.015), (0.5, -0.06), (0.66, -0.09), (0.74, -0.16)],
    )  # fmt: skip
    pen.area(rock.shift(0.09), [(-0.36, -0.02), (-0.27, 0.05), (-0.1, 0.075), (-0.16, 0.0), (-0.3, -0.07)], alpha=0.6)
    pen.area(rock.shift(0.07), [(0.25, 0.03), (0.4, 0.015), (0.36, -0.06), (0.22, -0.03)], alpha=0.6)
    for x, wide, alpha in ((0.05, 0.72, 0.5), (-0.3, 0.3, 0.5), (0.45, 0.34, 0.45), (0.1, 0.9, 0.2)):
        pen.oval(colour("#eaf4f5"), x, -0.155 - (0.02 if wide > 0.8 else 0), wide, 0.014, alpha=alpha)


def house(pen: Pen) -> None:
    """A cottage with a chimney, its windows lit after sunset."""
    wall, roof = pen.own(_WALL), _ROOF if pen.accent is None else pen.accent.shift(-0.18)
    pen.shadow(0.85)
    if pen.palette.lamps_on:
        pen.glow(pen.palette.lamp, 0, 0.3, 0.95, 0.35)
    pen.box(_STONE.shift(-0.08), 0.24, 0.6, 0.36, 1.0)
    pen.box(_STONE, 0.22, 0.97, 0.38, 1.02)
    pen.area(Fade(wall, wall.shift(-0.07)), [(-0.55, 0), (0.55, 0), (0.55, 0.48), (-0.55, 0.48)])
    pen.area(Fade(roof.shift(0.04), roof), [(-0.68, 0.45), (-0.44, 0.9), (0.44, 0.9), (0.68, 0.45)])
    for y in (0.56, 0.67, 0.78):
        pen.line(roof.shift(-0.05), [(-0.64 + (y - 0.45) * 0.5, y), (0.64 - (y - 0.45) * 0.5, y)], 0.008)
    pen.box(_WOOD, -0.09, 0, 0.09, 0.33, 0.02)
    pen.oval(colour("#e8c86a"), 0.055, 0.16, 0.012)
    for x in (-0.33, 0.33):
        _window(pen, x, 0.25)
    for index, size in enumerate((0.05, 0.07, 0.1)):
        pen.oval(colour("#f4f4f4"), 0.33 + index * 0.08, 1.12 + index * 0.15, size, alpha=0.4 - index * 0.1)


def _window(pen: Pen, x: float, y: float, size: float = 0.1) -> None:
    pen.box(_WOOD, x - size * 1.2, y - size * 1.1, x + size * 1.2, y + size * 1.3, 0.015)
    lit = pen.palette.lamps_on
    pen.box(
        pen.palette.lamp if lit else colour("#a9cbd6"), x - size, y - size * 0.9, x + size, y + size * 1.1, bright=lit
    )
    pen.line(_WOOD, [(x, y - size), (x, y + size * 1.1)], 0.016)
    pen.line(_WOOD, [(x - size, y + 0.01), (x + size, y + 0.01)], 0.016)


def castle(pen: Pen) -> None:
    """Towers with pointed roofs around a gate."""
    stone, roof = _STONE.shift(0.08), pen.own(colour("#4f6a9a"))
    _tower(pen, stone.shift(-0.05), roof, -0.2, 0.09, 0.86)
    _tower(pen, stone.shift(-0.05), roof, 0.24, 0.08, 0.74)
    pen.area(Fade(stone, stone.shift(-0.08)), [(-0.46, -0.06), (0.46, -0.06), (0.46, 0.34), (-0.46, 0.34)])
    pen.area(stone, *(shapes.box(-0.46 + i * 0.105, 0.33, -0.405 + i * 0.105, 0.375) for i in range(9)))
    _tower(pen, stone, roof, -0.46, 0.1, 0.6)
    _tower(pen, stone, roof, 0.46, 0.1, 0.66)
    _tower(pen, stone.shift(0.02), roof, 0.02, 0.12, 0.7)
    pen.area(_DARK, [*shapes.oval(0.02, 0.14, 0.075, 0.08, 0, 180), (-0.055, -0.06), (0.095, -0.06)])


def _tower(pen: Pen, stone: Colour, roof: Colour, x: float, half: float, high: float) -> None:
    pen.box(Fade(stone.shift(0.02), stone.shift(-0.06)), x - half, -0.08, x + half, high)
    pen.box(pen.palette.shade, x + half * 0.35, -0.08, x + half, high, alpha=0.16, bright=True)
    pen.box(stone.shift(0.03), x - half * 1.18, high - 0.05, x + half * 1.18, high)
    pen.area(Fade(roof.shift(0.03), roof), [(x - half * 1.3, high), (x, high + half * 2.9), (x + half * 1.3, high)])
    pen.line(_DARK, [(x, high + half * 2.8), (x, high + half * 3.6)], 0.008)
    pen.area(colour("#d8574a"), [(x, high + half * 3.6), (x + half * 1.0, high + half * 3.35), (x, high + half * 3.1)])
    lit = pen.palette.lamps_on
    for y in (high * 0.45, high * 0.72):
        pen.box(pen.palette.lamp if lit else _DARK, x - half * 0.2, y, x + half * 0.2, y + 0.07, half * 0.2, bright=lit)


def windmill(pen: Pen) -> None:
    """A mill with four sails."""
    wall = pen.own(_WALL)
    pen.shadow(0.4)
    pen.area(Fade(wall, wall.shift(-0.08)), [(-0.2, 0), (0.2, 0), (0.12, 0.6), (-0.12, 0.6)])
    pen.area(_ROOF, [*shapes.oval(0, 0.6, 0.14, 0.14, 0, 180)])
    pen.box(_WOOD, -0.05, 0, 0.05, 0.16, 0.03)
    _window(pen, 0, 0.35, 0.035)
    for turn in (20, 110, 200, 290):
        sail = pen.at(0, 0.63, 1.0, turn)
        sail.line(_WOOD, [(0, 0), (0, 0.44)], 0.014)
        sail.area(_WALL.shift(-0.02), [(0.012, 0.1), (0.1, 0.12), (0.1, 0.44), (0.012, 0.44)], alpha=0.92)
    pen.oval(_WOOD, 0, 0.63, 0.03)


def tent(pen: Pen) -> None:
    """A tent and a small fire."""
    cloth = pen.own(colour("#e2894a"))
    pen.shadow(1.1)
    pen.area(Fade(cloth.shift(0.05), cloth), [(-0.75, 0), (0.0, 0.95), (0.75, 0)])
    pen.area(cloth.shift(-0.14), [(0.0, 0.95), (0.75, 0), (0.32, 0)])
    lit = pen.palette.lamps_on
    pen.area(pen.palette.lamp if lit else _DARK, [(-0.24, 0), (-0.02, 0.7), (0.16, 0)], bright=lit, alpha=0.95)
    pen.line(_WOOD, [(0, 0.93), (0.03, 1.04)], 0.02)
    fire = pen.at(-1.15, -0.05, 0.4)
    fire.glow(colour("#ffb45e"), 0, 0.3, 1.9, 0.6)
    fire.line(_WOOD, [(-0.35, 0), (0.35, 0.12)], 0.1)
    fire.line(_WOOD, [(-0.35, 0.12), (0.35, 0)], 0.1)
    fire.curve(colour("#f0803c"), (-0.28, 0.1), (-0.2, 0.45), (0, 0.95), (0.14, 0.5), (0.27, 0.12), bright=True)
    fire.curve(colour("#ffd76a"), (-0.14, 0.1), (-0.1, 0.3), (0.02, 0.56), (0.1, 0.3), (0.13, 0.1), bright=True)
