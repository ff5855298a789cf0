"""Whom a message pings.

https://docs.discord.com/developers/resources/message#allowed-mentions-object: without `allowed_mentions` everything in
the text pings, and a reply pings its author; with it only what it names. Edits and ephemeral messages ping nobody.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.permissions import P, in_channel
from tests.fakes.discord.refusals import invalid

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, User

USERS = re.compile(r"<@!?(\d+)>")
ROLES = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)\b")
PARSE = {"users", "roles", "everyone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """One notification that somebody would get."""

    message_id: str
    kind: str
    """`user`, `role`, `everyone` or `reply`."""
    target: str
    """The id of a user or role; `everyone` or `here`."""
    silent: bool
    """SUPPRESS_NOTIFICATIONS: the badge without the sound."""


@dataclass(slots=True)
class Mentions:
    """What a text mentions, once `allowed_mentions` has had its say."""

    users: list[str]
    roles: list[str]
    everyone: str
    replied: str


def check(allowed: dict[str, Any] | None) -> None:
    """A list of ids and `parse` for the same kind exclude each other."""
    for kind in ("users", "roles"):
        if allowed and allowed.get(kind) and kind in (allowed.get("parse") or ()):
            message = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            raise invalid(["allowed_mentions"], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def find(text: str, allowed: dict[str, Any] | None, author: "User", channel: "Channel", replied: str) -> Mentions:
    """`replied` is the author of the message that is replied to, or empty."""
    rules: dict[str, Any] = {"parse": list(PARSE), "replied_user": True} if allowed is None else allowed
    users = [one for one in dict.fromkeys(USERS.findall(text)) if _allowed("users", one, rules)]
    roles = [one for one in dict.fromkeys(ROLES.findall(text)) if _allowed("roles", one, rules)]
    everyone = EVERYONE.search(text)
    found = Mentions(
        users, roles, everyone.group(1) if everyone and "everyone" in (rules.get("parse") or ()) else "", ""
    )
    found.replied = replied if rules.get("replied_user") else ""
    return _permitted(found, author, channel)


def _allowed(kind: str, one: str, rules: dict[str, Any]) -> bool:
    return kind in (rules.get("parse") or ()) or one in map(str, rules.get(kind) or ())


def _permitted(found: Mentions, author: "User", channel: "Channel") -> Mentions:
    """Everyone, here, and roles that are not open need MENTION_EVERYONE."""
    guild = channel.guild
    if guild is None:
        found.roles, found.everyone = [], ""
        return found
    if not in_channel(channel, author.id) & P.MENTION_EVERYONE:
        found.everyone = ""
        found.roles = [one for one in found.roles if one in guild.roles and guild.roles[one].mentionable]
    return found


def pings(found: Mentions, message_id: str, *, silent: bool) -> list[Ping]:
    named = [("user", one) for one in found.users] + [("role", one) for one in found.roles]
    if found.everyone:
        named.append(("everyone", found.everyone))
    if found.replied:
        named.append(("reply", found.replied))
    return [Ping(message_id=message_id, kind=kind, target=target, silent=silent) for kind, target in named]
