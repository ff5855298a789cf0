"""A pen for one subject: its own coordinates (y up, from the ground it stands on), in the light of the scene."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.providers.offline import shapes
from core.providers.offline.canvas import Canvas, Fade, Paint
from core.providers.offline.colour import Colour
from core.providers.offline.palette import Palette
from core.providers.offline.shapes import Outline, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Where a subject stands and how large one of its units is."""

    canvas: Canvas
    palette: Palette
    x: float
    y: float
    unit: float
    """Pixels of one unit; a subject is about one unit high."""
    flip: bool = False
    turn: float = 0.0
    """Degrees, counter-clockwise, about the subject's origin."""
    accent: Colour | None = None
    """The colour that the words gave this subject."""

    def own(self, default: Colour) -> Colour:
        """The colour asked for, or the subject's usual one."""
        return self.accent or default

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0, *, flip: bool = False) -> "Pen":
        """A pen for a part, with its origin at this point."""
        px, py = self._place((x, y))
        return replace(self, x=px, y=py, unit=self.unit * scale, turn=self.turn + turn, flip=self.flip != flip)

    def area(self, paint: Paint, *outlines: Outline, alpha: float = 1.0, bright: bool = False) -> None:
        """Fill outlines; `bright` parts shine by themselves and ignore the scene's light."""
        placed = [[self._place(point) for point in outline] for outline in outlines]
        self.canvas.fill(paint if bright else self._lit(paint), *placed, alpha=alpha)

    def curve(self, paint: Paint, *points: Point, alpha: float = 1.0, bright: bool = False) -> None:
        """Fill a smooth closed curve through the points."""
        self.area(paint, shapes.smooth(points), alpha=alpha, bright=bright)

    def oval(
        self,
        paint: Paint,
        x: float,
        y: float,
        rx: float,
        ry: float | None = None,
        *,
        alpha: float = 1.0,
        bright: bool = False,
    ) -> None:
        """Fill an ellipse."""
        self.area(paint, shapes.oval(x, y, rx, ry), alpha=alpha, bright=bright)

    def box(
        self,
        paint: Paint,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        radius: float = 0.0,
        *,
        alpha: float = 1.0,
        bright: bool = False,
    ) -> None:
        """Fill a rectangle."""
        self.area(paint, shapes.box(x0, y0, x1, y1, radius), alpha=alpha, bright=bright)

    def line(
        self,
        paint: Paint,
        points: Sequence[Point],
        width: float,
        *,
        curved: bool = False,
        alpha: float = 1.0,
        bright: bool = False,
    ) -> None:
        """Stroke a line of this width, in units."""
        path = shapes.smooth(points, closed=False) if curved else points
        placed = [self._place(point) for point in path]
        self.canvas.stroke(paint if bright else self._lit(paint), placed, width * self.unit, alpha)

    def glow(self, paint: Colour, x: float, y: float, radius: float, alpha: float = 0.5) -> None:
        """A light around a point."""
        px, py = self._place((x, y))
        self.canvas.glow(paint, px, py, radius * self.unit, alpha)

    def shadow(self, width: float, x: float = 0.0, y: float = 0.0) -> None:
        """A soft dark ellipse on the ground."""
        for share, alpha in ((1.0, 0.10), (0.8, 0.12), (0.6, 0.14)):
            outline = shapes.oval(x, y, width * share, width * share * 0.14)
            self.area(self.palette.shade, outline, alpha=alpha, bright=True)

    def _place(self, point: Point) -> Point:
        x, y = (-point[0] if self.flip else point[0]), point[1]
        if self.turn:
            angle = math.radians(-self.turn if self.flip else self.turn)
            x, y = x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
        return self.x + x * self.unit, self.y - y * self.unit

    def _lit(self, paint: Paint) -> Paint:
        if isinstance(paint, Fade):
            return Fade(self.palette.cast(paint.top), self.palette.cast(paint.bottom))
        return self.palette.cast(paint)
