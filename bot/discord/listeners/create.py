"""A wish comes in by a command, a button, a menu or a form: recorded first, then answered, then given a place."""

from dataclasses import dataclass, field

import discord

from bot.discord import by_hand, opening, places
from bot.discord.answers import acknowledge, say
from bot.discord.desk import Asker, Desk, Seen, admit, desk_of
from core.chat import FileRef, MessageRef, ThreadRef
from core.creation.view import CreationView
from core.providers.base import Kind
from core.wishes import Action, Options, Wish

ON_IT = "On it. The result will come here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person wants, wherever they said it."""

    prompt: str = ""
    kind: Kind | None = None
    options: Options = field(default_factory=Options)
    files: tuple[FileRef, ...] = ()
    inputs: tuple[str, ...] = ()
    action: Action | None = None
    private: bool = False


async def begin(interaction: discord.Interaction, ask: Ask) -> None:
    """Open a new conversation."""
    desk = desk_of(interaction)
    asker = await _asker(interaction, desk)
    if by_hand.needed(interaction):
        view = await record(desk, asker, interaction.id, ask, by_hand.place(interaction))
        await acknowledge(interaction, thinking=True, ephemeral=ask.private)
        desk.start(by_hand.show(interaction, desk, asker.user_id, view))
        return
    private = ask.private and interaction.guild_id is not None
    thread = places.to_open(interaction.guild_id, _channel(interaction, private), interaction.id, private=private)
    view = await record(desk, asker, interaction.id, ask, thread)
    with desk.chats.opening(view.id):
        await (opening.privately if private else opening.publicly)(interaction, desk, view)


async def go_on(interaction: discord.Interaction, ask: Ask, found: Seen | None) -> None:
    """Go on where a message stands; from one's own gallery, which stands nowhere, a new conversation begins."""
    if found is None:
        await begin(interaction, ask)
        return
    desk = desk_of(interaction)
    asker = await _asker(interaction, desk)
    await record(desk, asker, interaction.id, ask, found.thread, through=found.ref)
    if interaction.message is not None:
        await acknowledge(interaction)
    else:  # a menu, or its form: there is no message that such an answer could leave as it is
        await say(interaction, ON_IT)


async def record(
    desk: Desk, asker: Asker, event: int, ask: Ask, thread: ThreadRef, *, through: MessageRef | None = None
) -> CreationView:
    """Hand a wish to the front desk. `event` is the id of the interaction or message that brought it.

    Raises:
        UserError: it cannot be taken; nothing is stored.
    """
    return await desk.studio.create(
        Wish(
            user_id=asker.user_id,
            prompt=ask.prompt,
            event_key=f"discord:{event}",
            surface=places.PLATFORM,
            thread=thread,
            workspace_id=asker.workspace_id,
            workspaces=(asker.workspace_id,) if asker.workspace_id else (),
            kind=ask.kind,
            inputs=ask.inputs,
            action=ask.action,
            files=ask.files,
            through=through,
            options=ask.options,
        )
    )


async def _asker(interaction: discord.Interaction, desk: Desk) -> Asker:
    guild_id = interaction.guild_id if by_hand.is_member(interaction) else None
    return await admit(desk, interaction.user, guild_id, interaction.channel)


def _channel(interaction: discord.Interaction, private: bool) -> int:
    """Where the root stands; a private thread cannot hang below another thread."""
    assert interaction.channel is not None
    above = getattr(interaction.channel, "parent_id", None) if private else None
    return above or interaction.channel.id
