"""`/gallery`: everything a person made, for their eyes only. Where they are in it stands in the buttons' ids."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import discord

from bot.chat import phrases
from bot.discord import gallery_view, places
from bot.discord.answers import acknowledge, picked, say, words
from bot.discord.answers import replace as replaced
from bot.discord.attached import word
from bot.discord.by_hand import is_member
from bot.discord.desk import admit, desk_of
from bot.discord.gallery_view import OTHERS, SEARCH, WORDS, State
from bot.discord.looking import Looks, looks
from bot.discord.opening import address
from bot.discord.pictures import thumbnails, whole
from core.creation.view import AssetView
from core.errors import Invalid, NotFound, UserError
from core.gallery.finding import parse
from storage.finding import Query

PER_PAGE = 6


async def opened(interaction: discord.Interaction, state: State) -> None:
    """The command's answer."""
    await acknowledge(interaction, thinking=True, ephemeral=True)
    await _page(interaction, state)


async def turned(interaction: discord.Interaction, rest: str) -> None:
    """Another page, or the same page after a look at one asset."""
    await acknowledge(interaction)
    await _page(interaction, State.parse(rest))


async def filtered(interaction: discord.Interaction, rest: str) -> None:
    """Another kind, or what others here show: picked from the list."""
    (kind,) = picked(interaction)
    await acknowledge(interaction)
    state = replace(State.parse(rest), before=(), others=kind == OTHERS)
    if state.others:
        await _page(interaction, replace(state, kind="", favourites=False))
    else:
        await _page(interaction, replace(state, kind=kind.strip("-")))


async def asked(interaction: discord.Interaction, rest: str) -> None:
    """Open the form for words to search by."""
    await interaction.response.send_modal(gallery_view.form(State.parse(rest)))


async def searched(interaction: discord.Interaction, custom_id: str) -> None:
    """The form came back."""
    state = State.parse(custom_id.removeprefix(f"{SEARCH}:"))
    await acknowledge(interaction)
    await _page(interaction, replace(state, words=word(interaction, WORDS), before=()).fitting())


async def chosen(interaction: discord.Interaction, rest: str) -> None:
    """One asset of the page: picked from the list."""
    await acknowledge(interaction)
    await _look(interaction, picked(interaction)[0], State.parse(rest))


async def looked(interaction: discord.Interaction, rest: str) -> None:
    """One asset: by the button of a relative."""
    asset_id, _, state = rest.partition(":")
    await acknowledge(interaction)
    await _look(interaction, asset_id, State.parse(state))


async def like(interaction: discord.Interaction, asset_id: str) -> None:
    """What looks like an asset, or was made from words like its own: of one's own; in a server, also of what the
    servers show that one is in.
    """
    await acknowledge(interaction)
    who = await looks(interaction)
    asset = await who.desk.studio.asset(who.user_id, asset_id, who.workspaces)
    found = await who.desk.app.likeness.like(
        who.user_id, asset_id, limit=PER_PAGE, workspaces=who.workspaces, others=who.here is not None
    )
    alike = [each.asset for each in found]
    async with thumbnails(who, alike) as files:
        await replaced(interaction, gallery_view.likes(asset, alike, set(files)), list(files.values()))


async def posted(interaction: discord.Interaction, asset_id: str) -> None:
    """Show an own asset to everybody here."""
    desk, channel = desk_of(interaction), interaction.channel
    assert channel is not None
    guild_id = interaction.guild_id
    user_id = (await admit(desk, interaction.user, guild_id if is_member(interaction) else None, channel)).user_id
    await acknowledge(interaction)
    parent_id = getattr(channel, "parent_id", None)
    here = places.thread(guild_id, parent_id, channel.id) if parent_id else places.channel(guild_id, channel.id)
    try:
        message = await desk.chats.share(user_id, asset_id, here, str(interaction.id))
    except UserError as error:
        await say(interaction, phrases.GONE if isinstance(error, NotFound) else error.message)
        return
    await say(interaction, f"Posted: {address(message)}")


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "next": turned,
    "previous": turned,
    "back": turned,
    "marked": turned,
    "kind": filtered,
    "search": asked,
    "pick": chosen,
    "like": like,
    "look": looked,
    "post": posted,
}


async def _page(interaction: discord.Interaction, state: State) -> None:
    who = await looks(interaction)
    link = await who.desk.app.links.gallery(who.user_id)
    here = who.here is not None
    try:
        assets, following = await who.desk.studio.gallery(who.user_id, _query(state, who))
    except Invalid as error:
        view = gallery_view.page(state, (), set(), None, link, refused=error.message, here=here)
        await replaced(interaction, view)
        return
    async with thumbnails(who, assets) as files:
        view = gallery_view.page(state, assets, set(files), following, link, here=here)
        await replaced(interaction, view, list(files.values()))


def _query(state: State, who: Looks) -> Query:
    """What a page asks for. In a server, `by:workspace` means this one."""
    within = Query(
        kind=state.kind or None,
        favourite=True if state.favourites else None,
        others=state.others,
        workspaces=(who.here,) if who.here else None,
        limit=PER_PAGE,
        before=state.before[-1] if state.before else None,
    )
    return parse(state.words, within)


async def _look(interaction: discord.Interaction, asset_id: str, state: State) -> None:
    who = await looks(interaction)
    try:
        asset = await who.desk.studio.asset(who.user_id, asset_id, who.workspaces)
        parent, children = await _family(who, asset)
    except NotFound:
        await replaced(interaction, words(phrases.GONE))
        return
    async with whole(who, asset, interaction.filesize_limit) as files:
        link = await who.desk.app.links.gallery(who.user_id)
        view = gallery_view.detail(state, asset, parent, children, [file.filename for file in files], link)
        await replaced(interaction, view, files)


async def _family(who: Looks, asset: AssetView) -> tuple[AssetView | None, Sequence[AssetView]]:
    """What an own asset came from and became; another's family is theirs to show."""
    if not asset.mine:
        return None, ()
    parent, children, _ = await who.desk.studio.lineage(who.user_id, asset.id)
    return parent, children
