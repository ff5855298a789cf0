"""Buttons and choices. Their ids say all there is to know, so they work after a restart and in another process."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import discord
from discord.ui import LayoutView

from bot.chat import phrases
from bot.discord import cards, collecting, gallery, settings, sharing, versions, walls
from bot.discord.answers import acknowledge, picked, replace, say, show, words
from bot.discord.desk import desk_of, person, seen
from bot.discord.listeners.create import Ask, go_on
from bot.discord.listeners.personal import forget, join
from bot.discord.listeners.refine import OF_ASSET, form
from bot.discord.looking import looks
from core.chat import MessageRef
from core.errors import Conflict, NotFound
from core.wishes import Action

TEMPLATE = re.compile(r"easel:(?P<verb>[a-z-]+)(?::(?P<rest>.*))?", re.DOTALL)
GONE_OR_NOT_YOURS = "This is not there any more, or it is somebody else's."
Press = Callable[[discord.Interaction, str], Awaitable[None]]


async def pressed(interaction: discord.Interaction, custom_id: str) -> None:
    """A button was pressed, or something picked from a list, whoever wrote the message and whenever."""
    if found := TEMPLATE.fullmatch(custom_id):
        await PRESSES.get(found["verb"], unknown)(interaction, found["rest"] or "")


# --- an asset -----------------------------------------------------------------------------------------------------


async def refine(interaction: discord.Interaction, asset_id: str) -> None:
    """Open the form."""
    await interaction.response.send_modal(form(f"{OF_ASSET}:{asset_id}"))


def act(action: Action) -> Press:
    """Make something new of an asset: by whoever sees the message."""

    async def press(interaction: discord.Interaction, asset_id: str) -> None:
        found = await seen(desk_of(interaction), interaction.message)
        try:
            await go_on(interaction, Ask(action=action, inputs=(asset_id,)), found)
        except NotFound:
            await say(interaction, phrases.GONE if found else GONE_OR_NOT_YOURS)

    return press


async def favourite(interaction: discord.Interaction, asset_id: str) -> None:
    """Mark an own asset, or take the mark away."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    try:
        now = (await desk.studio.asset(user_id, asset_id)).favourite
        await desk.studio.mark(user_id, asset_id, favourite=not now)
    except NotFound:
        await _not_theirs(interaction, asset_id)
        return
    await say(interaction, "No longer a favourite." if now else "Now a favourite: find it with /gallery favourites.")


async def details(interaction: discord.Interaction, asset_id: str) -> None:
    """Say all that is known of an asset."""
    try:
        await show(interaction, await _details(interaction, asset_id))
    except NotFound:
        await say(interaction, phrases.GONE)


async def card(interaction: discord.Interaction, asset_id: str) -> None:
    """Back to the same, in the card that was pressed on."""
    await acknowledge(interaction)
    try:
        shown = await _details(interaction, asset_id)
    except NotFound:
        shown = words(phrases.GONE)
    await replace(interaction, shown)


async def delete(interaction: discord.Interaction, asset_id: str) -> None:
    """Ask first."""
    desk = desk_of(interaction)
    try:
        asset = await desk.studio.asset(await person(desk, interaction.user), asset_id)
    except NotFound:
        await _not_theirs(interaction, asset_id)
        return
    await show(interaction, cards.sure_to_delete(asset))


async def delete_for_good(interaction: discord.Interaction, asset_id: str) -> None:
    """The yes to it."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    await acknowledge(interaction)
    try:
        await desk.studio.delete(user_id, asset_id)
    except NotFound:
        await replace(interaction, words(phrases.GONE))
        return
    await replace(interaction, words("Deleted, here and in your gallery."))


async def choose(interaction: discord.Interaction, _: str) -> None:
    """One of several pictures: its own buttons, for the person who chose."""
    desk, (asset_id, *_rest) = desk_of(interaction), picked(interaction)
    user_id = await person(desk, interaction.user)
    try:
        through = await _through(interaction) or cards.NOT_IN_A_MESSAGE
        found = await desk.chats.seen(user_id, asset_id, through)
    except NotFound:
        await say(interaction, phrases.GONE)
        return
    await show(interaction, cards.one(found))


# --- a creation ---------------------------------------------------------------------------------------------------


async def cancel(interaction: discord.Interaction, creation_id: str) -> None:
    """Stop; what has ended stays as it is."""
    desk = desk_of(interaction)
    try:
        await desk.studio.cancel(await person(desk, interaction.user), creation_id)
    except NotFound:
        await say(interaction, phrases.NOT_YOURS)
        return
    await acknowledge(interaction)


async def run(interaction: discord.Interaction, creation_id: str) -> None:
    """Yes to the price."""
    desk = desk_of(interaction)
    try:
        await desk.studio.confirm(await person(desk, interaction.user), creation_id)
    except NotFound:
        await say(interaction, phrases.NOT_YOURS)
        return
    except Conflict:
        pass  # it was confirmed or cancelled already: its message shows that
    await acknowledge(interaction)


# --- all of them --------------------------------------------------------------------------------------------------


async def keep(interaction: discord.Interaction, _: str) -> None:
    """No to whatever was asked."""
    await replace(interaction, words("Nothing was changed."))


async def unknown(interaction: discord.Interaction, _: str) -> None:
    """A button of another version."""
    await say(interaction, "This button is from another version of Easel. Please use a newer one.")


PRESSES: dict[str, Press] = {
    "refine": refine,
    **{action.value: act(action) for action in Action},
    "favourite": favourite,
    "details": details,
    "card": card,
    "delete": delete,
    "delete-yes": delete_for_good,
    "choose": choose,
    "cancel": cancel,
    "run": run,
    "keep": keep,
    "forget-yes": forget,
    "join-yes": join,
    **gallery.PRESSES,
    **walls.PRESSES,
    **versions.PRESSES,
    **sharing.PRESSES,
    **collecting.PRESSES,
    **settings.PRESSES,
}


async def _details(interaction: discord.Interaction, asset_id: str) -> LayoutView:
    who, through = await asyncio.gather(looks(interaction), _through(interaction))
    return await cards.details(who, asset_id, through)


async def _through(interaction: discord.Interaction) -> MessageRef | None:
    found = await seen(desk_of(interaction), interaction.message)
    return found.ref if found else None


async def _not_theirs(interaction: discord.Interaction, asset_id: str) -> None:
    """Somebody else's, or gone: the message it stands on tells which."""
    found = await seen(desk_of(interaction), interaction.message)
    there = found is not None and asset_id in found.showing.asset_ids
    await say(interaction, phrases.NOT_YOURS if there else phrases.GONE)
