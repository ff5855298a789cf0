"""Presses on what an asset came from and became: versions, what changed, going on from one, its recipe."""

import json
from collections.abc import Awaitable, Callable
from io import BytesIO

import discord

from bot.chat import changes
from bot.chat import versions as told
from bot.discord import versions_view
from bot.discord.answers import acknowledge, picked, replace, say
from bot.discord.desk import seen
from bot.discord.looking import Looks, looks
from bot.discord.pictures import thumbnails


async def versions(interaction: discord.Interaction, asset_id: str) -> None:
    """The versions around this one, in the card that was pressed on."""
    await acknowledge(interaction)
    await _tree(interaction, await looks(interaction), asset_id)


async def another(interaction: discord.Interaction, _: str) -> None:
    """The same around another version: picked from the list."""
    await acknowledge(interaction)
    await _tree(interaction, await looks(interaction), picked(interaction)[0])


async def changed(interaction: discord.Interaction, asset_id: str) -> None:
    """What changed from the version before."""
    await acknowledge(interaction)
    who = await looks(interaction)
    lineage = who.desk.app.provenance.lineage
    before = changes.earlier(await lineage.around(who.user_id, asset_id, who.workspaces), asset_id)
    if before is None:
        await say(interaction, changes.FIRST)
        return
    found = await lineage.compare(who.user_id, before, asset_id, who.workspaces)
    async with thumbnails(who, (found.before, found.after)) as files:
        shown = [each for each in (found.before, found.after) if each.id in files]
        link = await who.desk.app.links.comparing(who.user_id, before, asset_id)
        await replace(interaction, versions_view.changed_view(found, shown, link), list(files.values()))


async def stand(interaction: discord.Interaction, asset_id: str) -> None:
    """Let the next reply in the asset's conversation go on from it: for whoever sees it there."""
    await acknowledge(interaction)
    who = await looks(interaction)
    found = await seen(who.desk, interaction.message)
    standing = await who.desk.app.provenance.lineage.go_on_from(who.user_id, asset_id, found.ref if found else None)
    await say(interaction, standing.sentence)


async def recipe(interaction: discord.Interaction, asset_id: str) -> None:
    """How it was made, for people and as JSON."""
    await acknowledge(interaction)
    who = await looks(interaction)
    found = await who.desk.app.provenance.lineage.recipe(who.user_id, asset_id, who.workspaces)
    name = f"easel-{found['version'] or 'upload'}-recipe.json"
    with BytesIO(json.dumps(found, ensure_ascii=False, indent=2).encode()) as text:
        await replace(interaction, versions_view.recipe_view(found, name), [discord.File(text, filename=name)])


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "versions": versions,
    "version": another,
    "changed": changed,
    "stand": stand,
    "recipe": recipe,
}


async def _tree(interaction: discord.Interaction, who: Looks, asset_id: str) -> None:
    tree = await who.desk.app.provenance.lineage.around(who.user_id, asset_id, who.workspaces)
    asset = next(node.asset for node in tree.nodes if node.asset.id == asset_id)
    before = changes.earlier(tree, asset_id)
    link = await who.desk.app.links.comparing(who.user_id, before, asset_id) if before else None
    near = told.neighbours(tree, asset_id)
    async with thumbnails(who, near) as files:
        shown = [each for each in near if each.id in files]
        await replace(interaction, versions_view.tree_view(tree, asset, shown, link), list(files.values()))
