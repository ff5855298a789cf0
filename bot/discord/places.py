"""How Discord's places are written in a `ThreadRef`: made and read here alone.

`workspace` is the guild's id, or nothing in direct messages; `channel` is the channel in which the root message stands.

| `thread` | means |
|---|---|
| `1234` | messages go into this thread (or channel) |
| `r1234` | where no thread can be: messages go into `channel`, each a reply to message 1234 |
| `i1234` | only the token of interaction 1234 may write here: no worker can |
| `~1234` | still to be opened for interaction 1234 |
| `~p1234` | the same, between the asker and Easel alone |
| `~m1234` | still to be opened, as an answer to message 1234 |
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import discord

from core.chat import ThreadRef
from core.errors import NotFound

PLATFORM = "discord"
_FORM = re.compile(r"(~[pm]?|[ri]?)([0-9]{1,20})")


class Kind(StrEnum):
    """What the `thread` of a reference is; the value is how it begins."""

    THREAD = ""
    CHAIN = "r"
    TOKEN = "i"
    PENDING = "~"
    PENDING_PRIVATE = "~p"
    PENDING_ANSWER = "~m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A reference, read."""

    kind: Kind
    guild_id: int | None
    channel_id: int
    id: int
    """Of the thread, of the chain's root, of the interaction, or of the message that asked: as `kind` says."""

    @property
    def writes_in(self) -> int:
        """Id of the channel or thread that takes the messages."""
        return self.id if self.kind == Kind.THREAD else self.channel_id

    @property
    def root_id(self) -> int | None:
        """Id of the message that each message answers."""
        return self.id if self.kind == Kind.CHAIN else None


def read(ref: ThreadRef) -> Place:
    """What a reference says; `NotFound` for one that is not Discord's."""
    form = _FORM.fullmatch(ref.thread)
    if ref.platform != PLATFORM or form is None or not ref.channel.isdecimal() or not _guild_like(ref.workspace):
        raise NotFound("There is no such thread.")
    return Place(
        kind=Kind(form[1]),
        guild_id=int(ref.workspace) if ref.workspace else None,
        channel_id=int(ref.channel),
        id=int(form[2]),
    )


def thread(guild_id: int | None, channel_id: int, thread_id: int) -> ThreadRef:
    """A thread below a channel. A public one has the id of the message that it hangs from."""
    return _ref(guild_id, channel_id, f"{thread_id}")


def channel(guild_id: int | None, channel_id: int) -> ThreadRef:
    """A channel itself: what is shared there is an ordinary message, no reply."""
    return thread(guild_id, channel_id, channel_id)


def chain(guild_id: int | None, channel_id: int, root_id: int) -> ThreadRef:
    """Replies to one message: in direct messages, in somebody's thread, where no thread may be made."""
    return _ref(guild_id, channel_id, f"{Kind.CHAIN}{root_id}")


def by_token(guild_id: int | None, channel_id: int, interaction_id: int) -> ThreadRef:
    """Where Easel is no member: only the interaction itself can answer."""
    return _ref(guild_id, channel_id, f"{Kind.TOKEN}{interaction_id}")


def to_open(guild_id: int | None, channel_id: int, interaction_id: int, *, private: bool = False) -> ThreadRef:
    """A thread still to be opened for an interaction."""
    event = f"p{interaction_id}" if private else f"{interaction_id}"
    return ThreadRef.to_open(PLATFORM, _workspace(guild_id), f"{channel_id}", event)


def to_answer(guild_id: int | None, channel_id: int, message_id: int) -> ThreadRef:
    """A thread still to be opened for a message in which Easel was mentioned."""
    return ThreadRef.to_open(PLATFORM, _workspace(guild_id), f"{channel_id}", f"m{message_id}")


def around(message: discord.Message) -> tuple[ThreadRef, ...]:
    """Every reference under which a message of Easel's may be known, the likeliest first. Asks Discord for nothing."""
    guild_id, here = message.guild.id if message.guild else None, message.channel.id
    parent_id = getattr(message.channel, "parent_id", None)
    found = [thread(guild_id, parent_id, here)] if parent_id else []
    if message.reference and message.reference.message_id:
        found.append(chain(guild_id, here, message.reference.message_id))
    if parent_id is None:
        found += [thread(guild_id, here, message.id), channel(guild_id, here)]
    return (*found, chain(guild_id, here, message.id))


def _ref(guild_id: int | None, channel_id: int, name: str) -> ThreadRef:
    return ThreadRef(platform=PLATFORM, workspace=_workspace(guild_id), channel=f"{channel_id}", thread=name)


def _workspace(guild_id: int | None) -> str:
    return f"{guild_id}" if guild_id else ""


def _guild_like(text: str) -> bool:
    return not text or text.isdecimal()
