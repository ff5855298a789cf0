"""Where messages are made, changed and taken away, once it is settled that they may be."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import mentions, message_rules
from tests.fakes.discord.files import Attachment, Upload
from tests.fakes.discord.messages import Flag, Message, Type
from tests.fakes.discord.refusals import refused

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.places import Channel, User
    from tests.fakes.discord.world import World

HOUR_S = 3600


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is to be posted."""

    channel: "Channel"
    author: "User"
    body: dict[str, Any]
    uploads: dict[int, Upload] = field(default_factory=dict)
    kind: int = Type.DEFAULT
    target: Message | None = None
    interaction: "Interaction | None" = None
    ephemeral_for: "User | None" = None
    loading: bool = False


class Desk:
    """Posts, revises, removes, and tells the gateway."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._nonces: dict[tuple[str, str], Message] = {}

    def post(self, draft: Draft) -> Message:
        world, body = self._world, draft.body
        message = Message(
            id=world.ids.next(),
            channel=draft.channel,
            author=draft.author,
            at=world.clock.now(),
            kind=draft.kind,
            nonce=body.get("nonce"),
            tts=bool(body.get("tts")),
            target=draft.target,
            interaction=draft.interaction,
            ephemeral_for=draft.ephemeral_for,
        )
        message.flags = Flag.LOADING if draft.loading else int(body.get("flags") or 0) & ~Flag.EPHEMERAL
        message.flags |= Flag.EPHEMERAL if draft.ephemeral_for else 0
        if not draft.loading:
            self._fill(message, body, draft.uploads)
            self._ping(message, body)
        draft.channel.messages[message.id] = message
        self._arrived(message)
        return message

    def once(self, draft: Draft) -> Message:
        """With `enforce_nonce`, the same nonce in the same channel is the same message for a while."""
        key = (draft.channel.id, str(draft.body.get("nonce")))
        first = self._nonces.get(key)
        if draft.body.get("enforce_nonce") and draft.body.get("nonce") is not None:
            if first and self._world.clock.now() - first.at < self._world.rules.nonce_s:
                self._world.repeated_nonces += 1
                return first
            self._nonces[key] = made = self.post(draft)
            return made
        return self.post(draft)

    def complete(self, message: Message, body: dict[str, Any], uploads: dict[int, Upload]) -> None:
        """A deferred answer comes; unlike an edit, it is new to everybody and may ping."""
        message.flags = (int(message.flags) & Flag.EPHEMERAL) | int(body.get("flags") or 0) & ~Flag.EPHEMERAL
        self._fill(message, body, uploads)
        self._ping(message, body)
        self._changed(message)

    def revise(self, message: Message, body: dict[str, Any], uploads: dict[int, Upload], *, v2: bool) -> None:
        now = self._world.clock.now()
        message.edits.append(message.snapshot(now))
        message.edited_at = now
        if "flags" in body:
            kept = int(message.flags) & ~Flag.SUPPRESS_EMBEDS
            message.flags = kept | (int(body["flags"] or 0) & Flag.SUPPRESS_EMBEDS)
        message.flags |= Flag.V2 if v2 else 0
        self._fill(message, body, uploads)
        self._mention(message, body)
        self._changed(message)

    def count_late_edit(self, message: Message) -> None:
        """https://docs.discord.com/developers/topics/opcodes-and-status-codes#json, 30046."""
        if self._world.clock.now() - message.at > HOUR_S:
            if message.late_edits >= self._world.rules.old_edits:
                raise refused(30046)
            message.late_edits += 1

    def remove(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        self._world.tell_deleted(message)
        message.channel.pulse.beat()

    # --- within ---------------------------------------------------------------------------------------------------

    def _fill(self, message: Message, body: dict[str, Any], uploads: dict[int, Upload]) -> None:
        for key in ("content", "embeds", "components", "poll"):
            if key in body:
                setattr(message, key, body[key] or ("" if key == "content" else [] if key != "poll" else None))
        entries = {str(one["id"]): one for one in body.get("attachments") or ()}
        if body.get("attachments") is not None:
            self._drop(message, [one for one in message.attachments if one.id not in entries])
        for i, upload in sorted(uploads.items()):
            message.attachments.append(self._store(message, upload, entries.get(str(i), {})))
        hidden = [one.name for one in message.attachments if one not in message.files]
        self._world.hidden_files += [(message, name) for name in hidden]

    def _store(self, message: Message, upload: Upload, meta: dict[str, Any]) -> Attachment:
        return self._world.cdn.store(upload, message.channel.id, meta, ephemeral=message.ephemeral)

    def _drop(self, message: Message, gone: list[Attachment]) -> None:
        for one in gone:
            message.attachments.remove(one)
            self._world.cdn.remove(one)

    def _mention(self, message: Message, body: dict[str, Any]) -> None:
        target = message.target.author.id if message.target and message.kind == Type.REPLY else ""
        replied = "" if target == message.author.id else target
        allowed = body.get("allowed_mentions")
        message.mentions = mentions.find(message.text, allowed, message.author, message.channel, replied)

    def _ping(self, message: Message, body: dict[str, Any]) -> None:
        self._mention(message, body)
        if not message.ephemeral:
            silent = bool(message.flags & Flag.SUPPRESS_NOTIFICATIONS)
            self._world.pings += mentions.pings(message.mentions, message.id, silent=silent)

    def _arrived(self, message: Message) -> None:
        channel = message.channel
        if channel.is_thread and not message.ephemeral:
            channel.thread.active_at = message.at
            channel.thread.sent += 1
            self._invite(channel, [message.author.id, *message.mentions.users])
        self._world.tell_message("MESSAGE_CREATE", message)
        channel.pulse.beat()

    def _invite(self, channel: "Channel", user_ids: list[str]) -> None:
        """Who writes in a thread or is mentioned there joins it."""
        for one in user_ids:
            if channel.guild and one in channel.guild.members:
                channel.thread.members.setdefault(one, self._world.clock.now())

    def _changed(self, message: Message) -> None:
        self._world.tell_message("MESSAGE_UPDATE", message)
        message.channel.pulse.beat()
        if message.interaction:
            message.interaction.pulse.beat()

    def limit(self, channel: "Channel") -> int:
        return channel.guild.file_bytes if channel.guild else self._world.rules.file_bytes

    def check_sizes(self, channel: "Channel", uploads: dict[int, Upload]) -> None:
        most = self.limit(channel)
        if any(len(upload.data) > most for upload in uploads.values()):
            raise refused(40005)

    def check_new(
        self, channel: "Channel", body: dict[str, Any], uploads: dict[int, Upload], *, may_hide: bool
    ) -> None:
        self.check_sizes(channel, uploads)
        message_rules.check_new(body, uploads, may_hide=may_hide)

    def edit(self, message: Message, body: dict[str, Any], uploads: dict[int, Upload]) -> None:
        """The whole way of an edit, but for the question who may."""
        self.check_sizes(message.channel, uploads)
        v2 = message_rules.check_edit(message, body, uploads)
        self.count_late_edit(message)
        self.revise(message, body, uploads, v2=v2)
