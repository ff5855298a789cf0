"""What lies under the sky: ridges, peaks, woods, dunes, water, houses in the distance."""

import math
import random
from collections.abc import Iterator
from itertools import pairwise

from core.providers.offline import shapes
from core.providers.offline.canvas import Canvas, Fade
from core.providers.offline.colour import Colour
from core.providers.offline.shapes import Outline


def ridge(
    canvas: Canvas, paint: Colour, chance: random.Random, *, level: float, swing: float, waves: float, mist: Colour
) -> Outline:
    """One rolling line of hills from edge to edge, fading into mist below. Returns its upper edge."""
    parts = [(waves * (1.9**n), swing / (2.1**n), chance.uniform(0, 2 * math.pi)) for n in range(4)]
    steps = 120
    edge = []
    for i in range(steps + 1):
        share = i / steps
        rise = sum(size * math.sin(2 * math.pi * speed * share + phase) for speed, size, phase in parts)
        edge.append((share * canvas.width, level - rise))
    lowest = level + swing * 2 + canvas.height * 0.12
    canvas.fill(Fade(paint, paint.mix(mist, 0.35)), [*edge, (canvas.width, lowest), (0, lowest)])
    canvas.fill(paint.mix(mist, 0.35), shapes.box(0, lowest - 1, canvas.width, canvas.height))
    return edge


def height_at(edge: Outline, x: float) -> float:
    """The y of an edge under x."""
    for (x0, y0), (x1, y1) in pairwise(edge):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / max(1e-6, x1 - x0)
    return edge[0][1] if x < edge[0][0] else edge[-1][1]


def peaks(
    canvas: Canvas,
    paint: Colour,
    chance: random.Random,
    *,
    level: float,
    height: float,
    count: int,
    snow: Colour | None,
) -> None:
    """A row of mountains with a lit and a shaded side, and snow where it is given."""
    slots = [(i + 0.5 + chance.uniform(-0.3, 0.3)) / count for i in range(count)]
    heights = [height * chance.uniform(0.55, 1.0) for _ in slots]
    for share, high in sorted(zip(slots, heights, strict=True), key=lambda pair: -pair[1]):
        _peak(canvas, paint, chance, share * canvas.width, level, high, high * chance.uniform(1.0, 1.35), snow)


def _peak(
    canvas: Canvas,
    paint: Colour,
    chance: random.Random,
    x: float,
    level: float,
    high: float,
    wide: float,
    snow: Colour | None,
) -> None:
    top = (x, level - high)
    left, right = _slope(chance, top, (x - wide, level), high), _slope(chance, top, (x + wide, level), high)
    spine = _slope(chance, top, (x + wide * chance.uniform(-0.05, 0.2), level), high * 1.6)
    lit, dark = paint.shift(0.035), paint.shift(-0.045)
    canvas.fill(Fade(lit, lit.mix(paint, 0.5)), [*reversed(left), *right])
    canvas.fill(Fade(dark, dark.mix(paint, 0.5)), [*spine, *reversed(right)])
    if snow:
        _cap(canvas, chance, snow, left, right, spine, high)


def _slope(chance: random.Random, top: tuple[float, float], foot: tuple[float, float], high: float) -> Outline:
    """A jagged line from the top down."""
    steps = 9
    points = [top]
    for i in range(1, steps):
        share = i / steps
        sway = chance.uniform(-1, 1) * high * 0.035
        bend = share**0.88
        points.append((top[0] + (foot[0] - top[0]) * bend + sway, top[1] + (foot[1] - top[1]) * share + sway * 0.4))
    return [*points, foot]


def _cap(
    canvas: Canvas, chance: random.Random, snow: Colour, left: Outline, right: Outline, spine: Outline, high: float
) -> None:
    """Snow down to a third of the way, with a ragged lower edge."""
    cut = 3
    a, b, c = left[cut], spine[cut], right[cut]
    canvas.fill(snow, [*reversed(left[: cut + 1]), *spine[1 : cut + 1], *_ragged(chance, b, a, high)])
    shaded = snow.shift(-0.09)
    canvas.fill(shaded, [*spine[: cut + 1], *_ragged(chance, b, c, high), *reversed(right[1 : cut + 1])])


def _ragged(chance: random.Random, start: tuple[float, float], end: tuple[float, float], high: float) -> Outline:
    teeth = 5
    line = []
    for i in range(1, teeth):
        share = i / teeth
        drop = (0.07 if i % 2 else -0.02) * high * chance.uniform(0.7, 1.3)
        line.append((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share + drop))
    return [*line, end]


def conifer(x: float, y: float, high: float) -> Outline:
    """A fir: tiers that widen downwards."""
    tiers, left, right = 5, [], []
    for i in range(tiers):
        reach = high * 0.21 * ((i + 1) / tiers) ** 0.9
        drop = y - high + high * 0.92 * (i + 1) / tiers
        left += [(x - reach, drop), (x - reach * 0.5, drop - high * 0.015)]
        right += [(x + reach, drop), (x + reach * 0.5, drop - high * 0.015)]
    trunk = [
        (x + high * 0.025, y - high * 0.08),
        (x + high * 0.025, y),
        (x - high * 0.025, y),
        (x - high * 0.025, y - high * 0.08),
    ]
    return [(x, y - high), *right, *trunk, *reversed(left)]


def wood(
    canvas: Canvas,
    paint: Colour,
    chance: random.Random,
    edge: Outline,
    *,
    high: float,
    gap: float,
    clear: tuple[float, float] = (2, 2),
) -> None:
    """A row of firs along an edge; none between the two shares of the width in `clear`."""
    trees = []
    for x in _steps(chance, canvas.width, gap):
        if not clear[0] < x / canvas.width < clear[1]:
            size = high * chance.uniform(0.55, 1.1)
            trees.append(conifer(x, height_at(edge, x) + high * 0.06, size))
    if trees:
        canvas.fill(paint, *trees)


def undergrowth(canvas: Canvas, paint: Colour, edge: Outline, high: float) -> None:
    """A closed band along an edge, so that nothing shines through between the feet of the trees."""
    canvas.fill(paint, [*((x, y - high) for x, y in edge), *((x, y + high) for x, y in reversed(edge))])


def _steps(chance: random.Random, width: float, gap: float) -> Iterator[float]:
    x = -gap * chance.random()
    while x < width + gap:
        yield x
        x += gap * chance.uniform(0.5, 1.5)


def water(
    canvas: Canvas, chance: random.Random, *, level: float, near: Colour, far: Colour, light: Colour, light_x: float
) -> None:
    """Water from its horizon to the lower edge, with the light's path on it."""
    depth = canvas.height - level
    canvas.gradient(((0, far), (0.25, far.mix(near, 0.55)), (1, near)), level)
    for _ in range(46):
        share = chance.random() ** 1.5
        _dash(
            canvas,
            light.mix(far, 0.5),
            chance.uniform(0, canvas.width),
            level + depth * share,
            canvas.width * (0.02 + 0.1 * share),
            0.16,
        )
    for i in range(44):
        share = ((i + chance.random()) / 44) ** 1.35
        spread = canvas.width * (0.012 + 0.085 * share)
        x = light_x + chance.gauss(0, 0.55) * spread
        _dash(
            canvas,
            light,
            x,
            level + 2 + depth * share * 0.9,
            spread * chance.uniform(0.5, 1.3),
            0.62 * (1 - share * 0.6),
        )


def _dash(canvas: Canvas, paint: Colour, x: float, y: float, length: float, alpha: float) -> None:
    """A glint: a thin lens."""
    canvas.fill(paint, shapes.oval(x, y, length / 2, max(0.8, canvas.height * 0.0016)), alpha=alpha)


def skyline(
    canvas: Canvas,
    paint: Colour,
    chance: random.Random,
    *,
    level: float,
    high: float,
    wide: float,
    lamp: Colour | None,
    lit: float = 0.4,
) -> None:
    """A row of buildings, with lit windows where a lamp colour is given."""
    x = -wide * chance.random()
    buildings: list[Outline] = []
    windows: list[Outline] = []
    while x < canvas.width:
        width, height = wide * chance.uniform(0.55, 1.25), high * (0.35 + 0.65 * chance.random() ** 1.4)
        buildings += _building(chance, x, level, width, height, canvas.height)
        windows += _windows(chance, x, level, width, height, lit, wide)
        x += width * chance.uniform(0.92, 1.12)
    canvas.fill(Fade(paint, paint.shift(0.04)), *buildings)
    if lamp:
        canvas.fill(lamp, *windows[::2], alpha=0.9)
        canvas.fill(lamp.mix(paint, 0.35), *windows[1::2], alpha=0.9)


def _building(chance: random.Random, x: float, level: float, width: float, height: float, foot: float) -> list[Outline]:
    top = level - height
    parts = [shapes.box(x, top, x + width, foot)]
    roof = chance.random()
    if roof < 0.25:
        parts.append([(x, top + 1), (x + width / 2, top - width * 0.35), (x + width, top + 1)])
    elif roof < 0.55:
        parts.append(shapes.box(x + width * 0.2, top - height * 0.08, x + width * 0.8, top + 1))
        parts.append(shapes.box(x + width * 0.48, top - height * 0.2, x + width * 0.52, top))
    return parts


def _windows(
    chance: random.Random, x: float, level: float, width: float, height: float, lit: float, wide: float
) -> list[Outline]:
    columns = max(2, round(width / (wide * 0.17)))
    step = width / (columns + 0.6)
    rows = int((height - step) / (step * 1.5))
    cells = []
    for row in range(rows):
        for column in range(columns):
            if chance.random() < lit:
                left, top = x + step * (0.5 + column), level - height + step * (0.9 + row * 1.5)
                cells.append(shapes.box(left, top, left + step * 0.5, top + step * 0.8))
    return cells


def dune(canvas: Canvas, lit: Colour, dark: Colour, chance: random.Random, *, level: float, high: float) -> None:
    """A long dune with a sharp crest: one side in the light, the other in its own shadow."""
    width = canvas.width
    top = (width * chance.uniform(0.25, 0.75), level - high)
    left = shapes.smooth([(-width * 0.1, level + high * 0.1), (top[0] * 0.5, level - high * 0.3), top], closed=False)
    right = shapes.smooth([top, ((top[0] + width) / 2, level - high * 0.42), (width * 1.1, level)], closed=False)
    floor = [(width * 1.1, canvas.height), (-width * 0.1, canvas.height)]
    canvas.fill(Fade(lit, lit.shift(-0.05)), [*left, *right, *floor])
    bend = chance.uniform(0.03, 0.08) * width
    spine = [
        top,
        (top[0] + bend, level - high * 0.5),
        (top[0] - bend * 0.4, level + high * 0.3),
        (top[0] + bend, level + high * 1.6),
    ]
    canvas.fill(
        Fade(dark, lit.shift(-0.05)),
        [*shapes.smooth(spine, closed=False), (width * 1.1, level + high * 1.6), *reversed(right)],
    )
