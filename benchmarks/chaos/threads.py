"""What stands in the threads of both chats, as the platforms show it."""

import re
from collections.abc import Sequence

from benchmarks.chaos.world import World
from tests.fakes import discord, slack

END = re.compile(r"\b(Done|Not made|Cancelled)\b")


class Threads:
    """Every thread by its reference, as rows spell it."""

    def __init__(self, world: World) -> None:
        self._world = world

    @staticmethod
    def knows(ref: str) -> bool:
        """Whether it is a chat's."""
        return ref.startswith(("discord:", "slack:"))

    def words(self, ref: str) -> str:
        """Everything that the app says there; nothing where it is no chat's."""
        return "\n".join(_text(each) for each in self._messages(ref))

    def ends(self, ref: str) -> int:
        """How many messages say how it ended."""
        return sum(bool(END.search(_text(each))) for each in self._messages(ref) if not each.files)

    def files(self, ref: str) -> int:
        """How many results are shown."""
        return sum(len(each.files) for each in self._messages(ref))

    def _messages(self, ref: str) -> Sequence[discord.Message | slack.Message]:
        if not self.knows(ref):
            return []
        platform, _, channel, thread = ref.split(":")
        if platform == "discord":
            place = self._world.discord.world.channels.get(thread)
            found = self._world.discord.messages(place) if place else []
            return [each for each in found if each.author is self._world.discord.bot]
        return [each for each in self._world.slack.messages(channel, thread) if each.by_bot]


def _text(message: discord.Message | slack.Message) -> str:
    return message.said() if isinstance(message, slack.Message) else message.text
