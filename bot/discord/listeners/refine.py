"""Refine: a form with room for words and a picture, and what becomes of it when it is sent."""

from dataclasses import replace

import discord
from discord import ui

from bot.chat import phrases
from bot.discord.answers import say
from bot.discord.attached import files_in_form, word
from bot.discord.desk import Desk, Seen, desk_of, seen
from bot.discord.listeners.create import Ask, begin, go_on
from core.errors import NotFound
from core.trust.words import PROMPT_MAX

WORDS, PICTURES = "words", "pictures"
OF_ASSET, OF_MESSAGE = "easel:refine", "easel:refine-message"
FILES_MAX = 4
AGAIN = "That form is too old: please open “Refine with Easel” once more."


def form(custom_id: str) -> ui.Modal:
    """Nothing is filled in: a refinement names what changes, not the whole again."""
    modal = ui.Modal(title="Refine", custom_id=custom_id, timeout=1)
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=WORDS,
        style=discord.TextStyle.paragraph,
        placeholder="warmer light · the same at night · make it move",
        max_length=min(4_000, PROMPT_MAX),
    )
    pictures: ui.FileUpload[ui.Modal] = ui.FileUpload(
        custom_id=PICTURES, required=False, min_values=0, max_values=FILES_MAX
    )
    modal.add_item(ui.Label(text="What should change?", component=text))
    modal.add_item(ui.Label(text="Pictures to take something from", description="If you like.", component=pictures))
    modal.stop()  # what is sent is told by its id, also after a restart
    return modal


async def submitted(interaction: discord.Interaction, custom_id: str) -> None:
    """The form came back: for an asset of Easel's, or for the pictures of any message."""
    ask = Ask(prompt=word(interaction, WORDS), files=files_in_form(interaction))
    start, _, name = custom_id.rpartition(":")
    await (_of_asset(interaction, name, ask) if start == OF_ASSET else _of_message(interaction, int(name), ask))


async def _of_asset(interaction: discord.Interaction, asset_id: str, ask: Ask) -> None:
    try:
        found = await seen(desk_of(interaction), interaction.message)
        await go_on(interaction, replace(ask, inputs=(asset_id,)), found)
    except NotFound:
        await say(interaction, phrases.GONE)


async def _of_message(interaction: discord.Interaction, message_id: int, ask: Ask) -> None:
    desk = desk_of(interaction)
    kept = desk.memory.files(message_id)
    if kept is not None:
        await begin(interaction, replace(ask, files=(*kept, *ask.files)))
    elif found := await _again(interaction, desk, message_id):
        await go_on(interaction, replace(ask, inputs=found.showing.asset_ids), found)
    else:
        await say(interaction, AGAIN)


async def _again(interaction: discord.Interaction, desk: Desk, message_id: int) -> Seen | None:
    """One of Easel's own messages, which the bot's token may read whole at any time."""
    if not isinstance(interaction.channel, discord.abc.Messageable):
        return None
    try:
        return await seen(desk, await interaction.channel.fetch_message(message_id))
    except (discord.NotFound, discord.Forbidden):
        return None
