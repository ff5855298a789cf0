"""Everything around the house, in this process, which nobody kills: services, the store of files, and two chats."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.makers import Makers, makers
from benchmarks.place import free_port
from bot.slack.manifest import manifest, scopes
from tests.fakes.discord import DiscordServer
from tests.fakes.s3 import S3Server
from tests.fakes.slack import SlackClock, SlackServer

CHAT_SPEED = 3
"""Slack repeats what was not acknowledged after one and after five minutes; here these are 20 and 100 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The outside, and what it has seen."""

    makers: Makers
    s3: S3Server
    discord: DiscordServer
    slack: SlackServer
    socket_mode: bool

    @property
    def settings(self) -> dict[str, object]:
        """Keys and addresses, as a house wants them in its environment."""
        workspace = self.slack.workspace("T1")
        transport = (
            {"SLACK_APP_TOKEN": workspace.app_token}
            if self.socket_mode
            else {"SLACK_SIGNING_SECRET": workspace.signing_secret}
        )
        return {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_BASE_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_API_BASE_URL": self.slack.api_url,
            **transport,
            **self.makers.settings,
            **self.s3.environment,
        }


@asynccontextmanager
async def world(folder: Path, *, socket_mode: bool) -> AsyncIterator[World]:
    """All of it on loopback sockets. `socket_mode`: how Slack reaches the house; else by signed HTTP."""
    discord = DiscordServer(validate=False)
    slack = SlackServer(clock=SlackClock(CHAT_SPEED), processing_s=0.02)
    _declare(slack)
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(makers())
        for server in (discord, slack):
            await stack.enter_async_context(server)
        s3 = S3Server(folder / "s3")
        s3.port = free_port()  # it goes and comes: nobody's connection may take its place meanwhile
        stack.enter_context(s3)
        yield World(makers=made, s3=s3, discord=discord, slack=slack, socket_mode=socket_mode)


def _declare(slack: SlackServer) -> None:
    """The app as its manifest declares it, no more."""
    slack.workspace("T1", scopes=scopes())
    slack.echo = False
    slack.limits.marketplace = True  # an app with one token is its workspace's own, and reads threads as fast as those
    made = manifest()
    slack.app.commands = frozenset(each["command"] for each in made["features"]["slash_commands"])
    slack.app.events = frozenset(made["settings"]["event_subscriptions"]["bot_events"])
