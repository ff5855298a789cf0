"""The routes of channels and their messages."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord.access import Access
from tests.fakes.discord.ask import Ask, Route
from tests.fakes.discord.desk import Draft
from tests.fakes.discord.messages import SYSTEM, Message, Type
from tests.fakes.discord.permissions import P
from tests.fakes.discord.refusals import invalid, refused

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel
    from tests.fakes.discord.world import World

MESSAGES = "/channels/{channel_id}/messages"
ONE = MESSAGES + "/{message_id}"
REACTIONS = ONE + "/reactions"


class Channels:
    """Reading and writing with the bot's token."""

    def __init__(self, world: "World", access: Access) -> None:
        self._world, self._access = world, access

    def routes(self) -> list[Route]:
        pins = "/channels/{channel_id}/messages/pins"
        table = (
            ("GET", MESSAGES, "list_messages", self.list),
            ("POST", MESSAGES, "send", self.send),
            ("GET", pins, "list_pins", self.pins),
            ("GET", "/channels/{channel_id}/pins", "list_pins", self.old_pins),
            ("PUT", pins + "/{message_id}", "pin", self.pin),
            ("PUT", "/channels/{channel_id}/pins/{message_id}", "pin", self.pin),
            ("DELETE", pins + "/{message_id}", "pin", self.unpin),
            ("DELETE", "/channels/{channel_id}/pins/{message_id}", "pin", self.unpin),
            ("GET", ONE, "get_message", self.get),
            ("PATCH", ONE, "edit", self.edit),
            ("DELETE", ONE, "delete", self.delete),
            ("POST", "/channels/{channel_id}/typing", "typing", self.typing),
            ("PUT", REACTIONS + "/{emoji_name}/@me", "react", self.react),
            ("DELETE", REACTIONS + "/{emoji_name}/@me", "react", self.unreact),
            ("DELETE", REACTIONS + "/{emoji_name}/{user_id}", "react", self.unreact),
            ("DELETE", REACTIONS, "react", self.clear_reactions),
        )
        return [
            Route(method=method, path=path, name=name, act=act, major="channel_id") for method, path, name, act in table
        ]

    # --- reading --------------------------------------------------------------------------------------------------

    async def list(self, ask: Ask) -> Any:
        channel = self._access.channel(ask)
        if not self._access.may(channel, P.READ_MESSAGE_HISTORY):
            return []
        limit = int(ask.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise invalid(["limit"], "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        found = [one for one in channel.messages.values() if not one.ephemeral]
        return [self._world.describe(one) for one in _slice(sorted(found, key=lambda one: int(one.id)), ask, limit)]

    async def get(self, ask: Ask) -> Any:
        channel = self._access.channel(ask)
        self._access.need(channel, P.READ_MESSAGE_HISTORY)
        return self._world.describe(self._access.message(channel, ask.params["message_id"]))

    async def pins(self, ask: Ask) -> Any:
        pinned = [one for one in self._access.channel(ask).messages.values() if one.pinned]
        items = [
            {"pinned_at": self._world.describe(one)["timestamp"], "message": self._world.describe(one)}
            for one in pinned
        ]
        return {"items": items, "has_more": False}

    async def old_pins(self, ask: Ask) -> Any:
        return [self._world.describe(one) for one in self._access.channel(ask).messages.values() if one.pinned]

    # --- writing --------------------------------------------------------------------------------------------------

    async def send(self, ask: Ask) -> Any:
        channel, body = self._access.channel(ask), ask.body or {}
        self._access.need_writable(channel, files=bool(ask.uploads))
        if body.get("embeds"):
            self._access.need(channel, P.EMBED_LINKS)
        self._world.desk.check_new(channel, body, ask.uploads, may_hide=False)
        target = self._target(channel, body.get("message_reference"))
        draft = Draft(
            channel=channel,
            author=self._world.bot,
            body=body,
            uploads=ask.uploads,
            kind=Type.REPLY if target else Type.DEFAULT,
            target=target,
        )
        return self._world.describe(self._world.desk.once(draft))

    def _target(self, channel: "Channel", reference: dict[str, Any] | None) -> Message | None:
        if not reference:
            return None
        self._need_history(channel)
        wrong_place = str(reference.get("channel_id") or channel.id) != channel.id
        found = channel.messages.get(str(reference["message_id"]))
        if found is None or found.ephemeral or wrong_place:
            if reference.get("fail_if_not_exists") is False and not wrong_place:
                return None
            raise invalid(["message_reference"], "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        if found.kind in SYSTEM:
            raise invalid(
                ["message_reference"], "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message"
            )
        return found

    def _need_history(self, channel: "Channel") -> None:
        if not self._access.may(channel, P.READ_MESSAGE_HISTORY):
            raise refused(160002)

    async def edit(self, ask: Ask) -> Any:
        channel = self._access.channel(ask)
        message = self._access.message(channel, ask.params["message_id"])
        if message.author is not self._world.bot:
            raise refused(50005)
        if message.kind in SYSTEM:
            raise refused(50021)
        self._access.need_open(channel)
        self._world.desk.edit(message, ask.body or {}, ask.uploads)
        return self._world.describe(message)

    async def delete(self, ask: Ask) -> None:
        channel = self._access.channel(ask)
        message = self._access.message(channel, ask.params["message_id"])
        if message.author is not self._world.bot:
            self._access.need(channel, P.MANAGE_MESSAGES)
        if message.kind == Type.STARTER:
            raise refused(50021)
        self._access.need_open(channel)
        self._world.desk.remove(message)

    async def typing(self, ask: Ask) -> None:
        channel = self._access.channel(ask)
        self._access.need_writable(channel, files=False)
        self._world.typing.append((self._world.clock.now(), channel.id))

    async def react(self, ask: Ask) -> None:
        channel = self._access.channel(ask)
        self._access.need(channel, P.READ_MESSAGE_HISTORY, P.ADD_REACTIONS)
        self._access.need_open(channel)
        message = self._access.message(channel, ask.params["message_id"])
        message.reactions.setdefault(ask.params["emoji_name"], set()).add(self._world.bot.id)
        channel.pulse.beat()

    async def unreact(self, ask: Ask) -> None:
        channel = self._access.channel(ask)
        who = ask.params.get("user_id", self._world.bot.id)
        if who != self._world.bot.id:
            self._access.need(channel, P.MANAGE_MESSAGES)
        message = self._access.message(channel, ask.params["message_id"])
        users = message.reactions.get(ask.params["emoji_name"], set())
        users.discard(who)
        if not users:
            message.reactions.pop(ask.params["emoji_name"], None)

    async def clear_reactions(self, ask: Ask) -> None:
        channel = self._access.channel(ask)
        self._access.need(channel, P.MANAGE_MESSAGES)
        self._access.message(channel, ask.params["message_id"]).reactions.clear()

    async def pin(self, ask: Ask) -> None:
        self._pin(ask, True)

    async def unpin(self, ask: Ask) -> None:
        self._pin(ask, False)

    def _pin(self, ask: Ask, pinned: bool) -> None:
        channel = self._access.channel(ask)
        self._access.need(channel, P.PIN_MESSAGES)
        message = self._access.message(channel, ask.params["message_id"])
        message.pinned = pinned
        place = {"guild_id": channel.guild.id} if channel.guild else {}
        self._world.tell_channel("CHANNEL_PINS_UPDATE", {"channel_id": channel.id, **place}, channel)


def _slice(found: list[Message], ask: Ask, limit: int) -> list[Message]:
    """Newest first, as Discord lists them."""
    for key in ("around", "before", "after"):
        if not (edge := int(ask.query.get(key, "0"))):
            continue
        older = [one for one in found if int(one.id) < edge]
        newer = [one for one in found if int(one.id) > edge]
        if key == "before":
            return older[-limit:][::-1]
        if key == "after":
            return newer[:limit][::-1]
        middle = [one for one in found if int(one.id) == edge]
        return (older[-(limit // 2) :] + middle + newer[: limit // 2])[-limit:][::-1]
    return found[-limit:][::-1]
