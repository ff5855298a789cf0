"""Everything there is on this Discord, and who is told when it changes."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.desk import Desk
from tests.fakes.discord.files import Cdn
from tests.fakes.discord.ids import Ids
from tests.fakes.discord.mentions import Ping
from tests.fakes.discord.messages import Message, payload
from tests.fakes.discord.permissions import P, in_channel
from tests.fakes.discord.places import Channel, Guild, Kind, User
from tests.fakes.discord.pulse import Pulse
from tests.fakes.discord.settings import Rules
from tests.fakes.discord.streams import Intent, Streams
from tests.fakes.replicate.wire.clock import Clock

if TYPE_CHECKING:
    from tests.fakes.discord.commands import Command
    from tests.fakes.discord.interactions import Interaction

CONTENT_FLAG, MEMBERS_FLAG, PRESENCE_FLAG = 1 << 19, 1 << 15, 1 << 13
"""Application flags of an app below the review limit."""


class World:
    """The state, and the telling."""

    def __init__(self, rules: Rules, clock: Clock, token: str) -> None:
        self.rules, self.clock, self.token = rules, clock, token
        self.ids, self.pulse = Ids(clock), Pulse()
        self.streams = Streams(clock, rules.resumable_s)
        self.cdn = Cdn(clock, self.ids, rules.link_s)
        self.desk = Desk(self)
        self.application_id = self.ids.next()
        self.bot = User(self.application_id, "easel", bot=True)
        self.owner = User(self.ids.next(), "owner")
        self.users: dict[str, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.dms: dict[str, Channel] = {}
        self.commands: dict[str, Command] = {}
        self.commands_made: list[tuple[float, str]] = []
        self.interactions: dict[str, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self.pings: list[Ping] = []
        self.hidden_files: list[tuple[Message, str]] = []
        self.repeated_nonces = 0
        self.typing: list[tuple[float, str]] = []
        self.gateway_url = ""

    @property
    def privileged(self) -> int:
        return int(Intent.MESSAGE_CONTENT | Intent.GUILD_MEMBERS | Intent.PRESENCES)

    @property
    def granted(self) -> int:
        rules = self.rules
        return (
            (Intent.MESSAGE_CONTENT if rules.content_intent else 0)
            | (Intent.GUILD_MEMBERS if rules.members_intent else 0)
            | (Intent.PRESENCES if rules.presence_intent else 0)
        )

    @property
    def application_flags(self) -> int:
        rules = self.rules
        return (
            (CONTENT_FLAG if rules.content_intent else 0)
            | (MEMBERS_FLAG if rules.members_intent else 0)
            | (PRESENCE_FLAG if rules.presence_intent else 0)
        )

    # --- what the app may see -------------------------------------------------------------------------------------

    def bot_sees(self, channel: Channel) -> bool:
        """Private threads are open to their members and to who manages threads."""
        bits = in_channel(channel, self.bot.id)
        if not bits & P.VIEW_CHANNEL:
            return False
        if channel.kind != Kind.PRIVATE_THREAD:
            return True
        return self.bot.id in channel.thread.members or bool(bits & P.MANAGE_THREADS)

    def exempt(self, message: Message) -> bool:
        """Content shown without the intent: own messages, DMs, mentions, pinging replies to a regular bot message.

        https://docs.discord.com/developers/gateway/you-might-not-need-a-privileged-intent: not so for a reply to an
        answer to an interaction.
        """
        if message.author is self.bot or message.channel.guild is None:
            return True
        replied = message.mentions.replied == self.bot.id
        regular = message.target is not None and message.target.interaction is None
        return self.bot.id in message.mentions.users or (replied and regular)

    def describe(self, message: Message, *, whole: bool | None = None) -> dict[str, Any]:
        """What REST shows the app; `whole` where content does not depend on the intent."""
        seen = self.rules.content_intent or self.exempt(message) if whole is None else whole
        return payload(message, self.cdn, people=self.users, bare=not seen)

    # --- telling --------------------------------------------------------------------------------------------------

    def tell_guild(self, event: str, data: Any, guild: Guild | None) -> None:
        if guild is not None and guild.installed:
            self.streams.tell(event, data, guild_id=guild.id, intent=Intent.GUILDS)

    def tell_member(self, event: str, data: Any, guild: Guild) -> None:
        if guild.installed:
            self.streams.tell(event, data, guild_id=guild.id, intent=Intent.GUILD_MEMBERS)

    def tell_channel(self, event: str, data: Any, channel: Channel) -> None:
        if channel.guild and channel.guild.installed and self.bot_sees(channel):
            self.streams.tell(event, data, guild_id=channel.guild.id, intent=Intent.GUILDS)

    def tell_message(self, event: str, message: Message) -> None:
        if message.ephemeral or not self.bot_sees(message.channel):
            return
        guild = message.channel.guild
        whole = payload(message, self.cdn, people=self.users) | self._surroundings(message)
        bare = whole
        if not self.exempt(message):
            bare = payload(message, self.cdn, people=self.users, bare=True) | self._surroundings(message)
        guild_id, intent = (guild.id, Intent.GUILD_MESSAGES) if guild else (None, Intent.DIRECT_MESSAGES)
        self.streams.tell_by_content(event, whole, bare, guild_id=guild_id, intent=intent)

    def tell_deleted(self, message: Message) -> None:
        channel = message.channel
        if message.ephemeral or not self.bot_sees(channel):
            return
        data = {"id": message.id, "channel_id": channel.id}
        if channel.guild:
            data["guild_id"] = channel.guild.id
        intent = Intent.GUILD_MESSAGES if channel.guild else Intent.DIRECT_MESSAGES
        self.streams.tell("MESSAGE_DELETE", data, guild_id=data.get("guild_id"), intent=intent)

    def _surroundings(self, message: Message) -> dict[str, Any]:
        """What events add to the message object."""
        guild = message.channel.guild
        if guild is None:
            return {"channel_type": int(message.channel.kind)}
        member = guild.members.get(message.author.id)
        more: dict[str, Any] = {"guild_id": guild.id, "channel_type": int(message.channel.kind)}
        if member:
            more["member"] = {key: value for key, value in payloads.member(member).items() if key != "user"}
        return more
