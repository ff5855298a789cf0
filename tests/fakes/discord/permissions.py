"""Who may do what where.

https://docs.discord.com/developers/topics/permissions#permission-hierarchy: roles add up; a channel's overwrites for
everyone, then for the roles, then for the one person take away and give back; a thread has its parent's.
"""

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, Guild


class Permission(IntFlag):
    """The bits that matter to an app that posts."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


P = Permission
ALL = (1 << 53) - 1
EVERYONE = int(
    P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS
    | P.SEND_VOICE_MESSAGES
    | P.SEND_POLLS
    | P.USE_EXTERNAL_APPS
)
"""What a new server gives everybody."""
PRIVATE = int(
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.ATTACH_FILES | P.READ_MESSAGE_HISTORY | P.ADD_REACTIONS
)
"""What holds in a direct message."""


def in_guild(guild: "Guild", user_id: str) -> int:
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if user_id == guild.owner_id:
        return ALL
    bits = guild.everyone.permissions
    for role in member.roles:
        bits |= role.permissions
    return ALL if bits & P.ADMINISTRATOR else bits


def in_channel(channel: "Channel", user_id: str) -> int:
    """0 for who cannot see it. `SEND_MESSAGES` says nothing about threads, which have a permission of their own."""
    if channel.guild is None:
        return PRIVATE if user_id in channel.recipients else 0
    bits = in_guild(channel.guild, user_id)
    if bits == ALL:
        return bits
    bits = _overwritten(bits, channel.parent or channel, user_id)
    return bits if bits & P.VIEW_CHANNEL else 0


def _overwritten(bits: int, channel: "Channel", user_id: str) -> int:
    guild = channel.guild
    if guild is None or (member := guild.members.get(user_id)) is None:
        return 0
    for targets in ([guild.id], [role.id for role in member.roles], [user_id]):
        found = [channel.overwrites[target] for target in targets if target in channel.overwrites]
        for _, deny in found:
            bits &= ~deny
        for allow, _ in found:
            bits |= allow
    return bits
