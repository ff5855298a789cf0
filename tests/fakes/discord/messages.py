"""One message: what was sent, what a person sees of it, and what Discord writes about it."""

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import ids, payloads
from tests.fakes.discord.components import BUTTON, SELECTS, TEXT, referenced, walk
from tests.fakes.discord.mentions import Mentions
from tests.fakes.discord.shown import shown

if TYPE_CHECKING:
    from tests.fakes.discord.files import Attachment, Cdn
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.places import Channel, User


class Flag(IntFlag):
    """https://docs.discord.com/developers/resources/message#message-object-message-flags."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    VOICE = 1 << 13
    V2 = 1 << 15


class Type:
    """The message types that occur here."""

    DEFAULT, THREAD_CREATED, REPLY, COMMAND, STARTER, MENU = 0, 18, 19, 20, 21, 23


SYSTEM = frozenset({Type.THREAD_CREATED, Type.STARTER})


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a person sees it."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    emoji: str | None


@dataclass(frozen=True, slots=True)
class Before:
    """What stood there until an edit."""

    until: float
    text: str
    components: list[dict[str, Any]] = field(repr=False)
    files: tuple[str, ...]


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    """A message as the server keeps it."""

    id: str
    channel: "Channel"
    author: "User"
    at: float
    kind: int = Type.DEFAULT
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list["Attachment"] = field(default_factory=list)
    poll: dict[str, Any] | None = None
    flags: int = 0
    nonce: str | int | None = None
    tts: bool = False
    mentions: Mentions = field(default_factory=lambda: Mentions([], [], "", ""))
    target: "Message | None" = None
    """The message that this one replies to."""
    interaction: "Interaction | None" = None
    ephemeral_for: "User | None" = None
    thread: "Channel | None" = None
    reactions: dict[str, set[str]] = field(default_factory=dict)
    pinned: bool = False
    edited_at: float | None = None
    edits: list[Before] = field(default_factory=list)
    late_edits: int = 0
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return self.ephemeral_for is not None

    @property
    def thinking(self) -> bool:
        """A deferred answer that has not come."""
        return bool(self.flags & Flag.LOADING)

    @property
    def v2(self) -> bool:
        return bool(self.flags & Flag.V2)

    @property
    def text(self) -> str:
        """All words, in the order in which they stand there."""
        said = [one.get("content", "") for _, one in walk(self.components) if one["type"] == TEXT]
        return "\n".join(filter(None, [self.content, *said]))

    @property
    def files(self) -> list["Attachment"]:
        """What a person sees of the attachments: with Components V2 only those that some component shows."""
        if not self.v2:
            return list(self.attachments)
        names = referenced(self.components)
        return [one for one in self.attachments if one.name in names]

    @property
    def buttons(self) -> list[Button]:
        return [_button(one) for _, one in walk(self.components) if one["type"] == BUTTON]

    @property
    def selects(self) -> list[dict[str, Any]]:
        return [one for _, one in walk(self.components) if one["type"] in SELECTS]

    def seen_by(self, user: "User") -> bool:
        return not self.deleted and self.ephemeral_for in {None, user}

    def snapshot(self, now: float) -> Before:
        return Before(now, self.text, self.components, tuple(one.name for one in self.files))

    def __repr__(self) -> str:
        return f"<message {self.id} {self.text[:40]!r} files={[one.name for one in self.files]}>"


def _button(one: dict[str, Any]) -> Button:
    emoji = (one.get("emoji") or {}).get("name")
    return Button(one.get("label") or "", one.get("custom_id"), one.get("url"), bool(one.get("disabled")), emoji)


def payload(
    message: Message, cdn: "Cdn", *, people: dict[str, "User"], bare: bool = False, deep: bool = True
) -> dict[str, Any]:
    """The message object; with `bare` what an app without MESSAGE_CONTENT gets to see."""
    mentioned = [people[one] for one in _mentioned(message) if one in people]
    body: dict[str, Any] = {
        "id": message.id,
        "type": message.kind,
        "channel_id": message.channel.id,
        "author": payloads.user(message.author),
        "timestamp": ids.iso(message.at),
        "edited_timestamp": ids.iso(message.edited_at) if message.edited_at else None,
        "flags": int(message.flags) | (Flag.HAS_THREAD if message.thread else 0),
        "mentions": [payloads.user(one) for one in mentioned],
        "mention_roles": message.mentions.roles,
        "mention_everyone": bool(message.mentions.everyone),
        "pinned": message.pinned,
        "tts": message.tts,
        **_contents(message, cdn, bare),
    }
    if message.nonce is not None:
        body["nonce"] = message.nonce
    if message.thread:
        body["thread"] = payloads.thread(message.thread)
    if message.reactions:
        body["reactions"] = [_reaction(emoji, users, people) for emoji, users in message.reactions.items()]
    if message.interaction:
        body |= message.interaction.marks(message)
    return body | _reference(message, cdn, people, bare, deep)


def _mentioned(message: Message) -> list[str]:
    replied = [message.mentions.replied] if message.mentions.replied else []
    return list(dict.fromkeys(message.mentions.users + replied))


def _contents(message: Message, cdn: "Cdn", bare: bool) -> dict[str, Any]:
    if bare:
        return {"content": "", "embeds": [], "attachments": [], "components": []}
    files = {one.name: one for one in message.attachments}
    poll = {"poll": _poll(message)} if message.poll else {}
    return {
        "content": message.content,
        "embeds": [_embed(one, files, cdn) for one in message.embeds],
        "attachments": [cdn.payload(one) for one in _loose(message)],
        "components": shown(message.components, files, cdn),
        **poll,
    }


def _loose(message: Message) -> list["Attachment"]:
    """Files shown by components or embeds are not listed: https://github.com/discord/discord-api-docs/pull/8279."""
    if message.v2:
        return []
    used = {str((one.get(key) or {}).get("url")) for one in message.embeds for key in ("image", "thumbnail")}
    return [one for one in message.attachments if f"attachment://{one.name}" not in used]


def _embed(embed: dict[str, Any], files: dict[str, "Attachment"], cdn: "Cdn") -> dict[str, Any]:
    body = {"type": "rich"} | {key: value for key, value in embed.items() if value is not None}
    for key in ("image", "thumbnail"):
        name = str((body.get(key) or {}).get("url", "")).removeprefix("attachment://")
        if name in files:
            body[key] = {"url": cdn.url(files[name]), "proxy_url": cdn.url(files[name])}
    return body


def _reaction(emoji: str, users: set[str], people: dict[str, "User"]) -> dict[str, Any]:
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "me": any(people[one].bot for one in users if one in people),
    }


def _poll(message: Message) -> dict[str, Any]:
    poll = message.poll or {}
    answers = [one | {"answer_id": i} for i, one in enumerate(poll.get("answers") or (), 1)]
    return {
        "question": poll["question"],
        "answers": answers,
        "expiry": ids.iso(message.at + 3600 * (poll.get("duration") or 24)),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"is_finalized": False, "answer_counts": []},
    }


def _reference(message: Message, cdn: "Cdn", people: dict[str, "User"], bare: bool, deep: bool) -> dict[str, Any]:
    target = message.target
    if target is None:
        return {}
    reference = {"type": 0, "channel_id": target.channel.id, "message_id": target.id}
    if target.channel.guild:
        reference["guild_id"] = target.channel.guild.id
    body: dict[str, Any] = {"message_reference": reference}
    if deep:
        gone = target.deleted or target.ephemeral
        hide = bare and not target.author.bot
        body["referenced_message"] = None if gone else payload(target, cdn, people=people, bare=hide, deep=False)
    return body
