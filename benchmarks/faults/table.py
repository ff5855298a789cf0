"""The fault table for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.faults.case import Row

WIDTH = 180


def show(rows: Sequence[Row]) -> None:
    """Print one line per fault."""
    table = Table(title="faults: what a person reads, and what it costs", title_justify="left", title_style="bold")
    for name in ("service", "fault"):
        table.add_column(name, no_wrap=True)
    table.add_column("paid", justify="right")
    table.add_column("ended as", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("charge", no_wrap=True)
    table.add_column("what the person reads", ratio=1)
    table.add_column("ok", justify="center")
    for before, row in zip((None, *rows), rows, strict=False):
        if before and before.service != row.service:
            table.add_section()
        table.add_row(*_cells(row))
    Console(width=WIDTH).print(table)


def _cells(row: Row) -> tuple[str, ...]:
    wrong = "".join(f"\n[red bold]{each}[/]" for each in row.wrong)
    return (
        row.service,
        row.fault,
        str(row.paid),
        row.end.view.state.value,
        f"{row.end.took_s:.1f} s",
        row.charge,
        row.end.sentence + wrong,
        "[red bold]✗[/]" if row.wrong else "[green]✓[/]",
    )
