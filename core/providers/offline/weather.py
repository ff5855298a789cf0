"""What falls or hangs in front of everything: rain, snow, fog, lightning."""

from core.providers.offline import shapes
from core.providers.offline.canvas import Canvas
from core.providers.offline.colour import WHITE
from core.providers.offline.layout import Layout
from core.providers.offline.palette import Palette
from core.providers.offline.reading import Reading

_SHELTERED = {"table", "stage", "space", "underwater"}


def paint_weather(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> None:
    """All that the words name; none of it indoors."""
    if reading.setting in _SHELTERED:
        return
    if "fog" in reading.weather:
        _fog(canvas, palette, layout, ((0.2, 0.3, 0.3),))
    if reading.weather & {"rain", "storm"}:
        _rain(canvas, palette, layout)
    if "snow" in reading.weather:
        _snow(canvas, layout)


def paint_far_fog(canvas: Canvas, palette: Palette, reading: Reading, layout: Layout) -> None:
    """The fog behind the subjects, which keeps them readable."""
    if "fog" in reading.weather and reading.setting not in _SHELTERED:
        _fog(canvas, palette, layout, ((-0.16, 0.34, 0.55), (0.02, 0.28, 0.6), (0.12, 0.24, 0.4)))


def _fog(canvas: Canvas, palette: Palette, layout: Layout, banks: tuple[tuple[float, float, float], ...]) -> None:
    for lift, deep, alpha in banks:
        top = layout.horizon + canvas.height * (lift - deep / 2)
        canvas.veil(palette.haze.mix(WHITE, 0.12), top, top + canvas.height * deep, alpha)


def _rain(canvas: Canvas, palette: Palette, layout: Layout) -> None:
    chance = layout.chance("rain")
    paint = palette.haze.mix(WHITE, 0.55)
    near = [
        _streak(
            chance.uniform(-0.05, 1.05) * canvas.width,
            chance.uniform(-0.05, 1) * canvas.height,
            canvas.height * chance.uniform(0.03, 0.07),
            1.1,
        )
        for _ in range(170)
    ]
    far = [
        _streak(
            chance.uniform(-0.05, 1.05) * canvas.width,
            chance.uniform(-0.05, 1) * canvas.height,
            canvas.height * chance.uniform(0.015, 0.03),
            0.8,
        )
        for _ in range(260)
    ]
    canvas.fill(paint, *far, alpha=0.22)
    canvas.fill(paint, *near, alpha=0.34)


def _streak(x: float, y: float, length: float, width: float) -> shapes.Outline:
    return [(x, y), (x + width, y), (x + width - length * 0.18, y + length), (x - length * 0.18, y + length)]


def _snow(canvas: Canvas, layout: Layout) -> None:
    chance = layout.chance("snow")
    for count, low, high, alpha in ((190, 0.0012, 0.0026, 0.6), (80, 0.003, 0.005, 0.8), (16, 0.006, 0.009, 0.45)):
        flakes = [
            shapes.oval(
                chance.uniform(0, canvas.width),
                chance.uniform(0, canvas.height),
                canvas.height * chance.uniform(low, high),
            )
            for _ in range(count)
        ]
        canvas.fill(WHITE, *flakes, alpha=alpha)
