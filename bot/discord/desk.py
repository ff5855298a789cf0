"""What the listeners work with, and who is let in."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import discord

from bot.discord import places
from bot.discord.adapter import DiscordAdapter
from bot.discord.memory import Memory
from bot.discord.rest import Rest
from core.chat import MessageRef, ThreadRef
from core.chats import Chats, Showing
from core.errors import Forbidden
from core.studio import Studio
from core.workspaces import WorkspaceRules

if TYPE_CHECKING:
    from bot.app import App

Asking = discord.User | discord.Member
Somewhere = discord.abc.Snowflake


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One per process: the house, and the two ways to Discord."""

    app: "App"
    rest: Rest
    """Writes by the bot's token; never connected to the gateway."""
    adapter: DiscordAdapter
    memory: Memory = field(default_factory=Memory)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _cards: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def in_turn(self, card: discord.Message | None) -> asyncio.Lock:
        """Held from a look at what a card says until it is written: of two presses, the last state comes last."""
        return self._cards.setdefault(card.id if card else 0, asyncio.Lock())

    @property
    def studio(self) -> Studio:
        """The front desk."""
        return self.app.studio

    @property
    def chats(self) -> Chats:
        """Who is who, and which message shows what."""
        return self.app.chats

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the listeners, until the desk is closed."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """Stop what still goes on."""
        for task in (running := list(self.tasks)):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class AtDesk(discord.Client):
    """A client that knows the desk its listeners work at."""

    desk: Desk


def desk_of(interaction: discord.Interaction) -> Desk:
    """The desk of the client that an interaction came to."""
    assert isinstance(interaction.client, AtDesk)
    return interaction.client.desk


@dataclass(frozen=True, slots=True)
class Asker:
    """A person who may ask here."""

    user_id: str
    workspace_id: str | None
    rules: WorkspaceRules


async def person(desk: Desk, user: Asking) -> str:
    """The id of the person behind a Discord account, which is one and the same in all guilds."""
    return await desk.chats.person(places.PLATFORM, "", str(user.id), user.display_name)


async def admit(desk: Desk, user: Asking, guild_id: int | None, channel: Somewhere | None) -> Asker:
    """Who asks, and by which rules. `guild_id` names a guild that Easel is in.

    Raises:
        Forbidden: the workspace does not let this person ask, or not here.
        StorageBusy: nobody could be found or made now.
    """
    user_id = await person(desk, user)
    if guild_id is None:
        return Asker(user_id, None, WorkspaceRules())
    place = await desk.chats.workspace(places.PLATFORM, str(guild_id))
    _check_channel(place.rules, channel)
    _check_roles(place.rules, user)
    if isinstance(user, discord.Member):
        await desk.app.kept.membership.seen(user_id, place.id)
    return Asker(user_id, place.id, place.rules)


def _check_channel(rules: WorkspaceRules, channel: Somewhere | None) -> None:
    here = {str(getattr(channel, "id", "")), str(getattr(channel, "parent_id", ""))}
    if rules.channels and not here & set(rules.channels):
        listed = ", ".join(f"<#{each}>" for each in rules.channels)
        raise Forbidden(f"In this server, Easel is asked in {listed}.", "channel")


def _check_roles(rules: WorkspaceRules, user: Asking) -> None:
    held = {str(role.id) for role in user.roles} if isinstance(user, discord.Member) else set()
    if rules.roles and not held & set(rules.roles):
        listed = ", ".join(f"<@&{each}>" for each in rules.roles)
        raise Forbidden(f"In this server, Easel works for members with {listed}.", "role")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of Easel's that a person pressed on or replied to."""

    ref: MessageRef
    showing: Showing

    @property
    def thread(self) -> ThreadRef:
        """Where what comes of it belongs: what was shared into a channel is answered, not followed."""
        place = places.read(self.ref.thread)
        if place.kind == places.Kind.THREAD and place.id == place.channel_id:
            return places.chain(place.guild_id, place.channel_id, int(self.ref.id))
        return self.ref.thread


async def seen(desk: Desk, message: discord.Message | None) -> Seen | None:
    """What a message of Easel's shows; None for anybody else's, and for what belongs to nobody's conversation.

    A card that only its reader sees answers the message whose buttons it carries.
    """
    if message is None or desk.rest.user is None or message.author.id != desk.rest.user.id:
        return None
    for thread in places.around(message):
        ref = MessageRef(thread, str(message.id))
        if showing := await desk.chats.showing(ref):
            return Seen(ref, showing)
    answered = message.reference.resolved if message.flags.ephemeral and message.reference else None
    return await seen(desk, answered) if isinstance(answered, discord.Message) else None
