"""The routes of threads, and of the channels they hang on.

https://docs.discord.com/developers/topics/threads and /resources/channel.
"""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.access import Access
from tests.fakes.discord.ask import Answer, Ask, Route
from tests.fakes.discord.desk import Draft
from tests.fakes.discord.messages import Message, Type
from tests.fakes.discord.permissions import P
from tests.fakes.discord.places import Channel, Kind
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.refusals import invalid, refused

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

ONE = "/channels/{channel_id}"
MEMBERS = ONE + "/thread-members"
BY_OWNER = {"name", "archived", "auto_archive_duration", "rate_limit_per_user", "locked", "invitable", "applied_tags"}


class Threads:
    """Starting, changing, joining and ending."""

    def __init__(self, world: "World", access: Access) -> None:
        self._world, self._access = world, access
        self.rates: Rates | None = None
        """Set once the host stands: renaming has a limit of its own."""

    def routes(self) -> list[Route]:
        table = (
            ("GET", ONE, "get_channel", self.get),
            ("PATCH", ONE, "edit_channel", self.edit),
            ("DELETE", ONE, "delete_channel", self.delete),
            ("POST", ONE + "/messages/{message_id}/threads", "thread_from", self.start_from),
            ("POST", ONE + "/threads", "thread", self.start),
            ("GET", ONE + "/threads/archived/public", "archived", self.archived),
            ("GET", MEMBERS, "thread_members", self.members),
            ("PUT", MEMBERS + "/@me", "join", self.join),
            ("DELETE", MEMBERS + "/@me", "join", self.leave),
            ("PUT", MEMBERS + "/{user_id}", "add_member", self.join),
            ("DELETE", MEMBERS + "/{user_id}", "add_member", self.leave),
        )
        return [
            Route(method=method, path=path, name=name, act=act, major="channel_id") for method, path, name, act in table
        ]

    # --- starting -------------------------------------------------------------------------------------------------

    async def start_from(self, ask: Ask) -> Any:
        parent = self._parent(ask)
        self._access.need(parent, P.CREATE_PUBLIC_THREADS, P.READ_MESSAGE_HISTORY)
        message = self._access.message(parent, ask.params["message_id"])
        if message.thread or message.id in self._world.channels:
            raise refused(160004)
        thread = self._open(parent, ask.body, Kind.PUBLIC_THREAD, channel_id=message.id)
        message.thread = thread
        self._system(thread, Type.STARTER, target=message)
        self._world.tell_message("MESSAGE_UPDATE", message)
        return Answer(201, self._with_me(thread))

    async def start(self, ask: Ask) -> Any:
        """Without a `type` it is private: a default from before there were public ones."""
        parent = self._parent(ask)
        kind = Kind(ask.body.get("type") or Kind.PRIVATE_THREAD)
        private = kind == Kind.PRIVATE_THREAD
        self._access.need(parent, P.CREATE_PRIVATE_THREADS if private else P.CREATE_PUBLIC_THREADS)
        thread = self._open(parent, ask.body, kind)
        if not private:
            self._system(parent, Type.THREAD_CREATED, content=thread.name)
        return Answer(201, self._with_me(thread))

    def _parent(self, ask: Ask) -> Channel:
        parent = self._access.channel(ask)
        if parent.kind != Kind.TEXT:
            raise refused(50024)
        name = (ask.body or {}).get("name") or ""
        if not 1 <= len(name) <= 100:
            raise invalid(["name"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        return parent

    def _open(self, parent: Channel, body: dict[str, Any], kind: Kind, channel_id: str | None = None) -> Channel:
        world = self._world
        thread = Channel(world, kind, body["name"], guild=parent.guild, channel_id=channel_id)
        thread.parent, thread.owner_id = parent, world.bot.id
        thread.thread.auto_archive_minutes = body.get("auto_archive_duration") or 4320
        thread.thread.invitable = body.get("invitable") is not False
        thread.thread.members[world.bot.id] = world.clock.now()
        world.channels[thread.id] = thread
        assert parent.guild is not None
        parent.guild.channels[thread.id] = thread
        world.tell_channel("THREAD_CREATE", self._with_me(thread) | {"newly_created": True}, thread)
        return thread

    def _system(self, channel: Channel, kind: int, *, content: str = "", target: Message | None = None) -> None:
        body = {"content": content, "allowed_mentions": {"parse": []}}
        self._world.desk.post(Draft(channel=channel, author=self._world.bot, body=body, kind=kind, target=target))

    def _with_me(self, thread: Channel) -> dict[str, Any]:
        me = self._world.bot.id
        mine = {"member": payloads.thread_member(thread, me)} if me in thread.thread.members else {}
        return payloads.thread(thread) | mine

    # --- changing -------------------------------------------------------------------------------------------------

    async def get(self, ask: Ask) -> Any:
        channel = self._access.channel(ask)
        return self._with_me(channel) if channel.is_thread else payloads.channel(channel)

    async def edit(self, ask: Ask) -> Any:
        channel, body = self._access.channel(ask), ask.body or {}
        if {"name", "topic"} & body.keys() and self.rates:
            self.rates.rename(channel.id)
        if not channel.is_thread:
            return self._edit_text(channel, body)
        self._check_thread_edit(channel, body)
        self._apply(channel, body)
        self._world.tell_channel("THREAD_UPDATE", payloads.thread(channel), channel)
        channel.pulse.beat()
        return self._with_me(channel)

    def _edit_text(self, channel: Channel, body: dict[str, Any]) -> dict[str, Any]:
        if channel.guild is None:
            raise refused(50024)
        self._access.need(channel, P.MANAGE_CHANNELS)
        channel.name, channel.topic = body.get("name") or channel.name, body.get("topic", channel.topic)
        self._world.tell_channel("CHANNEL_UPDATE", payloads.channel(channel), channel)
        return payloads.channel(channel)

    def _check_thread_edit(self, thread: Channel, body: dict[str, Any]) -> None:
        """Its starter may do much; opening it again is for anybody who may write, unless it is locked."""
        manages = self._access.may(thread, P.MANAGE_THREADS)
        if thread.archived and body.get("archived") is not False:
            raise refused(50083)
        if thread.thread.locked and not manages:
            raise refused(50013)
        opening = thread.archived and body.keys() <= {"archived", "auto_archive_duration"}
        owner = thread.owner_id == self._world.bot.id
        if opening and not manages and not self._access.may(thread, P.SEND_MESSAGES_IN_THREADS):
            raise refused(50013)
        if not (manages or owner or opening) or ("locked" in body and not manages):
            raise refused(50013)

    def _apply(self, thread: Channel, body: dict[str, Any]) -> None:
        state, now = thread.thread, self._world.clock.now()
        thread.name = body.get("name") or thread.name
        if "archived" in body:
            state.archived, state.changed_at = bool(body["archived"]), now
            state.active_at = now
        state.locked = bool(body.get("locked", state.locked))
        state.invitable = bool(body.get("invitable", state.invitable))
        state.auto_archive_minutes = body.get("auto_archive_duration") or state.auto_archive_minutes

    async def delete(self, ask: Ask) -> Any:
        channel = self._access.channel(ask)
        if channel.guild is None:
            return payloads.channel(channel)
        self._access.need(channel, P.MANAGE_THREADS if channel.is_thread else P.MANAGE_CHANNELS)
        body = payloads.channel(channel)
        self.remove(channel)
        return body

    def remove(self, channel: Channel) -> None:
        """Also what a test does when a moderator does it."""
        world, guild, parent = self._world, channel.guild, channel.parent
        assert guild is not None
        about: dict[str, Any] = {"id": channel.id, "guild_id": guild.id, "type": int(channel.kind)}
        about["parent_id"] = parent.id if parent else None
        event = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        world.tell_channel(event, about if channel.is_thread else payloads.channel(channel), channel)
        for one in [each for each in guild.channels.values() if each is channel or each.parent is channel]:
            world.channels.pop(one.id, None)
            guild.channels.pop(one.id, None)

    # --- members --------------------------------------------------------------------------------------------------

    async def members(self, ask: Ask) -> Any:
        thread = self._thread(ask)
        return [payloads.thread_member(thread, one) for one in thread.thread.members]

    async def join(self, ask: Ask) -> None:
        thread = self._thread(ask)
        self._access.need_open(thread)
        who = ask.params.get("user_id", self._world.bot.id)
        assert thread.guild is not None
        if who not in thread.guild.members:
            raise refused(10007 if who in self._world.users else 10013)
        if who != self._world.bot.id:
            self._access.need(thread, P.SEND_MESSAGES_IN_THREADS)
        thread.thread.members.setdefault(who, self._world.clock.now())
        self._tell_members(thread, added=[payloads.thread_member(thread, who)], removed=[])

    async def leave(self, ask: Ask) -> None:
        thread = self._thread(ask)
        self._access.need_open(thread)
        who = ask.params.get("user_id", self._world.bot.id)
        private = thread.kind == Kind.PRIVATE_THREAD and thread.owner_id == self._world.bot.id
        if who != self._world.bot.id and not private:
            self._access.need(thread, P.MANAGE_THREADS)
        thread.thread.members.pop(who, None)
        self._tell_members(thread, added=[], removed=[who])

    def _tell_members(self, thread: Channel, *, added: list[dict[str, Any]], removed: list[str]) -> None:
        assert thread.guild is not None
        about = {"id": thread.id, "guild_id": thread.guild.id, "member_count": len(thread.thread.members)}
        data = about | {"added_members": added, "removed_member_ids": removed}
        self._world.tell_channel("THREAD_MEMBERS_UPDATE", data, thread)

    async def archived(self, ask: Ask) -> Any:
        parent = self._access.channel(ask)
        self._access.need(parent, P.READ_MESSAGE_HISTORY)
        found = [one for one in self._world.channels.values() if one.parent is parent and one.archived]
        return {"threads": [payloads.thread(one) for one in found if one.kind == 11], "members": [], "has_more": False}

    def _thread(self, ask: Ask) -> Channel:
        thread = self._access.channel(ask)
        if not thread.is_thread:
            raise refused(50024)
        return thread
