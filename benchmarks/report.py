"""What a measurement found: figures with their bounds, as a table for people and as one line of JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Bounds are inclusive; a figure without one is only told."""

    key: str
    """Its name in the JSON, with its unit: `post_p99_ms`."""
    label: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the value keeps its bounds."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def bound(self) -> str:
        """The bounds in words."""
        if self.most is None:
            return "" if self.least is None else f"≥ {_plain(self.least)}"
        exactly = self.most in (0, self.least)
        return f"{'=' if exactly else '≤'} {_plain(self.most)}"


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement's end."""

    name: str
    title: str
    figures: Sequence[Figure]

    @property
    def ok(self) -> bool:
        """Whether every figure keeps its bounds."""
        return all(figure.ok for figure in self.figures)

    def facts(self) -> dict[str, Any]:
        """What goes into the line of JSON."""
        return {"name": self.name, "ok": self.ok} | {figure.key: round(figure.value, 3) for figure in self.figures}


def show(report: Report) -> None:
    """Print the table."""
    table = Table(title=f"{report.name}: {report.title}", title_justify="left", title_style="bold", width=WIDTH)
    table.add_column("figure", ratio=1)
    table.add_column("value", justify="right")
    table.add_column("bound", justify="right")
    table.add_column("ok", justify="center")
    for figure in report.figures:
        sign = "" if not figure.bound else "[green]✓[/]" if figure.ok else "[red bold]✗[/]"
        table.add_row(figure.label, _plain(figure.value), figure.bound, sign)
    Console(width=WIDTH).print(table)


def conclude(report: Report) -> int:
    """Print the table and, last, the line of JSON; returns the process's exit code."""
    show(report)
    print(json.dumps(report.facts()), flush=True)
    return 0 if report.ok else 1


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that was really measured."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)]


def _plain(value: float) -> str:
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}".rstrip("0")
