"""Outlines as lists of points: ovals, rounded boxes, smooth curves."""

import math
from collections.abc import Sequence

Point = tuple[float, float]
Outline = list[Point]


def oval(x: float, y: float, rx: float, ry: float | None = None, start: float = 0, end: float = 360) -> Outline:
    """An ellipse, or the part of it between two angles in degrees (0 is right, 90 is towards larger y)."""
    ry = rx if ry is None else ry
    steps = max(8, round(abs(end - start) / 5))
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Outline:
    """A rectangle, with round corners where a radius is given."""
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    radius = min(radius, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
    left, right, low, high = min(x0, x1) + radius, max(x0, x1) - radius, min(y0, y1) + radius, max(y0, y1) - radius
    corners = ((right, high, 0), (left, high, 90), (left, low, 180), (right, low, 270))
    return [point for x, y, start in corners for point in oval(x, y, radius, radius, start, start + 90)]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 8) -> Outline:
    """A Catmull-Rom curve through all points."""
    count = len(points)
    if closed:
        ring = [points[-1], *points, points[0], points[1]]
    else:
        ring, count = [points[0], *points, points[-1]], count - 1
    curve = [_between(ring[i : i + 4], step / steps) for i in range(count) for step in range(steps)]
    return curve if closed else [*curve, points[-1]]


def _between(four: Sequence[Point], t: float) -> Point:
    p0, p1, p2, p3 = four
    x, y = (_catmull(p0[k], p1[k], p2[k], p3[k], t) for k in (0, 1))
    return x, y


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
