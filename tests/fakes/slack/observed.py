"""What a test sees of this Slack: messages, files, views, pings, requests."""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.deliver import Deliveries
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.file import File
from tests.fakes.slack.journal import Journal, Request
from tests.fakes.slack.mentions import Link, Ping
from tests.fakes.slack.message import Message
from tests.fakes.slack.view import View
from tests.fakes.slack.workspace import Channel
from tests.fakes.slack.world import AgentState, World


class Observed:
    """Everything here only looks."""

    _world: World

    def messages(
        self, channel: "str | Channel", thread: "str | Message | None" = None, team: str = "T1"
    ) -> list[Message]:
        """What stands in a channel (or one thread with its root), oldest first, without what was deleted."""
        place = self._world.workspaces[team].find(channel)
        root = thread.root_ts if isinstance(thread, Message) else thread
        found = place.thread(root) if root else list(place.messages.values())
        return [one for one in found if not one.deleted]

    @property
    def files(self) -> dict[str, File]:
        """By id, with their bytes and where they are shared."""
        return self._world.files

    @property
    def homes(self) -> dict[str, View]:
        """By user id; where people share an id across workspaces, ask `workspace(team).homes`."""
        return {user: view for space in self._world.workspaces.values() for user, view in space.homes.items()}

    @property
    def views(self) -> dict[str, View]:
        return self._world.views

    @property
    def pings(self) -> list[Ping]:
        """Everybody the app's messages would have notified."""
        return self._world.pings

    @property
    def links(self) -> list[Link]:
        return self._world.links

    @property
    def forged_links(self) -> list[Link]:
        """Links whose label is not where they lead."""
        return [link for link in self._world.links if link.forged]

    @property
    def unfurled(self) -> list[Link]:
        """Links that would grow a preview: media unless `unfurl_media` is False, pages if `unfurl_links`."""
        posted = {(one.channel, one.ts): one for space in self._world.workspaces.values() for one in space.messages()}
        found = [(link, posted.get((link.channel, link.ts))) for link in self._world.links]
        return [link for link, one in found if one and (one.unfurl_media is not False or one.unfurl_links)]

    @property
    def ephemerals(self) -> list[Message]:
        return self._world.ephemerals

    @property
    def deliveries(self) -> Deliveries:
        return self._world.deliveries

    @property
    def requests(self) -> Journal:
        return self._world.journal

    @property
    def rejected(self) -> list[Request]:
        """Calls refused by Slack's own rules, not by a scripted fault nor a rate limit."""
        return self._world.journal.rejected

    @property
    def refused_answers(self) -> list[Refused]:
        """Acknowledgements of commands and submissions that made no sense to Slack."""
        return self._world.refused_answers

    @property
    def too_many(self) -> int:
        """429s sent by the limits."""
        return self._world.limits.refused.total()

    def agent_state(self, channel: Channel, thread: str | None) -> AgentState:
        return self._world.agent_state(channel.team, channel.id, thread)

    async def until(self, true: Callable[[], Any], timeout_s: float = 5) -> Any:
        """Waits until `true()` is truthy and returns it; TimeoutError otherwise."""
        return await self._world.until(true, timeout_s)

    async def settled(self, timeout_s: float = 5) -> None:
        """No delivery is on its way any more."""
        await self.until(lambda: all(one.done for one in self._world.deliveries), timeout_s)
