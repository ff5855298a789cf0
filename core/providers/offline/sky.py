"""The sky: gradient, stars, sun or moon, clouds, far birds."""

import random
from dataclasses import dataclass

from core.providers.offline import shapes
from core.providers.offline.canvas import Canvas
from core.providers.offline.colour import WHITE, Colour
from core.providers.offline.palette import Palette
from core.providers.offline.reading import Reading, Time


@dataclass(frozen=True, slots=True)
class Light:
    """Where sun or moon stands, in pixels."""

    x: float
    y: float
    radius: float


def paint_sky(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """The gradient, which reaches its last colour at the horizon."""
    canvas.gradient(palette.sky, 0, horizon * 1.04)
    canvas.gradient(((0, palette.sky[-1][1]), (1, palette.sky[-1][1])), horizon * 1.03)


def paint_stars(canvas: Canvas, chance: random.Random, palette: Palette, horizon: float) -> None:
    """Stars that thin out downwards."""
    for _ in range(round(150 * palette.stars)):
        x, y = chance.uniform(0, canvas.width), horizon * chance.random() ** 1.4 * 0.9
        size = canvas.height * chance.choice((0.0009, 0.0012, 0.0012, 0.0021))
        canvas.fill(WHITE, shapes.oval(x, y, size), alpha=chance.uniform(0.35, 0.95) * (1 - y / horizon * 0.7))


def paint_light(canvas: Canvas, palette: Palette, reading: Reading, light: Light) -> None:
    """Sun or moon in its glow; only the glow where clouds hide it."""
    hidden = bool(reading.weather & {"rain", "storm", "overcast", "fog"})
    night = reading.time is Time.NIGHT
    canvas.glow(palette.sun, light.x, light.y, light.radius * (5 if night else 8), 0.4 if night else 0.55)
    if hidden and not night:
        canvas.glow(palette.sun, light.x, light.y, light.radius * 3, 0.5)
        return
    canvas.glow(palette.sun, light.x, light.y, light.radius * 2.2, 0.6)
    canvas.fill(palette.sun, shapes.oval(light.x, light.y, light.radius))
    if night:
        _craters(canvas, palette.sun.shift(-0.07), light)


def _craters(canvas: Canvas, paint: Colour, light: Light) -> None:
    for x, y, size in ((-0.35, -0.2, 0.22), (0.25, 0.3, 0.17), (0.3, -0.42, 0.11), (-0.2, 0.45, 0.1)):
        canvas.fill(
            paint, shapes.oval(light.x + x * light.radius, light.y + y * light.radius, size * light.radius), alpha=0.6
        )


def paint_clouds(canvas: Canvas, chance: random.Random, palette: Palette, horizon: float, count: int) -> None:
    """Flat-bottomed clouds in two tones."""
    lightest = max((each for _, each in palette.sky), key=lambda each: each.light)
    body = lightest.mix(palette.sun, 0.45)
    for index in range(count):
        x, y = chance.uniform(-0.05, 1.05) * canvas.width, horizon * chance.uniform(0.14, 0.72)
        size = min(canvas.width, canvas.height * 1.4) * chance.uniform(0.07, 0.16) * (1.15 - y / horizon * 0.5)
        _cloud(canvas, chance, body, x, y, size, 0.5 if index % 2 else 0.72)


def paint_cloud_bank(canvas: Canvas, chance: random.Random, palette: Palette, horizon: float) -> None:
    """A heavy ceiling in three soft layers."""
    top = palette.sky[0][1]
    for index, (depth, alpha) in enumerate(((0.34, 0.3), (0.23, 0.4), (0.12, 0.55))):
        paint = top.mix(palette.haze, 0.55 - index * 0.16)
        step = canvas.width / 7
        puffs = [shapes.box(0, -5, canvas.width, horizon * depth * 0.75)]
        for place in range(9):
            x, size = step * (place - 0.5 + chance.uniform(-0.3, 0.3)), step * chance.uniform(0.75, 1.15)
            puffs.append(shapes.oval(x, horizon * depth * 0.72, size, horizon * depth * chance.uniform(0.16, 0.42)))
        canvas.fill(paint, *puffs, alpha=alpha)


def _cloud(canvas: Canvas, chance: random.Random, paint: Colour, x: float, y: float, size: float, alpha: float) -> None:
    puffs = [shapes.box(x - size * 1.3, y - size * 0.16, x + size * 1.3, y, size * 0.08)]
    for place, lift in ((-0.75, 0.24), (-0.25, 0.42), (0.3, 0.34), (0.8, 0.2)):
        radius = size * lift * chance.uniform(0.85, 1.2)
        puffs.append(shapes.oval(x + place * size, y - size * 0.08, radius * 1.25, radius, 180, 360))
    canvas.fill(paint, *puffs, alpha=alpha)
    tail = chance.uniform(-0.5, 0.5) * size
    canvas.fill(
        paint,
        shapes.box(x - size + tail, y + size * 0.1, x + size * 0.9 + tail, y + size * 0.17, size),
        alpha=alpha * 0.6,
    )


def paint_birds(canvas: Canvas, chance: random.Random, paint: Colour, horizon: float) -> None:
    """A few far birds in a loose row."""
    x, y = canvas.width * chance.uniform(0.25, 0.7), horizon * chance.uniform(0.25, 0.5)
    for _ in range(chance.choice((3, 4, 5))):
        size = canvas.height * chance.uniform(0.008, 0.014)
        wing = [
            (x - size, y - size * 0.5),
            (x - size * 0.4, y - size * 0.55),
            (x, y),
            (x + size * 0.4, y - size * 0.55),
            (x + size, y - size * 0.5),
        ]
        canvas.stroke(paint, shapes.smooth(wing, closed=False), max(1.2, size * 0.16), 0.75)
        x, y = x + size * chance.uniform(2, 4), y + size * chance.uniform(-1.5, 1.5)
