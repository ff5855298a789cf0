"""People, roles, servers and channels, and the builders tests use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from tests.fakes.discord import payloads
from tests.fakes.discord.permissions import EVERYONE, P
from tests.fakes.discord.pulse import Pulse

if TYPE_CHECKING:
    from tests.fakes.discord.messages import Message
    from tests.fakes.discord.world import World


class Kind(IntEnum):
    """Channel types."""

    TEXT = 0
    DM = 1
    GROUP = 3
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class User:
    """An account, a person's or a bot's."""

    def __init__(self, user_id: str, name: str, *, bot: bool = False) -> None:
        self.id, self.name, self.bot = user_id, name, bot
        self.dms = True
        """Takes direct messages from apps."""
        self.user_install = False
        """Has installed the app for their own account."""

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(slots=True, eq=False)
class Role:
    """A role; the one with the guild's own id is everybody's."""

    id: str
    name: str
    permissions: int
    position: int = 1
    mentionable: bool = False
    managed_by: str | None = None

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(slots=True, eq=False)
class Member:
    """Somebody in a guild."""

    user: User
    joined_at: float
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None


class Channel:
    """Where messages stand: a text channel, a thread, a direct message or a group."""

    def __init__(
        self, world: "World", kind: Kind, name: str, *, guild: "Guild | None" = None, channel_id: str | None = None
    ) -> None:
        self._world = world
        self.id, self.kind, self.name, self.guild = channel_id or world.ids.next(), kind, name, guild
        self.parent: Channel | None = None
        self.owner_id = ""
        self.recipients: dict[str, User] = {}
        self.overwrites: dict[str, tuple[int, int]] = {}
        self.messages: dict[str, Message] = {}
        self.nsfw = False
        self.topic: str | None = None
        self.thread = ThreadState(made_at=world.clock.now(), changed_at=world.clock.now())
        self.pulse = Pulse(world.pulse)

    @property
    def is_thread(self) -> bool:
        return self.kind in {Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD}

    @property
    def archived(self) -> bool:
        """Also by itself, when nobody wrote for `auto_archive_duration` minutes."""
        state = self.thread
        quiet_s = self._world.clock.now() - max(state.active_at, state.made_at)
        return self.is_thread and (state.archived or quiet_s > state.auto_archive_minutes * 60)

    def deny(self, target: "User | Role | Guild", *permissions: P) -> None:
        self._overwrite(target.id, 0, sum(permissions))

    def allow(self, target: "User | Role | Guild", *permissions: P) -> None:
        self._overwrite(target.id, sum(permissions), 0)

    def _overwrite(self, target_id: str, allow: int, deny: int) -> None:
        old_allow, old_deny = self.overwrites.get(target_id, (0, 0))
        self.overwrites[target_id] = ((old_allow | allow) & ~deny, (old_deny | deny) & ~allow)
        self._world.tell_guild("CHANNEL_UPDATE", payloads.channel(self), self.guild)

    def __repr__(self) -> str:
        return f"<#{self.name}>"


@dataclass(slots=True)
class ThreadState:
    """What only threads have."""

    made_at: float
    changed_at: float
    active_at: float = 0
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_minutes: int = 4320
    members: dict[str, float] = field(default_factory=dict)
    sent: int = 0


class Guild:
    """A server. `installed` says whether the app's bot is in it; a user-installed app works in it all the same."""

    def __init__(self, world: "World", name: str, *, installed: bool, bot_permissions: int, file_bytes: int) -> None:
        self._world = world
        self.id, self.name, self.file_bytes = world.ids.next(), name, file_bytes
        self.everyone = Role(self.id, "@everyone", EVERYONE, position=0)
        self.roles: dict[str, Role] = {self.id: self.everyone}
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.owner_id = world.owner.id
        self.installed = False
        self.join(world.owner)
        if installed:
            self.install(bot_permissions)

    def install(self, bot_permissions: int = 0) -> None:
        """The app's bot joins, with a role of its own."""
        self.installed = True
        role = Role(self._world.ids.next(), self._world.bot.name, bot_permissions, managed_by=self._world.bot.id)
        self.roles[role.id] = role
        self.members[self._world.bot.id] = Member(self._world.bot, self._world.clock.now(), [role])
        self._world.tell_guild("GUILD_CREATE", payloads.guild_create(self, joined=True), self)

    def kick_bot(self) -> None:
        """Somebody removes the app."""
        self._world.tell_guild("GUILD_DELETE", {"id": self.id}, self)
        self.installed = False
        self.members.pop(self._world.bot.id, None)

    def channel(
        self, name: str = "general", *, overwrites: Mapping[str, tuple[int, int]] | None = None, nsfw: bool = False
    ) -> Channel:
        made = Channel(self._world, Kind.TEXT, name, guild=self)
        made.overwrites.update(overwrites or {})
        made.nsfw = nsfw
        self.channels[made.id] = self._world.channels[made.id] = made
        self._world.tell_guild("CHANNEL_CREATE", payloads.channel(made), self)
        return made

    def role(self, name: str, *permissions: P, mentionable: bool = False) -> Role:
        made = Role(self._world.ids.next(), name, sum(permissions), len(self.roles), mentionable)
        self.roles[made.id] = made
        self._world.tell_guild("GUILD_ROLE_CREATE", {"guild_id": self.id, "role": payloads.role(made)}, self)
        return made

    def allow(self, role: Role, permissions: int) -> None:
        """A role's permissions become these."""
        role.permissions = permissions
        self._world.tell_guild("GUILD_ROLE_UPDATE", {"guild_id": self.id, "role": payloads.role(role)}, self)

    def join(self, user: User, roles: Iterable[Role] = (), nick: str | None = None) -> Member:
        member = Member(user, self._world.clock.now(), list(roles), nick)
        self.members[user.id] = member
        self._world.tell_member("GUILD_MEMBER_ADD", payloads.member(member) | {"guild_id": self.id}, self)
        return member

    def leave(self, user: User) -> None:
        self.members.pop(user.id, None)
        data = {"guild_id": self.id, "user": payloads.user(user)}
        self._world.tell_member("GUILD_MEMBER_REMOVE", data, self)

    @property
    def bot_role(self) -> Role:
        return next(role for role in self.roles.values() if role.managed_by)

    def __repr__(self) -> str:
        return f"<guild {self.name}>"
