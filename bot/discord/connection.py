"""The connection to the gateway: begun, begun again with growing waits, and taken up where it was cut."""

import asyncio

import discord
import structlog

from bot.discord.client import Listener, ShardedListener
from bot.discord.desk import Desk
from storage.leader import Leader

AGAIN_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
"""Waits after a connection that did not come about; the last one repeats."""
REFUSED_S = 300.0
"""Nothing but the operator changes a token that is refused, and Discord counts the tries."""
SHARDS_FROM = 1_000
"""Guilds; https://docs.discord.com/developers/events/gateway#sharding demands it from 2,500."""
REFUSED = "Discord refuses DISCORD_TOKEN"
HINT = (
    "Turn on Message Content Intent under Bot in the developer portal, and Easel hears plain replies in its threads. "
    "Without it people use Refine, mention Easel, or reply with a ping."
)
log = structlog.get_logger()


class Connection:
    """One per process. discord.py resumes what was cut; what never came about is begun anew here."""

    def __init__(self, desk: Desk, token: str, leader: Leader | None = None) -> None:
        """`leader`: of several processes one listens. None: there is only this one."""
        self._desk, self._token, self._leader = desk, token, leader
        self._client: Listener | None = None
        self._content = True
        self._why = "connecting"
        self._running = False

    def not_ready(self) -> list[str]:
        """Why nothing comes in."""
        if not self._running or (self._client and self._client.up):
            return []
        return [REFUSED if self._why == REFUSED else f"Discord is not connected ({self._why})"]

    async def run(self) -> None:
        """Listen until cancelled, or for as long as it falls to this process."""
        await (self._leader.during(self._connected) if self._leader else self._connected())

    async def _connected(self) -> None:
        """The boundary of whatever the library raises."""
        self._running = True
        try:
            await self._again_and_again()
        finally:
            self._running = False

    async def _again_and_again(self) -> None:
        failures = 0
        while True:
            was_up = False
            try:
                await self._listen()
                self._why = "closed"
            except discord.LoginFailure:
                self._why = REFUSED
            except discord.PrivilegedIntentsRequired:
                log.warning("message_content_not_granted", hint=HINT)
                self._content = False
                continue
            except Exception as error:  # it raises even AttributeError when its first connection fails
                self._why = type(error).__name__
            finally:
                was_up = await self._let_go()
            failures = 0 if was_up else failures + 1
            wait_s = REFUSED_S if self._why == REFUSED else AGAIN_S[min(failures, len(AGAIN_S) - 1)]
            log.warning("discord_not_connected", reason=self._why, again_in_s=wait_s)
            await asyncio.sleep(wait_s)

    async def _listen(self) -> None:
        application = await (await self._desk.rest.signed_in()).application_info()
        flags = application.flags
        content = self._content and (flags.gateway_message_content or flags.gateway_message_content_limited)
        if self._content and not content:
            log.info("message_content_not_granted", hint=HINT)
        kind = ShardedListener if application.approximate_guild_count > SHARDS_FROM else Listener
        self._client = kind(self._desk, content=content, leader=self._leader)
        await self._client.login(self._token)
        await self._client.connect()

    async def _let_go(self) -> bool:
        """Close what is left of a connection; says whether it had come about."""
        client, self._client = self._client, None
        if client is None:
            return False
        await client.close()
        return client.was_up
