"""Which conversation a person means: their direct messages with Easel, or a channel that Easel can write in."""

import asyncio
from collections import OrderedDict
from time import monotonic
from typing import Generic, TypeVar

from slack_sdk.errors import SlackApiError

from bot.slack.calls import FAULTS, said_by
from bot.slack.clients import Clients
from core.errors import Conflict

T = TypeVar("T")
KEPT = 10_000
JOINED_S = 600.0
"""How long Easel trusts that it is still in a private channel."""
WITHIN_S = 1.2
"""For a question before the record; the whole answer is due after three seconds."""
OUTSIDE = ("channel_not_found", "not_in_channel")
INVITE = "Easel is not in this private channel. Type /invite @Easel here, then ask again."
CLOSED = "Slack did not open your messages with Easel. Please try again shortly."


class Kept(Generic[T]):
    """What was learnt, up to a number; the oldest goes first."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], T] = OrderedDict()

    def get(self, team: str, name: str) -> T | None:
        """What is known, if anything."""
        return self._known.get((team, name))

    def put(self, team: str, name: str, value: T) -> None:
        """Learn something."""
        self._known[team, name] = value
        if len(self._known) > self._most:
            self._known.popitem(last=False)


class Rooms:
    """Asks Slack once, then remembers. Only hints: nothing here needs to survive a restart."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._dms: Kept[str] = Kept()
        self._joined: Kept[float] = Kept()

    def met(self, team: str, user: str, channel: str) -> None:
        """Slack told which channel a person's messages with Easel are."""
        self._dms.put(team, user, channel)

    async def dm(self, team: str, user: str) -> str:
        """A person's direct messages with Easel.

        Raises:
            Conflict: Slack does not open them.
        """
        known = self._dms.get(team, user)
        if known is None:
            try:
                async with asyncio.timeout(WITHIN_S):
                    answer = await (await self._clients.hasty(team)).conversations_open(users=[user])
            except FAULTS as error:
                raise Conflict(CLOSED, "no_dm") from error
            known = str(answer["channel"]["id"])
            self.met(team, user, known)
        return known

    async def of(self, team: str, user: str, channel: str, name: str) -> str:
        """The channel to write in where a person asked in one that Slack calls `name`.

        Easel writes in any public channel. It is not in a talk between people, so that one is answered in their
        messages with Easel; and a private channel must have invited it, or work would be done and never shown.

        Raises:
            Conflict: it may not write there.
        """
        if name == "directmessage" or name.startswith("mpdm-"):
            return await self.dm(team, user)
        if name == "privategroup":
            await self.check(team, channel)
        return channel

    async def check(self, team: str, channel: str) -> None:
        """Make sure of a private channel.

        Raises:
            Conflict: Easel is not in it.
        """
        until = self._joined.get(team, channel)
        if until is not None and until > monotonic():
            return
        if not await self._is_member(team, channel):
            raise Conflict(INVITE, "not_in_channel")
        self._joined.put(team, channel, monotonic() + JOINED_S)

    async def _is_member(self, team: str, channel: str) -> bool:
        """Where Slack does not say in time, Easel takes the wish: a command is lost when its answer comes late."""
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await (await self._clients.hasty(team)).conversations_info(channel=channel)
        except FAULTS as error:
            return not (isinstance(error, SlackApiError) and said_by(error) in OUTSIDE)
        found = answer["channel"]
        return bool(found.get("is_member")) or not found.get("is_private")
