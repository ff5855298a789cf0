"""People on Discord and Slack, who ask again when the app does not respond."""

import asyncio
from collections.abc import Sequence
from random import Random

from benchmarks.chaos.wishes import Book, Wish
from benchmarks.chaos.world import World
from tests.fakes import discord, slack

PEOPLE, CHANNELS = 8, 6
AGAIN_S = 1.0
TRIES = 60
KINDS = ("image", "say") + ("video",) * 7 + ("films",) * 2 + ("mixed",)


class Discord:
    """A server full of people, who type `/create`."""

    def __init__(self, book: Book, world: World, luck: Random) -> None:
        guild = world.discord.guild()
        self._book, self._luck = book, luck
        self._channels = [guild.channel(f"studio-{i}") for i in range(CHANNELS)]
        self._people = [world.discord.person(f"person-{i}", guild) for i in range(PEOPLE)]

    async def ask(self) -> None:
        """One wish; each try is a wish of its own, since nobody knows what became of the one before."""
        person, channel = self._luck.choice(self._people), self._luck.choice(self._channels)
        kind = self._luck.choice(KINDS)
        for _ in range(TRIES):
            wish = self._book.wish(kind, "discord")
            if await self._typed(person, channel, wish):
                return
            self._book.unanswered += 1
            await asyncio.sleep(AGAIN_S)

    @staticmethod
    async def _typed(person: discord.Person, channel: discord.Channel, wish: Wish) -> bool:
        try:
            act = await person.slash(channel, "create", prompt=wish.words)
        except discord.UserCannot:
            return False
        wish.told = " ".join(message.text for message in act.ephemeral)
        wish.accepted = not act.failed and not wish.told
        return wish.accepted


class Slack:
    """A workspace full of people, who type `/create` or name the app."""

    def __init__(self, book: Book, world: World, luck: Random) -> None:
        self._book, self._luck = book, luck
        workspace = world.slack.workspace("T1")
        self._channels: Sequence[slack.Channel] = [workspace.channel(f"studio-{i}") for i in range(CHANNELS)]
        self._people = [workspace.person(f"person{i}") for i in range(PEOPLE)]

    async def ask(self) -> None:
        """One wish."""
        await (self._mention() if self._luck.random() < 0.5 else self._command())

    async def _command(self) -> None:
        kind = self._luck.choice(KINDS)
        for _ in range(TRIES):
            wish, person, channel = self._new(kind)
            seen = await person.command(channel, "/create", wish.words)
            wish.accepted = seen.acked
            if seen.acked:
                return
            self._book.unanswered += 1
            await asyncio.sleep(AGAIN_S)

    async def _mention(self) -> None:
        """Slack itself repeats this until it is acknowledged, and now and then also afterwards."""
        kind = self._luck.choice(KINDS)
        for _ in range(TRIES):
            wish, person, channel = self._new(kind)
            seen = await person.mention(channel, wish.words)
            for each in seen.deliveries:
                await each.finished()
            named = [each for each in seen.deliveries if each.event.get("type") == "app_mention"]
            wish.accepted = any(outcome.fault is None for each in named for outcome in each.tries)
            if wish.accepted:
                return
            self._book.unanswered += 1

    def _new(self, kind: str) -> tuple[Wish, slack.Person, slack.Channel]:
        person, channel = self._luck.choice(self._people), self._luck.choice(self._channels)
        wish = self._book.wish(kind, "slack")
        wish.person = person.name
        return wish, person, channel
