"""Where Easel is no member: servers and group chats in which a person brought it along for themselves.

Only the interaction's token writes there: for fifteen minutes, with at most five further messages
(https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages). So this process shows
the creation itself, says so up front, and leaves what comes later to `/gallery` and a direct message.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import structlog

from bot.discord import places
from bot.discord.desk import Desk
from bot.discord.files import Parcel, packed
from bot.discord.results import result_view, result_words
from bot.discord.views import status_view
from core.chat import Attachment, ThreadRef
from core.creation.posting import MEDIA_MAX, WITHHELD
from core.creation.view import AssetView, CreationView
from core.errors import UserError
from core.trust.disk import working_folder

FOLLOW_UPS = 5
UNTIL_S = 14 * 60
BETWEEN_S = 1.5
UP_FRONT = "Easel is not a member here, so it can show results for 14 minutes; later ones are in your /gallery."
LEFT = "The rest is in your /gallery."
LATER = "It goes on, and can no longer be shown here: look into your /gallery in a while."
log = structlog.get_logger()


def is_member(interaction: discord.Interaction) -> bool:
    """Whether Easel is in the server that an interaction comes from."""
    if interaction.guild_id is None:
        return False
    return interaction.is_guild_integration() or interaction.client.get_guild(interaction.guild_id) is not None


def needed(interaction: discord.Interaction) -> bool:
    """Whether the bot's token cannot write where an interaction comes from."""
    if interaction.guild_id is None:
        return not interaction.context.dm_channel
    may, thread = interaction.app_permissions, isinstance(interaction.channel, discord.Thread)
    writes = may.send_messages_in_threads if thread else may.send_messages
    return not (is_member(interaction) and may.view_channel and writes and may.attach_files)


def place(interaction: discord.Interaction) -> ThreadRef:
    """How such a place is written down, so that no worker tries."""
    assert interaction.channel is not None
    return places.by_token(interaction.guild_id, interaction.channel.id, interaction.id)


async def show(interaction: discord.Interaction, desk: Desk, user_id: str, view: CreationView) -> None:
    """Show a creation by its interaction's token while that lives, and what is left by direct message.

    The boundary of this task.
    """
    hand = _Hand(interaction, desk, user_id)
    try:
        await hand.follows(view.id)
        await hand.brings_the_rest(await desk.studio.finished(user_id, view.id))
    except Exception as error:
        log.warning("not_shown", creation=view.id, error=type(error).__name__)


class _Hand:
    """One creation, shown by one token."""

    def __init__(self, interaction: discord.Interaction, desk: Desk, user_id: str) -> None:
        self._interaction, self._desk, self._user_id = interaction, desk, user_id
        self._shown: set[str] = set()
        self._sent = 0

    async def follows(self, creation_id: str) -> None:
        """Each state as it comes, until the end or until the token is about to die."""
        try:
            async with asyncio.timeout(UNTIL_S):
                async for seen in self._desk.studio.watch(self._user_id, creation_id):
                    await self._shows(replace(seen, by=str(self._interaction.user.id)))
                    await asyncio.sleep(0 if seen.state.final else BETWEEN_S)
        except TimeoutError:
            seen = await self._desk.studio.creation(self._user_id, creation_id)
            await self._status(replace(seen, by=str(self._interaction.user.id)), LATER)
        except discord.HTTPException as error:
            log.info("token_ended", creation=creation_id, code=error.code)

    async def _shows(self, view: CreationView) -> None:
        """The state now, and what is new; the last message is kept for the end."""
        for group in self._new(view):
            if self._sent < (FOLLOW_UPS if view.state.final else FOLLOW_UPS - 2):
                await self._send(view, group)
        await self._status(view, LEFT if view.state.final and self._new(view) else UP_FRONT)

    async def _status(self, view: CreationView, note: str) -> None:
        shown = status_view(view, links=self._desk.app.links, now=discord.utils.utcnow())
        shown.add_item(discord.ui.TextDisplay(f"-# {note}"))
        shown.stop()
        await self._interaction.edit_original_response(view=shown, allowed_mentions=discord.AllowedMentions.none())

    async def brings_the_rest(self, view: CreationView) -> None:
        """What the token could not show, directly to the asker, where they let Easel write to them."""
        left = [asset for group in self._new(view) for asset in group]
        if not left:
            return
        try:
            channel_id = await self._desk.rest.direct_channel(self._interaction.user.id)
            for asset in left:
                thread = places.channel(None, channel_id)
                await self._desk.chats.share(self._user_id, asset.id, thread, f"rest:{view.id}")
        except (discord.HTTPException, UserError) as error:
            log.info("rest_left_in_the_gallery", creation=view.id, error=type(error).__name__)

    def _new(self, view: CreationView) -> list[list[AssetView]]:
        """What was not shown yet: pictures together, everything else by itself."""
        fresh = [asset for asset in view.assets if asset.id not in self._shown and asset.safety != WITHHELD]
        pictures = [asset for asset in fresh if asset.kind == "image"]
        others = [[asset] for asset in fresh if asset.kind != "image"]
        return [pictures[i : i + MEDIA_MAX] for i in range(0, len(pictures), MEDIA_MAX)] + others

    async def _send(self, view: CreationView, assets: Sequence[AssetView]) -> None:
        async with working_folder() as folder:
            files = [await self._attachment(asset, folder) for asset in assets]
            parcels = await packed(self._desk.app.pool, files, self._interaction.filesize_limit, folder)
            message = _message(self._desk, view, assets, parcels)
            opened = [discord.File(each.path, filename=each.name, description=each.alt_text) for each in parcels]
            none = discord.AllowedMentions.none()
            await self._interaction.followup.send(**message, files=opened, allowed_mentions=none)
        self._shown |= {asset.id for asset in assets}
        self._sent += 1

    async def _attachment(self, asset: AssetView, folder: Path) -> Attachment:
        path = await self._desk.chats.file(self._user_id, asset.id, None, folder)
        return Attachment(path, f"easel-{asset.version}{path.suffix}", asset.media_type, asset.alt_text, asset.id)


def _message(desk: Desk, view: CreationView, assets: Sequence[AssetView], parcels: Sequence[Parcel]) -> dict[str, Any]:
    """The same message that a member's thread gets."""
    sent, links = {each.asset_id: each.sent for each in parcels}, desk.app.links
    if len(assets) == 1 and assets[0].media_type.startswith("audio/"):
        words = result_words(view, assets[0], links=links, files=sent)
        words.view.stop()
        return {"content": words.text, "view": words.view}
    shown = result_view(view, assets, links=links, files=sent)
    shown.stop()
    return {"view": shown}
