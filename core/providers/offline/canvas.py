"""The paper: fills and strokes with smooth edges, gradients, glows, grain."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from core.providers.offline.colour import Colour
from core.providers.offline.shapes import Outline, Point

_FINE = 4
"""Edges are drawn this much larger and then reduced: Pillow itself draws them jagged."""
_GRAIN = 3
_TILE = 256


@dataclass(frozen=True, slots=True)
class Fade:
    """A vertical gradient over the filled shape's own height."""

    top: Colour
    bottom: Colour


Paint = Colour | Fade
Area = tuple[int, int, int, int]


class Canvas:
    """A picture in the making, addressed in pixels; x to the right, y down."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.width, self.height = size
        self.image = Image.new("RGB", size)

    def fill(self, paint: Paint, *outlines: Outline, alpha: float = 1.0) -> None:
        """Fill the union of the outlines."""
        area = self._area([point for outline in outlines for point in outline], 1)
        if area is None:
            return
        mask = _blank(area)
        pen = ImageDraw.Draw(mask)
        for outline in outlines:
            pen.polygon([_fine(point, area) for point in outline], fill=255)
        self._apply(paint, area, mask.reduce(_FINE), alpha, _extent(outlines))

    def stroke(self, paint: Paint, points: Sequence[Point], width: float, alpha: float = 1.0) -> None:
        """Draw a line with round joints and ends."""
        area = self._area(points, width / 2 + 1)
        if area is None:
            return
        mask = _blank(area)
        pen = ImageDraw.Draw(mask)
        line = [_fine(point, area) for point in points]
        pen.line(line, fill=255, width=max(1, round(width * _FINE)), joint="curve")
        radius = width * _FINE / 2
        for x, y in (line[0], line[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        self._apply(paint, area, mask.reduce(_FINE), alpha, _extent([list(points)]))

    def gradient(self, stops: Sequence[tuple[float, Colour]], top: float = 0, bottom: float | None = None) -> None:
        """Fill the full width between two heights with a vertical gradient of stops (0..1)."""
        y0, y1 = max(0, round(top)), min(self.height, round(self.height if bottom is None else bottom))
        if y1 > y0:
            span = max(1.0, (self.height if bottom is None else bottom) - top)
            colours = [_at(stops, (y + 0.5 - top) / span) for y in range(y0, y1)]
            self.image.paste(_column(colours).resize((self.width, y1 - y0), Image.Resampling.NEAREST), (0, y0))

    def glow(self, paint: Colour, x: float, y: float, radius: float, alpha: float) -> None:
        """A round light that fades to nothing."""
        area = self._area([(x - radius, y - radius), (x + radius, y + radius)], 0)
        if area is None:
            return
        side = max(2, round(2 * radius))
        disc = _light_disc().resize((side, side), Image.Resampling.BILINEAR)
        left, top = round(x - radius), round(y - radius)
        mask = disc.crop((area[0] - left, area[1] - top, area[2] - left, area[3] - top))
        self._apply(paint, area, mask, alpha, (area[1], area[3]))

    def veil(self, paint: Colour, top: float, bottom: float, alpha: float, *, soft: float = 0.5) -> None:
        """A band of mist over the full width, densest in its middle."""
        y0, y1 = round(top), round(bottom)
        if y1 - y0 < 2:
            return
        column = Image.new("L", (1, y1 - y0))
        column.putdata([round(255 * math.sin(math.pi * (i + 0.5) / (y1 - y0)) ** (2 * soft)) for i in range(y1 - y0)])
        area = (0, max(0, y0), self.width, min(self.height, y1))
        if area[3] > area[1]:
            mask = column.crop((0, area[1] - y0, 1, area[3] - y0)).resize((self.width, area[3] - area[1]))
            self._apply(paint, area, mask, alpha, (area[1], area[3]))

    def mirror(self, line: int, depth: int) -> None:
        """Repeat what is above a line below it, upside down and drawn out, as wet ground does."""
        above = self.image.crop((0, max(0, line - round(depth * 1.6)), self.width, line))
        turned = ImageOps.flip(above).resize((self.width, depth), Image.Resampling.BILINEAR)
        self.image.paste(turned.filter(ImageFilter.BoxBlur((self.width / 400, depth / 14))), (0, line))

    def soften(self, radius: float) -> None:
        """Blur all that was painted so far, for what lies behind glass or far away."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius))

    def vignette(self, strength: float) -> None:
        """Let the corners fall off a little."""
        mask = Image.radial_gradient("L").point([round(strength * max(0, v - 110) * 255 / 145) for v in range(256)])
        fitted = mask.resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste((10, 10, 24), (0, 0), fitted)

    def grain(self, seed: int) -> None:
        """Paper grain; it also hides the steps of 8-bit gradients."""
        noise = Image.frombytes("L", (_TILE, _TILE), random.Random(f"{seed}:grain").randbytes(_TILE * _TILE))
        tile = noise.point([round(_GRAIN + _GRAIN * _bell(v / 127.5 - 1)) for v in range(256)])
        sheet = Image.new("L", self.image.size)
        for x in range(0, self.width, _TILE):
            for y in range(0, self.height, _TILE):
                sheet.paste(tile, (x, y))
        self.image = ImageChops.add(self.image, Image.merge("RGB", (sheet,) * 3), 1, -_GRAIN)

    def _area(self, points: Sequence[Point], margin: float) -> Area | None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = max(0, math.floor(min(xs) - margin)), max(0, math.floor(min(ys) - margin))
        right, bottom = min(self.width, math.ceil(max(xs) + margin)), min(self.height, math.ceil(max(ys) + margin))
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _apply(self, paint: Paint, area: Area, mask: Image.Image, alpha: float, extent: tuple[float, float]) -> None:
        if alpha < 1:
            mask = mask.point([round(value * alpha) for value in range(256)])
        if isinstance(paint, Colour):
            self.image.paste(paint.rgb, area, mask)
            return
        top, span = extent[0], max(1.0, extent[1] - extent[0])
        colours = [paint.top.mix(paint.bottom, min(1, max(0, (y - top) / span))) for y in range(area[1], area[3])]
        column = _column(colours).resize((area[2] - area[0], area[3] - area[1]), Image.Resampling.NEAREST)
        self.image.paste(column, area, mask)


def _blank(area: Area) -> Image.Image:
    return Image.new("L", ((area[2] - area[0]) * _FINE, (area[3] - area[1]) * _FINE))


def _fine(point: Point, area: Area) -> Point:
    return ((point[0] - area[0]) * _FINE, (point[1] - area[1]) * _FINE)


def _extent(outlines: Sequence[Outline]) -> tuple[float, float]:
    ys = [y for outline in outlines for _, y in outline]
    return min(ys), max(ys)


def _at(stops: Sequence[tuple[float, Colour]], place: float) -> Colour:
    for (start, first), (end, second) in pairwise(stops):
        if place <= end:
            return first.mix(second, min(1, max(0, (place - start) / (end - start))))
    return stops[-1][1]


def _column(colours: Sequence[Colour]) -> Image.Image:
    return Image.frombytes("RGB", (1, len(colours)), bytes(value for each in colours for value in each.rgb))


def _light_disc() -> Image.Image:
    """White in the middle, black at the rim and beyond, with a soft shoulder."""
    return Image.radial_gradient("L").point([round(255 * max(0, 1 - v / 181) ** 2.2) for v in range(256)])


def _bell(value: float) -> float:
    return math.copysign(abs(value) ** 1.6, value)
