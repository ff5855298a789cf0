"""Presses that keep an asset: hung in collections, and given tags."""

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import SelectOption
from discord.ui import ActionRow, Button, Container, Label, LayoutView, Modal, Select, TextDisplay, TextInput

from bot.chat import tagging, versions
from bot.discord import cards
from bot.discord.answers import acknowledge, picked, picked_before, replace
from bot.discord.attached import word
from bot.discord.buttons import custom_id
from bot.discord.desk import seen
from bot.discord.looking import Looks, looks
from bot.discord.markup import line, plain
from core.creation.view import AssetView
from core.gallery.collections import NAME_MAX, CollectionView

NAME, TAGS = "name", "tags"
NEW, TAGGED = "easel:collect", "easel:tagged"
OPTIONS_MAX, SHOWN_MAX, LABEL_MAX = 25, 10, 100


async def collections(interaction: discord.Interaction, asset_id: str) -> None:
    """Where it hangs, in the card that was pressed on."""
    await acknowledge(interaction)
    await _show(interaction, await looks(interaction), asset_id)


async def hung(interaction: discord.Interaction, asset_id: str) -> None:
    """The collections that were picked hold it from now on; those that were shown to hold it and not picked do not."""
    wanted, held = picked(interaction), picked_before(interaction)
    await acknowledge(interaction)
    who = await looks(interaction)
    await who.desk.app.kept.collections.arrange(who.viewer, asset_id, wanted, held)
    await _show(interaction, who, asset_id)


async def new(interaction: discord.Interaction, asset_id: str) -> None:
    """Open the form for a name."""
    modal = Modal(title="New collection", custom_id=f"{NEW}:{asset_id}", timeout=1)
    field: TextInput[Modal] = TextInput(custom_id=NAME, max_length=NAME_MAX)
    modal.add_item(Label(text="Name", description="It is yours alone until you share it.", component=field))
    modal.stop()
    await interaction.response.send_modal(modal)


async def made(interaction: discord.Interaction, form_id: str) -> None:
    """The form came back: make it, and hang the asset there."""
    asset_id = form_id.removeprefix(f"{NEW}:")
    await acknowledge(interaction)
    who = await looks(interaction)
    desk = who.desk.app.kept.collections
    collection = await desk.make(who.user_id, word(interaction, NAME))
    await desk.hang(who.viewer, collection.id, [asset_id])
    await _show(interaction, who, asset_id)


async def tags(interaction: discord.Interaction, asset_id: str) -> None:
    """Open the form with the tags as they are."""
    who = await looks(interaction)
    asset = await who.desk.studio.asset(who.user_id, asset_id)
    modal = Modal(title="Tags", custom_id=f"{TAGGED}:{asset_id}", timeout=1)
    field: TextInput[Modal] = TextInput(
        custom_id=TAGS, required=False, max_length=tagging.FIELD_MAX, default=tagging.field(asset.tags) or None
    )
    modal.add_item(Label(text="Tags", description=tagging.HINT, component=field))
    modal.stop()
    await interaction.response.send_modal(modal)


async def tagged(interaction: discord.Interaction, form_id: str) -> None:
    """The form came back; the card shows what is kept of it."""
    asset_id = form_id.removeprefix(f"{TAGGED}:")
    await acknowledge(interaction)
    who = await looks(interaction)
    await who.desk.app.kept.tags.replace(who.user_id, asset_id, tagging.names(word(interaction, TAGS)))
    found = await seen(who.desk, interaction.message)
    async with who.desk.in_turn(interaction.message):
        await replace(interaction, await cards.details(who, asset_id, found.ref if found else None))


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "collections": collections,
    "hang": hung,
    "collect": new,
    "tags": tags,
}


async def _show(interaction: discord.Interaction, who: Looks, asset_id: str) -> None:
    async with who.desk.in_turn(interaction.message):
        asset = await who.desk.studio.asset(who.user_id, asset_id, who.workspaces)
        offered = await who.desk.app.kept.collections.offered(who.viewer, asset_id, OPTIONS_MAX)
        await replace(interaction, _view(asset, offered))


def _view(asset: AssetView, offered: Sequence[CollectionView]) -> LayoutView:
    holding = [f"**{line(each.name, NAME_MAX)}**" for each in offered if each.holds]
    name = versions.name(asset)
    where = f"{name} hangs in {', '.join(holding[:SHOWN_MAX])}." if holding else f"{name} hangs in no collection yet."
    told: TextDisplay[LayoutView] = TextDisplay(f"### Collections\n{where}")
    rows = [ActionRow(_choice(asset.id, offered))] if offered else []
    last: ActionRow[LayoutView] = ActionRow(
        Button(label="New collection…", custom_id=custom_id("collect", asset.id)),
        Button(label=cards.FURTHER["card"], custom_id=custom_id("card", asset.id)),
    )
    return LayoutView(timeout=None).add_item(Container(told, *rows, last))


def _choice(asset_id: str, offered: Sequence[CollectionView]) -> Select[LayoutView]:
    options = [
        SelectOption(
            label=plain(each.name, LABEL_MAX) or "…",
            value=each.id,
            description=plain(f"{each.count} in it" + (f" · by {each.owner}" if each.owner else ""), LABEL_MAX),
            default=each.holds,
        )
        for each in offered
    ]
    return Select(
        custom_id=custom_id("hang", asset_id),
        placeholder="Hang it in…",
        options=options,
        min_values=0,
        max_values=len(options),
    )
