"""Easel in a terminal: a creation as live lines, the gallery as a table, the doctor as a list."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.app import App
from bot.web.shapes import Links, asset_out, creation_out
from core.creation.titles import shortened
from core.creation.view import AssetView, CreationView, StepView
from core.gallery.finding import HOW
from core.wishes import Wish
from storage.ledger import Spending
from storage.tables import CreationState, StepState

MARKS = {
    StepState.PENDING: ("○", "dim"),
    StepState.COMPLETE: ("✓", "green"),
    StepState.ERROR: ("✗", "red"),
    StepState.CANCELLED: ("–", "dim"),
}
STATES = {
    CreationState.QUEUED: "Waiting for its turn",
    CreationState.WAITING: "Waiting for your yes",
    CreationState.RUNNING: "Making",
    CreationState.SUCCEEDED: "Done",
    CreationState.FAILED: "Not made",
    CreationState.CANCELLED: "Cancelled",
}


async def show_creation(app: App, wish: Wish, console: Console) -> CreationView:
    """Create, and show each step while it happens. Ends with the final view."""
    first = await app.studio.create(wish)
    with Live(creation(first), console=console, refresh_per_second=8, transient=False) as live:
        async for seen in app.studio.watch(wish.user_id, first.id):
            live.update(creation(seen))
    if not console.is_terminal:
        console.print()
    for asset in seen.assets:
        console.print(
            f"  {asset.version or asset.kind:<5} {path_of(app, await key_of(app, wish.user_id, asset))}",
            highlight=False,
            soft_wrap=True,
        )
    return seen


def creation(view: CreationView) -> RenderableType:
    """A creation as lines: its wish, its steps, its end."""
    lines: list[RenderableType] = [Text(shortened(view.prompt or view.action or "", 100), style="bold")]
    lines += [Padding(_step(step), (0, 0, 0, 2)) for step in view.steps]
    lines.append(_foot(view))
    return Group(*lines)


def _step(step: StepView) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    if step.state == StepState.IN_PROGRESS:
        mark: RenderableType = Spinner("dots", style="cyan")
    else:
        sign, style = MARKS[step.state]
        mark = Text(sign, style=style)
    cells: list[RenderableType] = [mark, Text(step.title), Text(step.detail, style="dim")]
    if step.progress is not None:
        cells.append(ProgressBar(total=1, completed=step.progress, width=20))
    row.add_row(*cells)
    return row


def _foot(view: CreationView) -> Text:
    if view.error:
        return Text(view.error.message, style="red")
    if view.state.final:
        return Text(view.reply or STATES[view.state], style="green")
    parts = [STATES[view.state]]
    if view.queue_place:
        parts.append(f"place {view.queue_place}")
    if view.eta_s:
        parts.append(f"about {view.eta_s:.0f} s left")
    return Text(", ".join(parts) + " …", style="dim")


def gallery(assets: Sequence[AssetView], *, more: bool, words: str = "") -> RenderableType:
    """A page of the gallery as a table, the newest first."""
    if not assets and words.strip():
        return Group(Text("Nothing of yours matches that."), *(Text(f"  {line}", style="dim") for line in HOW))
    if not assets:
        return Text('Nothing here yet. Try: easel create "a lighthouse at dusk, wide"')
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for title in ("kind", "version", "made", "size"):
        table.add_column(title, no_wrap=True)
    table.add_column("what you asked", no_wrap=True, overflow="ellipsis", ratio=1)
    for asset in assets:
        table.add_row(asset.kind, _version(asset), _when(asset), _size(asset), " ".join(asset.asked.split()))
    if not more:
        return table
    return Group(table, Text("There is more: narrow it down with words, or open the web gallery.", style="dim"))


def _version(asset: AssetView) -> str:
    return f"{asset.version} ★" if asset.favourite else asset.version


def _when(asset: AssetView) -> str:
    return asset.created_at.astimezone().strftime("%d %b %H:%M")


def usage(rows: Sequence[Spending]) -> RenderableType:
    """What was spent, as a table with its sum."""
    if not rows:
        return Text("Nothing was spent.")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_footer=True)
    for title in ("day", "person", "provider", "model", "calls"):
        table.add_column(title)
    table.add_column("US dollars", footer=f"{sum(row.usd for row in rows):.4f}", justify="right")
    for row in rows:
        table.add_row(row.day, row.user_id[:8], row.provider, row.model, str(row.calls), f"{row.usd:.4f}")
    return table


def _size(asset: AssetView) -> str:
    parts = [f"{asset.width}×{asset.height}"] if asset.width else []
    if asset.duration_s:
        parts.append(f"{asset.duration_s:.1f} s")
    return ", ".join(parts)


async def creation_json(app: App, user_id: str, view: CreationView) -> str:
    """The creation's JSON on one line; each asset also tells where its file lies."""
    shape = creation_out(view, Links(base_url(app))).model_dump(mode="json")
    shape["assets"] = [
        await _with_path(app, user_id, asset, each) for asset, each in zip(view.assets, shape["assets"], strict=True)
    ]
    return json.dumps(shape, ensure_ascii=False)


async def assets_json(app: App, user_id: str, assets: Sequence[AssetView]) -> str:
    """A page of assets as JSON on one line."""
    links = Links(base_url(app))
    shapes = [
        await _with_path(app, user_id, asset, asset_out(asset, links).model_dump(mode="json")) for asset in assets
    ]
    return json.dumps({"assets": shapes}, ensure_ascii=False)


async def _with_path(app: App, user_id: str, asset: AssetView, shape: dict[str, Any]) -> dict[str, Any]:
    return shape | {"path": str(path_of(app, await key_of(app, user_id, asset)))}


async def key_of(app: App, user_id: str, asset: AssetView) -> str:
    """The key of an asset's object."""
    return (await app.studio.content(user_id, asset.id))[1]


def path_of(app: App, key: str) -> Path | str:
    """Where an object's file lies, or its key where the store is elsewhere."""
    return app.objects.local(key) or key


def base_url(app: App) -> str:
    """The address that links are made with."""
    settings = app.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"
