"""The menus on any message with a picture, Easel's own or not; Inspect takes any file."""

from dataclasses import replace

import discord

from bot.discord.answers import bounded
from bot.discord.attached import pictures_in
from bot.discord.desk import desk_of, seen
from bot.discord.listeners import inspecting
from bot.discord.listeners.create import Ask, begin, go_on
from bot.discord.listeners.refine import OF_MESSAGE, form
from core.chat import FileRef
from core.errors import Invalid
from core.wishes import Action

NO_PICTURE = "There is no picture on this message that Easel could work from."


async def refine(interaction: discord.Interaction, message: discord.Message) -> None:
    """Open the form; the pictures are remembered until it comes back."""

    async def work() -> None:
        desk = desk_of(interaction)
        if await seen(desk, message) is None:
            desk.memory.keep(message.id, _pictures(message))
        await interaction.response.send_modal(form(f"{OF_MESSAGE}:{message.id}"))

    await bounded(interaction, work())


async def animate(interaction: discord.Interaction, message: discord.Message) -> None:
    """Bring the picture to life."""
    await bounded(interaction, _act(interaction, message, Ask(action=Action.ANIMATE)))


async def again(interaction: discord.Interaction, message: discord.Message) -> None:
    """Make it once more; of a picture that Easel did not make, another version of it."""
    await bounded(interaction, _act(interaction, message, Ask(action=Action.AGAIN)))


async def _act(interaction: discord.Interaction, message: discord.Message, ask: Ask) -> None:
    found = await seen(desk_of(interaction), message)
    if found and found.showing.asset_ids:
        await go_on(interaction, replace(ask, inputs=found.showing.asset_ids[:1]), found)
        return
    action = Action.VARY if ask.action == Action.AGAIN else ask.action
    await begin(interaction, replace(ask, action=action, files=_pictures(message)[:1]))


def _pictures(message: discord.Message) -> tuple[FileRef, ...]:
    found = pictures_in(message)
    if not found:
        raise Invalid(NO_PICTURE, "no_picture")
    return found


async def inspect(interaction: discord.Interaction, message: discord.Message) -> None:
    """Tell where its file comes from."""
    await bounded(interaction, inspecting.of_message(interaction, message))


MENUS = {
    "Refine with Easel": refine,
    "Animate with Easel": animate,
    "Make again": again,
    "Inspect with Easel": inspect,
}
"""discord.py takes five at most."""
