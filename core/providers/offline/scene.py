"""One picture from a prompt and a seed. The seed decides where things are, the words what and in which light."""

import random

from PIL import Image

from core.providers.offline import grading, grounds, weather
from core.providers.offline.canvas import Canvas
from core.providers.offline.layout import Layout, layout_for
from core.providers.offline.lettering import framed
from core.providers.offline.motifs import MOTIFS, Motif
from core.providers.offline.palette import Palette, palette_for
from core.providers.offline.pen import Pen
from core.providers.offline.reading import Reading, Subject, read
from core.providers.offline.stage import Stage


def paint(prompt: str, seed: int, size: tuple[int, int]) -> Image.Image:
    """Draw the prompt."""
    reading = read(prompt, seed)
    if reading.lettering:
        return framed(reading.lettering, size, seed, lambda inner: _picture(prompt, reading, seed, inner))
    return _picture(prompt, reading, seed, size)


def aspect_of(prompt: str) -> str | None:
    """The shape that the words ask for, where nobody else did."""
    words = grading.words_of(prompt)
    if words & {"wide", "wider", "widescreen", "panorama", "panoramic"}:
        return "16:9"
    if words & {"poster", "flyer", "tall", "portrait"}:
        return "2:3"
    return "1:1" if words & {"square", "logo", "icon"} else None


def _picture(prompt: str, reading: Reading, seed: int, size: tuple[int, int]) -> Image.Image:
    canvas, palette = Canvas(size), palette_for(reading)
    layout = layout_for(seed, size, reading)
    stage = grounds.GROUNDS[reading.setting or "abstract"](canvas, palette, reading, layout)
    weather.paint_far_fog(canvas, palette, reading, layout)
    for order, subject in enumerate(reading.subjects):
        _subject(canvas, palette, subject, layout, order, stage)
    weather.paint_weather(canvas, palette, reading, layout)
    canvas.vignette(0.15)
    canvas.grain(seed)
    return grading.grade(canvas.image, prompt)


def _subject(canvas: Canvas, palette: Palette, subject: Subject, layout: Layout, order: int, stage: Stage) -> None:
    motif = MOTIFS[subject.name]
    for index in range(subject.count):
        x, y, unit = _place(motif, layout, order, index, subject.count, stage)
        pen = Pen(
            canvas=canvas, palette=stage.light or palette, x=x, y=y, unit=unit, flip=layout.flip, accent=subject.accent
        )
        motif.draw(pen)


def _place(
    motif: Motif, layout: Layout, order: int, index: int, count: int, stage: Stage
) -> tuple[float, float, float]:
    """Where a subject stands, and how large: the first is the hero, the others keep aside."""
    chance = random.Random(f"{layout.seed}:subject:{order}:{index}")
    unit = min(layout.height * motif.size, layout.width * 0.8 / (2 * motif.half)) * stage.scale
    unit *= (1.0, 0.62, 0.5)[min(order, 2)] * (1.0, 0.78, 0.62, 0.5)[min(count, 4) - 1]
    x = layout.spot(order, index, count, centred=stage.centred)
    return x, stage.foot(motif.place, x, unit, order, chance), unit
