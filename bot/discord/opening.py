"""From a first answer to a conversation: the answer becomes the root, and a thread hangs from it.

The interaction's token is used for that answer alone. From then on everything goes by ids and the bot's token, so that
it outlives the token's fifteen minutes, a restart and this process.
"""

from contextlib import suppress
from dataclasses import replace

import discord
import structlog

from bot.discord import places
from bot.discord.answers import FAULTS, acknowledge, words
from bot.discord.beginnings import AS_REPLIES
from bot.discord.desk import Desk
from bot.discord.views import root_view, thread_name
from core.chat import MessageRef, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from storage import posts
from storage.tables import Post

THREADED = frozenset({discord.ChannelType.text, discord.ChannelType.news})
NOWHERE = (
    "Easel can neither open a private thread here nor write to you directly. What it makes will be in your /gallery."
)
SOON = "It opens in a moment, in a private thread or directly."
log = structlog.get_logger()


async def publicly(interaction: discord.Interaction, desk: Desk, view: CreationView) -> None:
    """Turn the answer into the root of a thread, or of a chain of replies where no thread can be."""
    if not await acknowledge(interaction, thinking=True):
        await by_bot(desk, view, interaction.user.id)
        return
    try:
        own = await _rooted(interaction, desk, replace(view, by=str(interaction.user.id)))
    except FAULTS as error:
        log.warning("thread_left_to_a_worker", creation=view.id, error=type(error).__name__)
        with suppress(*FAULTS):
            await interaction.delete_original_response()
        return
    if await desk.chats.opened(view.id, own) != own:  # a worker was faster
        with suppress(Unreachable, *FAULTS):
            await desk.adapter.delete(own)


async def privately(interaction: discord.Interaction, desk: Desk, view: CreationView) -> None:
    """Open a thread that only the asker sees, or write to them directly; the answer says where."""
    on_time = await acknowledge(interaction, thinking=True, ephemeral=True)
    try:
        root = await by_bot(desk, view, interaction.user.id)
        sentence = f"Only you see it: {address(root)}"
    except Unreachable as error:
        log.warning("thread_not_opened", creation=view.id, reason=error.reason)
        sentence = NOWHERE
    except FAULTS as error:
        log.warning("thread_left_to_a_worker", creation=view.id, error=type(error).__name__)
        sentence = SOON
    if on_time:
        await _answer(interaction, words(sentence))


async def by_bot(desk: Desk, view: CreationView, asker_id: int) -> MessageRef:
    """Open a pending thread by the bot's token alone, as a worker would, only sooner.

    Raises:
        Unreachable: it cannot be opened.
    """
    thread = ThreadRef.parse(view.thread)
    post = Post(creation_id=view.id, user_id="", role=posts.ROOT, thread=view.thread)
    own = await desk.adapter.open(thread, replace(view, by=str(asker_id)), post=post)
    kept = await desk.chats.opened(view.id, own)
    if kept != own:
        await desk.adapter.delete(own)
    return kept


def address(message: MessageRef) -> str:
    """A link to a message, as Discord itself writes it."""
    place = places.read(message.thread)
    return f"https://discord.com/channels/{place.guild_id or '@me'}/{place.writes_in}/{message.id}"


async def _rooted(interaction: discord.Interaction, desk: Desk, view: CreationView) -> MessageRef:
    """The answer as a root, with what hangs from it."""
    root_id = await _answer(interaction, root_view(view))
    return MessageRef(await _thread(interaction, desk, root_id, view), str(root_id))


async def _thread(interaction: discord.Interaction, desk: Desk, root_id: int, view: CreationView) -> ThreadRef:
    guild_id, channel = interaction.guild_id, interaction.channel
    assert channel is not None
    if guild_id is None or channel.type not in THREADED:
        return places.chain(guild_id, channel.id, root_id)
    try:
        await desk.rest.start_thread(channel.id, root_id, thread_name(view))
    except discord.Forbidden as error:
        log.info("thread_not_allowed", creation=view.id, code=error.code)
        await _answer(interaction, root_view(view, AS_REPLIES))
        return places.chain(guild_id, channel.id, root_id)
    return places.thread(guild_id, channel.id, root_id)


async def _answer(interaction: discord.Interaction, shown: discord.ui.LayoutView) -> int:
    shown.stop()
    message = await interaction.edit_original_response(view=shown, allowed_mentions=discord.AllowedMentions.none())
    return message.id
