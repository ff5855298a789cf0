"""Buttons on Easel's messages. Their ids say all there is to know, so that they work after a restart, everywhere."""

from collections.abc import Iterator, Sequence

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Button, LayoutView, Select

from bot.chat import phrases
from bot.discord.markup import plain
from core.creation.view import AssetView, CreationView
from core.wishes import Action
from storage.tables import CreationState

PER_ROW = 5
"""https://docs.discord.com/developers/components/reference#action-row."""
LABEL_MAX, OPTION_MAX = 80, 100
Row = ActionRow[LayoutView]
LABELS = {
    "refine": "Refine",
    Action.VARY: "Vary",
    Action.UPSCALE: "Upscale",
    Action.ANIMATE: "Animate",
    Action.EXTEND: "Extend",
    Action.AGAIN: "Again",
    "favourite": "Favourite",
    "details": "Details",
    "delete": "Delete",
}
OWNER_VERBS = ("favourite", "details", "delete")


def custom_id(verb: str, public_id: str, extra: str = "") -> str:
    """`easel:vary:1234…`: what is to be done, and with which asset, creation or collection; `extra`: from where."""
    return f"easel:{verb}:{public_id}" + (f":{extra}" if extra else "")


def asset_buttons(asset: AssetView, *, owner_only: bool = True) -> list[Row]:
    """All that can be done with one asset. Without `owner_only`, just what everybody who sees it may do."""
    verbs = ["refine", *phrases.actions(asset.kind)]
    below = OWNER_VERBS if owner_only else ("details",)
    rows = [verbs[start : start + PER_ROW] for start in range(0, len(verbs), PER_ROW)]
    return [ActionRow(*(_button(verb, asset) for verb in row)) for row in (*rows, below)]


def picture_buttons(view: CreationView, assets: Sequence[AssetView]) -> list[Row]:
    """For several pictures in one message: each to be refined or varied at one press, the rest behind one choice."""
    rows = [*_numbered("refine", assets), *_numbered(Action.VARY, assets)]
    return [*rows, ActionRow(_choice(view, assets))]


def creation_buttons(view: CreationView) -> list[Row]:
    """Run and Cancel while the price waits for a yes, Cancel while it runs, nothing afterwards."""
    if view.state.final:
        return []
    cancel: Button[LayoutView] = Button(label="Cancel", custom_id=custom_id("cancel", view.id))
    if view.state != CreationState.WAITING:
        return [ActionRow(cancel)]
    return [ActionRow(Button(label="Run", style=ButtonStyle.success, custom_id=custom_id("run", view.id)), cancel)]


def _numbered(verb: str, assets: Sequence[AssetView]) -> Iterator[Row]:
    for start in range(0, len(assets), PER_ROW):
        shown = assets[start : start + PER_ROW]
        yield ActionRow(*(_button(verb, asset, name(asset, assets)) for asset in shown))


def _button(verb: str, asset: AssetView, of: str = "") -> Button[LayoutView]:
    style = ButtonStyle.primary if verb == "refine" and not of else ButtonStyle.secondary  # one at most stands out
    label = f"{LABELS[verb]} {of}".strip()
    return Button(label=plain(label, LABEL_MAX), style=style, custom_id=custom_id(verb, asset.id))


def _choice(view: CreationView, assets: Sequence[AssetView]) -> Select[LayoutView]:
    """`easel:choose:<creation>`; what is chosen is an asset's id."""
    options = [
        discord.SelectOption(
            label=plain(f"{name(asset, assets)} · {asset.model or asset.kind}", OPTION_MAX),
            value=asset.id,
            description=plain(asset.prompt or asset.asked, OPTION_MAX) or None,
        )
        for asset in assets
    ]
    return Select(custom_id=custom_id("choose", view.id), placeholder="More with one of these…", options=options)


def name(asset: AssetView, assets: Sequence[AssetView]) -> str:
    """What people call a picture: its version, else its place in the row."""
    return asset.version or f"{assets.index(asset) + 1}"
