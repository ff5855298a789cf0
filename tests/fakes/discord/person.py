"""A person at a Discord client: types commands, presses what can be pressed, reads what is to be read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import forms, payloads
from tests.fakes.discord.acts import Act, Modal, UserCannot
from tests.fakes.discord.basics import dm_with
from tests.fakes.discord.choices import Filling, Resolved, upload_of
from tests.fakes.discord.command_rules import CHAT, MESSAGE
from tests.fakes.discord.command_rules import USER as USER_MENU
from tests.fakes.discord.commands import Command
from tests.fakes.discord.components import BUTTON, LINK, SELECT, SELECTS, walk
from tests.fakes.discord.desk import Draft
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    BOT_DM,
    COMMAND,
    COMPONENT,
    IN_GUILD,
    PRIVATE_CHANNEL,
    SUBMIT,
    Interaction,
)
from tests.fakes.discord.messages import SYSTEM, Message, Type, payload
from tests.fakes.discord.permissions import P, in_channel
from tests.fakes.discord.places import Channel, Kind, User

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

Body = dict[str, Any]


class Person(User):
    """`await ada.slash(channel, "create", prompt="a lighthouse")` and so on; each returns what comes of it."""

    def __init__(self, world: "World", name: str) -> None:
        super().__init__(world.ids.next(), name)
        self._world = world

    # --- commands -------------------------------------------------------------------------------------------------

    async def slash(self, channel: Channel, name: str, **options: Any) -> Act:
        """`name` may hold sub-commands: "gallery search"."""
        interaction = self._command(channel, COMMAND, name, options)
        return await self._send(interaction)

    async def autocomplete(self, channel: Channel, name: str, focused: str, **options: Any) -> Act:
        """What is offered while `focused` is being typed."""
        interaction = self._command(channel, AUTOCOMPLETE, name, options, focused=focused)
        return await self._send(interaction)

    async def menu(self, message: Message, name: str) -> Act:
        """Apps > `name` on a message."""
        self._need_sight(message)
        command = self._find(message.channel, name, MESSAGE)
        world = self._world
        target = payload(message, world.cdn, people=world.users)
        more = {"target_id": message.id, "resolved": {"messages": {message.id: target}}}
        return await self._send(self._invoke(message.channel, COMMAND, command, more, source=message))

    async def user_menu(self, channel: Channel, target: User, name: str) -> Act:
        """Apps > `name` on a person."""
        command = self._find(channel, name, USER_MENU)
        resolved = Resolved(self._world, channel.guild)
        resolved.user(target)
        more = {"target_id": target.id, "resolved": dict(resolved)}
        return await self._send(self._invoke(channel, COMMAND, command, more))

    def _command(self, channel: Channel, kind: int, name: str, options: Body, focused: str = "") -> Interaction:
        first, *path = name.split()
        command = self._find(channel, first, CHAT)
        filling = Filling(self._world, channel, self)
        filled = filling.options(command.body.get("options") or [], path, options, focused=focused)
        more: Body = {"options": filled} if filled else {}
        if filling.resolved and kind == COMMAND:
            more["resolved"] = dict(filling.resolved)
        return self._invoke(channel, kind, command, more)

    def _invoke(
        self, channel: Channel, kind: int, command: Command, more: Body, source: Message | None = None
    ) -> Interaction:
        data = {"id": command.id, "name": command.name, "type": command.kind, **more}
        if command.guild_id:
            data["guild_id"] = command.guild_id
        owners = self._owners(channel, command)
        return Interaction(self._world, kind, self, channel, data, owners=owners, source=source)

    def _find(self, channel: Channel, name: str, kind: int) -> Command:
        """A command of the server goes before one that holds everywhere."""
        place = channel.guild.id if channel.guild else ""
        found = [one for one in self._world.commands.values() if (one.name, one.kind) == (name, kind)]
        for guild_id in (place, ""):
            for one in found:
                if one.guild_id == guild_id and self._owners(channel, one):
                    self._check_command(channel, one)
                    return one
        known = sorted({one.name for one in self._world.commands.values() if one.kind == kind})
        raise UserCannot(f"{self.name} is offered no command {name!r} in {channel}; registered: {known}")

    def _check_command(self, channel: Channel, command: Command) -> None:
        bits = self._bits(channel)
        needed = int(command.body["default_member_permissions"] or 0)
        if channel.guild and not bits & P.USE_APPLICATION_COMMANDS:
            raise UserCannot(f"{self.name} may not use commands in {channel}")
        if channel.guild and needed & ~bits:
            raise UserCannot(f"/{command.name} is hidden from {self.name}")
        if command.body["nsfw"] and channel.guild and not (channel.parent or channel).nsfw:
            raise UserCannot(f"/{command.name} is for age-restricted channels")

    def _owners(self, channel: Channel, command: Command) -> dict[str, str]:
        """By whose installation a command is there; empty: it is not.

        https://docs.discord.com/developers/interactions/application-commands#installation-context.
        """
        types, surfaces = command.body["integration_types"], command.body["contexts"]
        here = self._surface(channel)
        if not (here in surfaces if surfaces is not None else here != PRIVATE_CHANNEL or 1 in types):
            return {}
        owners = {}
        if 0 in types and here == IN_GUILD and channel.guild and channel.guild.installed:
            owners["0"] = channel.guild.id
        if 0 in types and here == BOT_DM:
            owners["0"] = "0"
        if 1 in types and self.user_install and not command.guild_id:
            owners["1"] = self.id
        return owners

    def _surface(self, channel: Channel) -> int:
        self._need_place(channel)
        if channel.guild:
            return IN_GUILD
        return BOT_DM if self._world.bot.id in channel.recipients else PRIVATE_CHANNEL

    # --- components -----------------------------------------------------------------------------------------------

    async def press(self, message: Message, which: str) -> Act:
        """A button by its label or custom_id."""
        one = self._component(message, BUTTON, which)
        if one.get("style") == LINK:
            raise UserCannot(f"{which!r} is a link")
        return await self._use(message, one, {})

    async def select(self, message: Message, which: str, *values: Any) -> Act:
        """From a select by its custom_id or placeholder: values, labels, people, roles or channels."""
        one = self._component(message, 0, which)
        low, high = one.get("min_values", 1), one.get("max_values") or 1
        if not (1 if low is None else low) <= len(values) <= high:
            raise UserCannot(f"{which} takes {low} to {high} values")
        resolved = Resolved(self._world, message.channel.guild)
        if one["type"] == SELECT:
            picked = forms.pick(one, list(values))
        else:
            picked = [forms.resolve(each, resolved, self) for each in values]
        more: Body = {"values": picked} | ({"resolved": dict(resolved)} if resolved else {})
        return await self._use(message, one, more)

    async def submit(self, modal: Modal | Act, values: Body | None = None) -> Act:
        """Fills in what is given by custom_id, and sends."""
        form = modal.modal if isinstance(modal, Act) else modal
        before = form.interaction
        if before.user is not self:
            raise UserCannot(f"this modal stands before {before.user.name}")
        resolved = Resolved(self._world, before.channel.guild)
        data = forms.submitted(form, values or {}, before.channel, resolved, self)
        form.submitted = True
        source = before.source if before.kind == COMPONENT else None
        interaction = Interaction(
            self._world, SUBMIT, self, before.channel, data, owners=before.owners, source=source, trigger=before
        )
        return await self._send(interaction)

    async def _use(self, message: Message, one: Body, more: Body) -> Act:
        data = {"custom_id": one["custom_id"], "component_type": one["type"], "id": one.get("id") or 1, **more}
        made_by = message.interaction
        guild = message.channel.guild
        owners = made_by.owners if made_by else {"0": guild.id if guild else "0"}
        interaction = Interaction(self._world, COMPONENT, self, message.channel, data, owners=owners, source=message)
        return await self._send(interaction)

    def _component(self, message: Message, kind: int, which: str) -> Body:
        self._need_sight(message)
        kinds = {kind} if kind else SELECTS
        offered = [one for _, one in walk(message.components) if one["type"] in kinds]
        for one in offered:
            if which in {one.get("custom_id"), one.get("label"), one.get("placeholder")}:
                if one.get("disabled"):
                    raise UserCannot(f"{which!r} is greyed out")
                return one
        names = [one.get("label") or one.get("custom_id") or one.get("placeholder") for one in offered]
        raise UserCannot(f"there is no {which!r} on {message!r}; there are {names}")

    # --- words ----------------------------------------------------------------------------------------------------

    async def say(self, channel: Channel, text: str = "", *, files: Sequence[Any] = ()) -> Message:
        return self._post(channel, text, files, None, ping=False)

    async def reply(self, message: Message, text: str = "", *, files: Sequence[Any] = (), ping: bool = True) -> Message:
        self._need_sight(message)
        if message.ephemeral or message.kind in SYSTEM:
            raise UserCannot("nobody can reply to this message")
        return self._post(message.channel, text, files, message, ping=ping)

    def _post(
        self, channel: Channel, text: str, files: Sequence[Any], target: Message | None, *, ping: bool
    ) -> Message:
        self._need_place(channel)
        bits = self._bits(channel)
        writing = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
        if not bits & writing or (files and not bits & P.ATTACH_FILES):
            raise UserCannot(f"{self.name} may not write in {channel}")
        if len(text) > 2000 or not (text or files):
            raise UserCannot("a message has 1 to 2000 characters, or a file")
        if channel.thread.locked:
            raise UserCannot(f"{channel} is locked")
        uploads = {i: upload_of(file) for i, file in enumerate(files)}
        if any(len(one.data) > self._world.desk.limit(channel) for one in uploads.values()):
            raise UserCannot("a file is too large")
        self._wake(channel)
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        body = {"content": text, "allowed_mentions": allowed}
        kind = Type.REPLY if target else Type.DEFAULT
        draft = Draft(channel=channel, author=self, body=body, uploads=uploads, kind=kind, target=target)
        return self._world.desk.post(draft)

    def _wake(self, channel: Channel) -> None:
        """Who writes in an archived thread opens it."""
        if channel.archived:
            channel.thread.archived = False
            channel.thread.active_at = channel.thread.changed_at = self._world.clock.now()
            self._world.tell_channel("THREAD_UPDATE", payloads.thread(channel), channel)

    async def edit(self, message: Message, text: str) -> Message:
        self._need_own(message)
        body = {
            "content": text,
            "allowed_mentions": {"parse": ["users"], "replied_user": bool(message.mentions.replied)},
        }
        self._world.desk.revise(message, body, {}, v2=False)
        return message

    async def delete(self, message: Message) -> None:
        if message.author is not self and not self._bits(message.channel) & P.MANAGE_MESSAGES:
            raise UserCannot("only its author or a moderator deletes a message")
        self._world.desk.remove(message)

    # --- reading --------------------------------------------------------------------------------------------------

    def sees(self, channel: Channel) -> list[Message]:
        """What stands in a channel for this person, oldest first."""
        if not self._bits(channel):
            return []
        return [one for one in channel.messages.values() if one.seen_by(self) and one.kind not in SYSTEM]

    @property
    def dm(self) -> Channel:
        """The direct channel with the app."""
        return dm_with(self._world, self)

    def _bits(self, channel: Channel) -> int:
        return in_channel(channel, self.id)

    def _need_place(self, channel: Channel) -> None:
        if not self._bits(channel):
            raise UserCannot(f"{self.name} does not see {channel}")
        private = channel.kind == Kind.PRIVATE_THREAD and self.id not in channel.thread.members
        if private and not self._bits(channel) & P.MANAGE_THREADS:
            raise UserCannot(f"{self.name} does not see {channel}")
        if channel.id not in self._world.channels:
            raise UserCannot(f"{channel} is gone")

    def _need_sight(self, message: Message) -> None:
        self._need_place(message.channel)
        if not message.seen_by(self):
            raise UserCannot(f"{self.name} does not see {message!r}")

    def _need_own(self, message: Message) -> None:
        if message.author is not self:
            raise UserCannot("only its author edits a message")

    async def _send(self, interaction: Interaction) -> Act:
        """To the app by the gateway; returns with its first answer, or after 3 s without one."""
        guild = interaction.channel.guild
        self._world.streams.tell("INTERACTION_CREATE", interaction.event(), guild_id=guild.id if guild else None)
        return await Act(interaction, self, self._world.rules.ack_s + 0.05).acked()
