"""Still lifes at a window, and a plain stage with a disc of light."""

from core.providers.offline import shapes
from core.providers.offline.canvas import Canvas, Fade
from core.providers.offline.colour import WHITE, colour
from core.providers.offline.layout import Layout
from core.providers.offline.outdoors import hills
from core.providers.offline.palette import Palette, indoors
from core.providers.offline.reading import Reading
from core.providers.offline.stage import Stage

_WALL = colour("#e9d9c3")
_TABLE = colour("#a9704a")
_FRAME = colour("#f4ecdf")


def table(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """A table under a window; the weather outside."""
    hills(canvas, palette, reading, layout)
    canvas.soften(canvas.height * 0.008)
    if reading.weather & {"rain", "storm"}:
        _drops(canvas, palette, layout)
    room = indoors(palette)
    _window(canvas, room)
    return _board(canvas, room)


def _drops(canvas: Canvas, palette: Palette, layout: Layout) -> None:
    """Drops and their tracks on the pane."""
    chance, shade = layout.chance("drops"), palette.sky[0][1]
    for _ in range(130):
        x, y = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height * 0.74)
        size = canvas.height * chance.uniform(0.003, 0.0075)
        if chance.random() < 0.35:
            track = [(x, y), (x + size * 0.3, y - size * 4), (x - size * 0.2, y - size * chance.uniform(9, 26))]
            canvas.stroke(WHITE, track, size * 0.7, 0.16)
        canvas.fill(Fade(shade, WHITE), shapes.oval(x, y, size * 0.8, size), alpha=0.5)


def _window(canvas: Canvas, palette: Palette) -> None:
    """Walls, frame and sill around the view."""
    width, height = canvas.width, canvas.height
    wall, frame = palette.lit(_WALL).shift(-0.05), palette.lit(_FRAME)
    side, top, sill, bar = width * 0.13, height * 0.07, height * 0.74, min(width, height) * 0.022
    left, right = shapes.box(0, 0, side, sill), shapes.box(width - side, 0, width, sill)
    canvas.fill(Fade(wall.shift(-0.03), wall), left, right, shapes.box(0, 0, width, top))
    bars = [
        shapes.box(side - bar, top - bar, side + bar * 0.4, sill),
        shapes.box(width - side - bar * 0.4, top - bar, width - side + bar, sill),
        shapes.box(side - bar, top - bar, width - side + bar, top + bar * 0.4),
        shapes.box(width / 2 - bar * 0.45, top, width / 2 + bar * 0.45, sill),
        shapes.box(side, height * 0.33 - bar * 0.35, width - side, height * 0.33 + bar * 0.35),
    ]
    canvas.fill(frame, *bars)
    canvas.fill(
        frame.shift(-0.12),
        *(shapes.box(x, top + bar * 0.4, x + bar * 0.16, sill) for x in (side + bar * 0.4, width / 2 + bar * 0.45)),
        alpha=0.5,
    )
    canvas.fill(
        Fade(frame, frame.shift(-0.08)),
        shapes.box(side - bar * 2.4, sill - bar * 0.5, width - side + bar * 2.4, sill + bar),
    )


def _board(canvas: Canvas, palette: Palette) -> Stage:
    width, height = canvas.width, canvas.height
    edge, wood = height * 0.76, palette.lit(_TABLE)
    canvas.fill(Fade(wood.shift(0.06), wood.shift(-0.07)), shapes.box(0, edge, width, height))
    for share, alpha in ((0.18, 0.22), (0.45, 0.18), (0.8, 0.14)):
        y = edge + (height - edge) * share
        canvas.fill(wood.shift(-0.1), shapes.box(0, y, width, y + height * 0.0025), alpha=alpha)
    canvas.fill(wood.shift(0.12), shapes.box(0, edge, width, edge + height * 0.006), alpha=0.7)
    canvas.glow(palette.sun, width / 2, edge + height * 0.1, width * 0.36, 0.22)
    return Stage(
        ground=lambda _x: height * 0.88, water=height * 0.88, air=height * 0.45, scale=1.12, centred=True, light=palette
    )


def stage(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> Stage:
    """A wall in the sky's colours, a large pale disc, a floor."""
    del reading
    width, height = canvas.width, canvas.height
    canvas.gradient([(at * 0.9 + 0.05, each.mix(palette.haze, 0.25)) for at, each in palette.sky])
    centre, radius = (width / 2, height * 0.47), min(width, height) * 0.36
    _rays(canvas, palette, layout, centre)
    canvas.glow(palette.sun, *centre, radius * 2.3, 0.5)
    canvas.fill(Fade(palette.sun, palette.sky[-1][1].mix(palette.sun, 0.35)), shapes.oval(*centre, radius))
    floor = palette.haze.mix(palette.shade, 0.45)
    edge = height * 0.8
    canvas.fill(Fade(floor, floor.shift(-0.1)), shapes.box(0, edge, width, height))
    canvas.fill(palette.sun, shapes.box(0, edge, width, edge + height * 0.004), alpha=0.35)
    return Stage(
        ground=lambda _x: height * 0.86,
        water=height * 0.86,
        air=height * 0.47,
        scale=1.15,
        centred=True,
        light=indoors(palette),
    )


def _rays(canvas: Canvas, palette: Palette, layout: Layout, centre: tuple[float, float]) -> None:
    """Broad quiet rays behind the disc."""
    start, reach = layout.chance("rays").uniform(0, 20), canvas.width + canvas.height
    for index in range(12):
        angle = start + index * 30
        wedge = shapes.oval(*centre, reach, reach, angle, angle + 15)
        canvas.fill(palette.sun, [centre, *wedge], alpha=0.09)
