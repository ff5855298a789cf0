"""What the bot's token may touch: everything else is 50001, 50013 or unknown."""

from typing import TYPE_CHECKING

from tests.fakes.discord.ask import Ask
from tests.fakes.discord.messages import Message
from tests.fakes.discord.permissions import P, in_channel
from tests.fakes.discord.refusals import refused

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, Guild
    from tests.fakes.discord.world import World


class Access:
    """Finds what a request names, if the app may see it."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def channel(self, ask: Ask) -> "Channel":
        found = self._world.channels.get(ask.params["channel_id"])
        if found is None:
            raise refused(10003)
        if not self._world.bot_sees(found):
            raise refused(50001)
        return found

    def guild(self, ask: Ask) -> "Guild":
        found = self._world.guilds.get(ask.params["guild_id"])
        if found is None or not found.installed:
            raise refused(10004)
        return found

    def message(self, channel: "Channel", message_id: str) -> Message:
        """An ephemeral message is unknown to the bot's token."""
        found = channel.messages.get(message_id)
        if found is None or found.ephemeral:
            raise refused(10008)
        return found

    def may(self, channel: "Channel", *needed: P) -> bool:
        bits = in_channel(channel, self._world.bot.id)
        return all(bits & one for one in needed)

    def need(self, channel: "Channel", *needed: P) -> None:
        if not self.may(channel, *needed):
            raise refused(50013)

    def need_writable(self, channel: "Channel", *, files: bool) -> None:
        """A thread has a permission of its own for writing; one that is archived must be opened first.

        Discord says that a message opens an archived thread by itself; bots are refused here all the same, so that
        nobody relies on it.
        """
        writing = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
        self.need(channel, writing, *([P.ATTACH_FILES] if files else []))
        self.need_open(channel)
        if channel.thread.locked and not self.may(channel, P.MANAGE_THREADS):
            raise refused(160005)
        self._check_dm(channel)

    def need_open(self, channel: "Channel") -> None:
        if channel.archived:
            raise refused(50083)

    def _check_dm(self, channel: "Channel") -> None:
        if channel.guild is None and not all(one.dms for one in channel.recipients.values()):
            raise refused(50007)
