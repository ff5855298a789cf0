"""`/gallery`: everything a person made, for their eyes only. Where they are in it stands in the buttons' ids."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord

from bot.chat import phrases
from bot.discord import gallery_view, places
from bot.discord.answers import acknowledge, say, words
from bot.discord.attached import word
from bot.discord.by_hand import is_member
from bot.discord.desk import Desk, admit, desk_of, person
from bot.discord.gallery_view import SEARCH, WORDS, State
from bot.discord.opening import address
from core.creation.view import AssetView
from core.errors import Forbidden, NotFound, UserError
from storage.gallery import Query

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
    """Another kind: picked from the list."""
    data: Any = interaction.data or {}
    await acknowledge(interaction)
    await _page(interaction, replace(State.parse(rest), kind=data["values"][0].strip("-"), before=()))


async def asked(interaction: discord.Interaction, rest: str) -> None:
    """Open the form for words to search by."""
    await interaction.response.send_modal(gallery_view.form(State.parse(rest)))


async def searched(interaction: discord.Interaction, custom_id: str) -> None:
    """The form came back."""
    state = State.parse(custom_id.removeprefix(f"{SEARCH}:"))
    await acknowledge(interaction)
    await _page(interaction, replace(state, words=word(interaction, WORDS), before=()).fitting())


async def picked(interaction: discord.Interaction, rest: str) -> None:
    """One asset of the page: picked from the list."""
    data: Any = interaction.data or {}
    await acknowledge(interaction)
    await _look(interaction, data["values"][0], State.parse(rest))


async def looked(interaction: discord.Interaction, rest: str) -> None:
    """One asset: by the button of a relative."""
    asset_id, _, state = rest.partition(":")
    await acknowledge(interaction)
    await _look(interaction, asset_id, State.parse(state))


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
    "pick": picked,
    "look": looked,
    "post": posted,
}


async def _page(interaction: discord.Interaction, state: State) -> None:
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    query = Query(
        words=state.words,
        kind=state.kind or None,
        favourite=True if state.favourites else None,
        limit=PER_PAGE,
        before=state.before[-1] if state.before else None,
    )
    assets, following = await desk.studio.gallery(user_id, query)
    async with _thumbnails(desk, user_id, assets) as files:
        view = gallery_view.page(state, assets, set(files), following, await desk.app.links.gallery(user_id))
        await _edit(interaction, view, list(files.values()))


async def _look(interaction: discord.Interaction, asset_id: str, state: State) -> None:
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    try:
        asset = await desk.studio.asset(user_id, asset_id)
        parent, children, _ = await desk.studio.lineage(user_id, asset_id)
    except NotFound:
        await _edit(interaction, words(phrases.GONE), [])
        return
    async with _whole(desk, user_id, asset, interaction.filesize_limit) as files:
        link = await desk.app.links.gallery(user_id)
        view = gallery_view.detail(state, asset, parent, children, files[0].filename if files else "", link)
        await _edit(interaction, view, files)


async def _edit(interaction: discord.Interaction, view: discord.ui.LayoutView, files: Sequence[discord.File]) -> None:
    view.stop()
    await interaction.edit_original_response(
        view=view, attachments=files, allowed_mentions=discord.AllowedMentions.none()
    )


# --- files --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Picture:
    """A small picture, and the name it is uploaded by."""

    path: Path
    name: str


@asynccontextmanager
async def _thumbnails(desk: Desk, user_id: str, assets: Sequence[AssetView]) -> AsyncIterator[dict[str, discord.File]]:
    """Asset id → its small picture, open for uploading; none where there can be none."""
    with TemporaryDirectory() as folder:
        files: dict[str, discord.File] = {}
        for asset in assets:
            if picture := await _thumbnail(desk, user_id, asset, Path(folder)):
                files[asset.id] = _file(picture, asset)
        try:
            yield files
        finally:
            for file in files.values():
                file.close()


@asynccontextmanager
async def _whole(desk: Desk, user_id: str, asset: AssetView, limit_bytes: int) -> AsyncIterator[list[discord.File]]:
    """The asset itself where it fits, else its small picture."""
    with TemporaryDirectory() as folder:
        picture: _Picture | None = None
        try:
            _, key = await desk.studio.content(user_id, asset.id)
            if asset.size_bytes <= limit_bytes:
                path = await desk.app.objects.fetch(key, Path(folder))
                picture = _Picture(path, f"easel-{asset.version or 'picture'}{path.suffix}")
        except (Forbidden, FileNotFoundError):
            pass
        picture = picture or await _thumbnail(desk, user_id, asset, Path(folder))
        files = [_file(picture, asset)] if picture else []
        try:
            yield files
        finally:
            for file in files:
                file.close()


async def _thumbnail(desk: Desk, user_id: str, asset: AssetView, folder: Path) -> _Picture | None:
    try:
        key = await desk.studio.thumbnail(user_id, asset.id)
        path = await desk.app.objects.fetch(key, folder) if key else None
    except (Forbidden, NotFound, FileNotFoundError):
        return None
    return _Picture(path, f"{asset.id}{path.suffix}") if path else None


def _file(picture: _Picture, asset: AssetView) -> discord.File:
    alt_text = (asset.alt_text or asset.asked)[: gallery_view.ALT_MAX] or None
    return discord.File(picture.path, filename=picture.name, description=alt_text)
