"""Socket Mode: Easel calls Slack, so no public address is needed."""

import asyncio
from logging import CRITICAL, getLogger
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.clients import Clients
from storage.leader import Leader

PING_S = 2.0
"""After an unclean end the SDK waits for its next ping before it connects anew."""
LOOK_S = 0.5
log = structlog.get_logger()


class Handler(AsyncSocketModeHandler):
    """Hands deliveries on while this process leads; Slack sends what was not acknowledged to whoever does."""

    leader: Leader | None = None

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        """Take one delivery. A process that slept asks first whether it still leads."""
        if self.leader is None or self.leader.certain or await self.leader.sure():
            await super().handle(client, req)


class Socket:
    """One connection, taken up again whenever it drops."""

    def __init__(self, bolt: AsyncApp, clients: Clients, app_token: str, leader: Leader | None = None) -> None:
        """`leader`: of several processes one listens. None: there is only this one."""
        self._bolt = bolt
        self._leader = leader
        self._clients = clients
        self._app_token = app_token
        self._client: SocketModeClient | None = None

    async def run(self) -> None:
        """Listen until cancelled, or for as long as it falls to this process."""
        await (self._leader.during(self._connected) if self._leader else self._connected())

    async def _connected(self) -> None:
        logger = getLogger("slack_sdk.easel")
        logger.setLevel(CRITICAL)  # it would write a traceback for every try; the log below tells the changes
        handler = Handler(
            self._bolt, self._app_token, logger, web_client=self._clients.made(None), ping_interval=PING_S
        )
        handler.leader = self._leader
        self._client = handler.client
        connecting = asyncio.create_task(handler.client.connect(), name="slack socket")  # type: ignore[no-untyped-call]
        try:
            await self._watch()
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await handler.client.close()  # type: ignore[no-untyped-call]
            self._client = None

    @property
    def is_connected(self) -> bool:
        """Whether deliveries can come in now."""
        client = self._client
        if client is None or client.closed or client.stale:
            return False
        return client.current_session is not None and not client.current_session.closed

    def not_ready(self) -> list[str]:
        """Why nothing comes in. A process that does not listen is not asked to."""
        return [] if self._client is None or self.is_connected else ["the connection to Slack is down"]

    async def _watch(self) -> None:
        was = False
        while True:
            if (now := self.is_connected) != was:
                log.info("slack_socket", connected=now)
                was = now
            await asyncio.sleep(LOOK_S)
