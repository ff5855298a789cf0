"""Landscapes: sky above, layers of land below that fade into the distance."""

from collections.abc import Callable

from core.providers.offline import land, shapes
from core.providers.offline import vocabulary as known
from core.providers.offline.canvas import Canvas, Fade
from core.providers.offline.colour import Colour, colour
from core.providers.offline.layout import Layout
from core.providers.offline.motifs import nature
from core.providers.offline.palette import Palette
from core.providers.offline.pen import Pen
from core.providers.offline.reading import Reading, Time
from core.providers.offline.shapes import Outline
from core.providers.offline.sky import (
    Light,
    paint_birds,
    paint_cloud_bank,
    paint_clouds,
    paint_light,
    paint_sky,
    paint_stars,
)
from core.providers.offline.stage import Stage

_SNOW = colour("#eef4f8")
_MEADOW = colour("#7fae5c")
_FIR = colour("#2f6350")
_ROCK = colour("#6f7f99")
_SAND = colour("#e3ac6e")
_SEA = colour("#1f7391")
_TOWN = colour("#56607a")


def sea(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Open water with a far coast."""
    _sky(canvas, palette, reading, layout)
    if any(known.SETTINGS.get(word) == "mountains" for word in reading.words):
        _far_peaks(canvas, palette, layout)
    coast = layout.chance("coast")
    far = palette.layer(_ROCK, 0.28)
    land.ridge(
        canvas,
        far,
        coast,
        level=layout.horizon - canvas.height * 0.015,
        swing=canvas.height * 0.022,
        waves=1.4,
        mist=palette.haze,
    )
    near = palette.lit(_SEA)
    land.water(
        canvas, layout.chance("water"), level=layout.horizon, near=near, far=palette.haze.mix(near, 0.22),
        light=palette.sun, light_x=layout.light_x,
    )  # fmt: skip
    shore = layout.horizon + canvas.height * 0.17
    return Stage(ground=lambda _x: shore, water=shore, air=canvas.height * 0.36)


def _far_peaks(canvas: Canvas, palette: Palette, layout: Layout) -> None:
    """Mountains on the other shore."""
    rock, snow = palette.layer(_ROCK, 0.42), palette.haze.mix(palette.lit(_SNOW), 0.7)
    high, level = canvas.height * 0.32, layout.horizon + canvas.height * 0.02
    land.peaks(canvas, rock, layout.chance("range:0"), level=level, height=high, count=4, snow=snow)
    canvas.veil(palette.haze, level - high * 0.5, level + high * 0.2, 0.5)


def hills(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Rolling hills, the nearest to stand on."""
    _sky(canvas, palette, reading, layout)
    base = _SNOW if "snow" in reading.weather else _MEADOW
    rock = _ROCK.mix(_SNOW, 0.35) if "snow" in reading.weather else _ROCK
    edges = [
        _layer(canvas, palette, layout, rock.mix(base, depth), index, depth, lift)
        for index, (depth, lift) in enumerate(((0.16, -0.07), (0.34, 0.0), (0.56, 0.07)))
    ]
    firs = palette.layer(_FIR, 0.62)
    land.wood(
        canvas,
        firs,
        layout.chance("firs"),
        edges[1],
        high=canvas.height * 0.075,
        gap=canvas.width * 0.035,
        clear=(0.35, 0.62),
    )
    ground = _layer(canvas, palette, layout, base, 3, 0.92, 0.17)
    _tufts(canvas, palette, layout, ground, base)
    return Stage(ground=_footing(canvas, ground), water=canvas.height * 0.86, air=canvas.height * 0.36)


def mountains(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Two ranges of peaks, with woods at their feet."""
    _sky(canvas, palette, reading, layout)
    snow = palette.haze.mix(palette.lit(_SNOW), 0.8)
    height, level = canvas.height, layout.horizon + canvas.height * 0.1
    land.peaks(
        canvas,
        palette.layer(_ROCK, 0.26),
        layout.chance("range:0"),
        level=level,
        height=height * 0.36,
        count=5,
        snow=snow.mix(palette.haze, 0.35),
    )
    canvas.veil(palette.haze, level - height * 0.22, level + height * 0.08, 0.55)
    land.peaks(
        canvas,
        palette.layer(_ROCK, 0.56),
        layout.chance("range:1"),
        level=level + height * 0.06,
        height=height * 0.34,
        count=4,
        snow=snow,
    )
    canvas.veil(palette.haze, level - height * 0.12, level + height * 0.16, 0.6)
    base = _SNOW if "snow" in reading.weather else _MEADOW.mix(_FIR, 0.4)
    edge = _layer(canvas, palette, layout, base, 2, 0.55, 0.1)
    land.wood(
        canvas, palette.layer(_FIR, 0.72), layout.chance("firs"), edge, high=height * 0.085, gap=canvas.width * 0.022
    )
    ground = _layer(canvas, palette, layout, base.mix(_FIR, 0.12), 3, 0.94, 0.2)
    land.wood(
        canvas,
        palette.layer(_FIR, 0.97).shift(-0.03),
        layout.chance("near"),
        ground,
        high=height * 0.15,
        gap=canvas.width * 0.05,
        clear=(0.2, 0.84),
    )
    return Stage(ground=_footing(canvas, ground), water=height * 0.88, air=height * 0.36)


def forest(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Rows of firs, each paler than the one before it."""
    _sky(canvas, palette, reading, layout)
    winter = "snow" in reading.weather
    fir = _FIR.mix(_SNOW, 0.3) if winter else _FIR
    rows = ((0.18, 0.3, -0.02), (0.36, 0.36, 0.04), (0.6, 0.42, 0.11))
    for index, (depth, high, lift) in enumerate(rows):
        edge = _layer(canvas, palette, layout, fir, index, depth, lift)
        tone = palette.layer(fir, depth)
        land.wood(
            canvas, tone, layout.chance(f"row:{index}"), edge, high=canvas.height * high, gap=canvas.height * 0.07
        )
        land.undergrowth(canvas, tone, edge, canvas.height * 0.07)
        canvas.veil(
            palette.haze,
            layout.horizon + canvas.height * (lift - 0.1),
            layout.horizon + canvas.height * (lift + 0.16),
            0.5,
        )
    base = _SNOW if winter else _MEADOW.mix(_FIR, 0.55)
    ground = _layer(canvas, palette, layout, base, 3, 0.95, 0.2)
    trunks = palette.layer(fir, 1.0).shift(-0.05)
    land.wood(
        canvas,
        trunks,
        layout.chance("front"),
        ground,
        high=canvas.height * 0.62,
        gap=canvas.width * 0.09,
        clear=(0.14, 0.88),
    )
    if not winter:
        _tufts(canvas, palette, layout, ground, base)
    return Stage(ground=_footing(canvas, ground), water=canvas.height * 0.88, air=canvas.height * 0.4)


def desert(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Mesas far off and long dunes."""
    _sky(canvas, palette, reading, layout)
    height, level = canvas.height, layout.horizon
    plain = palette.layer(_SAND, 0.4)
    canvas.fill(Fade(plain, palette.layer(_SAND, 0.6)), shapes.box(0, level, canvas.width, height))
    _mesas(canvas, palette.layer(colour("#b5694f"), 0.5), layout)
    for index, (depth, lift, high) in enumerate(((0.55, 0.1, 0.09), (0.75, 0.19, 0.12), (0.94, 0.29, 0.12))):
        lit = palette.layer(_SAND, depth)
        dark = lit.mix(palette.shade, 0.34)
        land.dune(canvas, lit, dark, layout.chance(f"dune:{index}"), level=level + height * lift, high=height * high)
    foot = min(0.88 * height, level + height * 0.24)
    return Stage(ground=lambda _x: foot, water=foot, air=height * 0.36)


def city(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """Three rows of buildings over a wet street that mirrors them."""
    _sky(canvas, palette, reading, layout)
    height, street = canvas.height, layout.horizon + canvas.height * 0.16
    lamp = palette.lamp if palette.lamps_on else None
    for index, (depth, high, wide, lit) in enumerate(
        ((0.24, 0.4, 0.05, 0.15), (0.5, 0.44, 0.075, 0.3), (0.86, 0.36, 0.11, 0.42))
    ):
        paint = palette.layer(_TOWN, depth)
        chance = layout.chance(f"town:{index}")
        land.skyline(
            canvas, paint, chance, level=street, high=height * high, wide=height * wide * 1.5, lamp=lamp, lit=lit
        )
        canvas.veil(palette.haze, street - height * 0.26, street + height * 0.1, 0.42 - index * 0.12)
    if "neon" in reading.words or "cyberpunk" in reading.words:
        _neon(canvas, layout, street)
    _street(canvas, palette, layout, street)
    return Stage(ground=lambda _x: street + height * 0.1, water=street + height * 0.1, air=height * 0.3)


def _sky(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> None:
    paint_sky(canvas, palette, layout.horizon)
    paint_stars(canvas, layout.chance("stars"), palette, layout.horizon)
    paint_light(canvas, palette, reading, Light(layout.light_x, layout.light_y, layout.light_radius))
    heavy = bool(reading.weather & {"rain", "storm", "overcast", "snow"})
    if not reading.bare:
        paint_clouds(canvas, layout.chance("clouds"), palette, layout.horizon, 3 if heavy else 4)
    if heavy:
        paint_cloud_bank(canvas, layout.chance("bank"), palette, layout.horizon)
    if reading.time is not Time.NIGHT and not heavy:
        paint_birds(canvas, layout.chance("birds"), palette.haze.mix(palette.shade, 0.7), layout.horizon)


def _layer(
    canvas: Canvas, palette: Palette, layout: Layout, base: Colour, index: int, depth: float, lift: float
) -> Outline:
    """One line of hills; the deeper in the picture, the flatter and paler."""
    return land.ridge(
        canvas,
        palette.layer(base, depth),
        layout.chance(f"ridge:{index}"),
        level=layout.horizon + canvas.height * lift,
        swing=canvas.height * (0.03 + 0.012 * (2 - index if index < 3 else 0)),
        waves=(1.3, 1.05, 0.9, 0.6)[index],
        mist=palette.haze.mix(palette.layer(base, depth), 0.4)
        if depth < 0.9
        else palette.layer(base, depth).shift(-0.12),
    )


def _footing(canvas: Canvas, edge: Outline) -> Callable[[float], float]:
    """A little below the edge, so that things stand in the ground and not on its rim."""
    return lambda x: min(canvas.height * 0.91, land.height_at(edge, x) + canvas.height * 0.075)


def _tufts(canvas: Canvas, palette: Palette, layout: Layout, edge: Outline, base: Colour) -> None:
    chance = layout.chance("tufts")
    paint = palette.layer(base, 0.95).shift(-0.07)
    for _ in range(9):
        x = chance.uniform(0, canvas.width)
        y = land.height_at(edge, x) + canvas.height * chance.uniform(0.04, 0.2)
        pen = Pen(canvas=canvas, palette=palette, x=x, y=y, unit=canvas.height * 0.03)
        nature.tufts(pen, chance, paint, 0.7, 7)


def _mesas(canvas: Canvas, paint: Colour, layout: Layout) -> None:
    chance = layout.chance("mesas")
    level = layout.horizon + canvas.height * 0.02
    for _ in range(3):
        x, wide, high = (
            chance.uniform(0, 1) * canvas.width,
            canvas.width * chance.uniform(0.05, 0.12),
            canvas.height * chance.uniform(0.08, 0.17),
        )
        outline = [
            (x - wide * 1.25, level),
            (x - wide, level - high * 0.55),
            (x - wide * 0.92, level - high),
            (x + wide * 0.8, level - high),
            (x + wide * 0.9, level - high * 0.5),
            (x + wide * 1.2, level),
        ]
        canvas.fill(Fade(paint, paint.shift(0.05)), outline)


_NEON = ("#ff4f9a", "#3fe0e0", "#ffb347", "#9a6bff", "#58f29a")


def _neon(canvas: Canvas, layout: Layout, street: float) -> None:
    """Glowing signs on the near houses, and their light in the air."""
    chance, height, count = layout.chance("neon"), canvas.height, 15
    for share, code in ((0.15, "#ff4f9a"), (0.5, "#7a5cff"), (0.85, "#2fd0e0")):
        canvas.glow(colour(code), canvas.width * share, street - height * 0.05, height * 0.55, 0.42)
    for index in range(count):
        x = canvas.width * (index + chance.uniform(0.15, 0.85)) / count
        y = street - height * chance.uniform(0.07, 0.26)
        upright = chance.random() < 0.6
        wide, high = (0.02, 0.1) if upright else (0.085, 0.024)
        _sign(canvas, colour(_NEON[index % len(_NEON)]), x, y, height * wide, height * high)


def _sign(canvas: Canvas, paint: Colour, x: float, y: float, wide: float, high: float) -> None:
    """A lit tube around a paler one."""
    canvas.glow(paint, x, y, max(wide, high) * 1.7, 0.6)
    round_by = min(wide, high) / 2
    canvas.fill(paint, shapes.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, round_by))
    inner = shapes.box(x - wide * 0.32, y - high * 0.36, x + wide * 0.32, y + high * 0.36, round_by)
    canvas.fill(paint.mix(colour("#ffffff"), 0.75), inner, alpha=0.85)


def _street(canvas: Canvas, palette: Palette, layout: Layout, street: float) -> None:
    """Mirror what stands above, blurred and darkened, and lay the asphalt over it."""
    depth = canvas.height - round(street)
    asphalt = palette.lit(colour("#59616d"))
    canvas.mirror(round(street), depth)
    canvas.fill(Fade(asphalt, asphalt.shift(-0.12)), shapes.box(0, street, canvas.width, canvas.height), alpha=0.62)
    chance = layout.chance("street")
    for _ in range(40):
        share = chance.random()
        x, y = chance.uniform(0, canvas.width), street + depth * share
        wide = canvas.width * (0.01 + 0.05 * share)
        canvas.fill(palette.haze, shapes.oval(x, y, wide, max(0.8, canvas.height * 0.0013)), alpha=0.12)
    canvas.fill(palette.haze, shapes.box(0, street - 1, canvas.width, street + canvas.height * 0.006), alpha=0.3)
