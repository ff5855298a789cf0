"""Places that are no landscape: space, the deep sea, and a composition of arcs for words that name nothing."""

import math

from core.providers.offline import land, shapes
from core.providers.offline.canvas import Canvas, Fade
from core.providers.offline.colour import WHITE, Colour, colour
from core.providers.offline.layout import Layout
from core.providers.offline.palette import Palette, afloat
from core.providers.offline.reading import Reading
from core.providers.offline.stage import Stage

_VOID = ("#070818", "#151238", "#2d1c52", "#5a2f6b")
_DEEP = ("#8fdcd8", "#3a9fb5", "#145c84", "#0a2f55")
_HUES = ("#e2574c", "#f2a541", "#2a9d8f", "#3f6fb5", "#8a5fb0", "#e88fa4", "#f4e3c1")


def space(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Stars, a nebula, a far planet, the curve of a moon below."""
    tint = reading.tint
    tones = [colour(code).hued(tint, 0.6) if tint else colour(code) for code in _VOID]
    canvas.gradient([(index / 3, tone) for index, tone in enumerate(tones)])
    chance, height = layout.chance("nebula"), canvas.height
    for index in range(9):
        paint = (colour("#a04f9a"), colour("#3f6fc4"), colour("#e07a6a"))[index % 3]
        x, y = canvas.width * index / 8, height * (0.62 - 0.045 * index + chance.uniform(-0.12, 0.12))
        canvas.glow(paint.hued(tint, 0.6) if tint else paint, x, y, height * chance.uniform(0.2, 0.42), 0.34)
    _stars(canvas, layout)
    _far_planet(canvas, layout)
    rim = height * 0.86
    ground = colour("#8d88a8").mix(tones[0], 0.25)
    moon = shapes.oval(canvas.width / 2, rim + canvas.width * 1.6, canvas.width * 1.6)
    canvas.glow(colour("#c9b8ff"), canvas.width / 2, rim + height * 0.1, canvas.width * 0.55, 0.35)
    canvas.fill(Fade(ground, ground.shift(-0.9)), moon)
    craters = layout.chance("craters")
    for _ in range(9):
        x, y = craters.uniform(0, canvas.width), height * craters.uniform(0.91, 0.99)
        wide = height * craters.uniform(0.015, 0.05)
        canvas.fill(ground.shift(-0.12), shapes.oval(x, y, wide, wide * 0.22), alpha=0.8)
        canvas.fill(ground.shift(0.03), shapes.oval(x, y + wide * 0.1, wide * 0.85, wide * 0.14), alpha=0.5)
    return Stage(ground=lambda _x: height * 0.93, water=height * 0.93, air=height * 0.45, light=afloat(palette))


def _stars(canvas: Canvas, layout: Layout) -> None:
    chance = layout.chance("stars")
    for _ in range(190):
        size = canvas.height * chance.choice((0.0009, 0.0012, 0.0016, 0.0024))
        at = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
        canvas.fill(WHITE, shapes.oval(*at, size), alpha=chance.uniform(0.3, 0.95))
    for _ in range(5):
        x, y = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height * 0.7)
        canvas.glow(WHITE, x, y, canvas.height * 0.02, 0.8)


def _far_planet(canvas: Canvas, layout: Layout) -> None:
    chance = layout.chance("planet")
    paint = colour(chance.choice(_HUES))
    x, y, radius = layout.light_x, canvas.height * 0.24, canvas.height * chance.uniform(0.06, 0.1)
    canvas.glow(paint, x, y, radius * 2.4, 0.4)
    canvas.fill(Fade(paint.shift(0.05), paint.shift(-0.15)), shapes.oval(x, y, radius))
    canvas.glow(WHITE, x - radius * 0.35, y - radius * 0.35, radius * 0.7, 0.45)
    for step in range(10):
        inner = shapes.oval(x, y, radius * (step / 6 - 0.8), radius, 90, -90)
        canvas.fill(colour("#070818"), [*shapes.oval(x, y, radius, radius, -90, 90), *inner], alpha=0.07)


def underwater(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Light from above, weeds and corals below."""
    tones = [palette.lit(colour(code)) for code in _DEEP]
    if reading.tint:
        tones = [tone.hued(reading.tint, 0.55) for tone in tones]
    canvas.gradient([(index / 3, tone) for index, tone in enumerate(tones)])
    chance, width, height = layout.chance("rays"), canvas.width, canvas.height
    for _ in range(6):
        x, wide = chance.uniform(-0.05, 1.0) * width, width * chance.uniform(0.02, 0.07)
        slant = (layout.light_x - x) * 0.35
        canvas.fill(
            Fade(WHITE, tones[1]),
            [(x, 0), (x + wide, 0), (x + wide * 2.1 - slant, height * 0.85), (x - wide - slant, height * 0.85)],
            alpha=0.1,
        )
    for index, depth in enumerate((0.35, 0.7)):
        paint = tones[2].mix(tones[3].shift(-0.06), depth)
        land.ridge(
            canvas,
            paint,
            layout.chance(f"floor:{index}"),
            level=height * (0.8 + 0.07 * index),
            swing=height * 0.03,
            waves=1.2,
            mist=tones[3],
        )
    _weeds(canvas, tones, layout)
    for _ in range(24):
        x, y, size = chance.uniform(0, width), chance.uniform(0.05, 0.85) * height, height * chance.uniform(0.003, 0.01)
        canvas.fill(WHITE, shapes.oval(x, y, size), alpha=0.2)
    return Stage(ground=lambda _x: height * 0.9, water=height * 0.55, air=height * 0.48, scale=1.25)


def _weeds(canvas: Canvas, tones: list[Colour], layout: Layout) -> None:
    chance = layout.chance("weeds")
    plants = [colour(code).mix(tones[2], 0.35) for code in ("#e2725b", "#3f9a7a", "#e8a04f", "#2f7f6a", "#c85f86")]
    for index in range(26):
        x, high = chance.uniform(0, canvas.width), canvas.height * chance.uniform(0.08, 0.24)
        sway = canvas.height * chance.uniform(0.01, 0.03)
        stem = [(x + sway * math.sin(step * 1.6 + index), canvas.height * 0.99 - high * step / 5) for step in range(6)]
        canvas.stroke(
            plants[index % 5].shift(-0.06),
            shapes.smooth(stem, closed=False),
            canvas.height * chance.uniform(0.006, 0.013),
            0.9,
        )


def composition(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Discs, arcs and waves in a few colours that the words choose."""
    tones = _tones(palette, reading)
    width, height = canvas.width, canvas.height
    canvas.gradient(((0, tones[0].mix(WHITE, 0.72)), (1, tones[1].mix(WHITE, 0.55))))
    chance, size = layout.chance("forms"), min(width, height)
    x, y = layout.light_x, height * chance.uniform(0.3, 0.4)
    canvas.glow(tones[2].mix(WHITE, 0.4), x, y, size * 0.75, 0.6)
    for ring in range(4):
        radius = size * (0.34 - ring * 0.078)
        canvas.fill(
            Fade(tones[ring % 4].mix(WHITE, 0.12), tones[(ring + 1) % 4]), shapes.oval(x, y, radius), alpha=0.92
        )
    for index in range(5):
        paint = tones[(index + 1) % 4].mix(tones[4], index * 0.16)
        chance_of_wave = layout.chance(f"wave:{index}")
        land.ridge(
            canvas,
            paint,
            chance_of_wave,
            level=height * (0.56 + 0.095 * index),
            swing=height * 0.075,
            waves=0.7 + 0.1 * index,
            mist=paint.mix(tones[4], 0.4),
        )
    for _ in range(7):
        at = chance.uniform(0.05, 0.95) * width, chance.uniform(0.08, 0.6) * height
        canvas.fill(tones[chance.randrange(4)], shapes.oval(*at, size * chance.uniform(0.006, 0.022)), alpha=0.9)
    return Stage(ground=lambda _x: height * 0.88, water=height * 0.88, air=height * 0.42, centred=True)


def _tones(palette: Palette, reading: Reading) -> list[Colour]:
    """Four colours and a dark one: from the words' colour, or chosen by the words themselves."""
    start = sum(" ".join(reading.words).encode())
    chosen = [colour(_HUES[(start + step) % len(_HUES)]) for step in (0, 2, 3, 5)]
    if reading.tint:
        chosen = [tone.hued(reading.tint, 0.72).mix(reading.tint, 0.25) for tone in chosen]
    return [*(tone.mix(palette.shade, palette.dim * 0.3) for tone in chosen), palette.shade.mix(chosen[0], 0.25)]
