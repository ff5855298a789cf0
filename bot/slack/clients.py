"""Slack's Web API: one client for each workspace's token, all over one pool of connections."""

from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from core.errors import Unreachable

TokenOf = Callable[[str], Awaitable[str | None]]
"""Team id → its bot token; None where Easel is not installed."""
RATE_LIMIT_TRIES = 3
TIMEOUT_S = 30
KEPT_OPEN_S = 10.0
"""An idle connection is given up before Slack closes it: a write on a closing one is lost or, worse, done twice."""
MAKES_ANEW = ("chat.postMessage", "chat.postEphemeral", "chat.startStream", "chat.appendStream", "files.complete")
"""Methods that would do their work a second time."""


class TornConnections(AsyncConnectionErrorRetryHandler):
    """Tries again after a torn connection, but not where Slack may have taken the message already."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if isinstance(error, aiohttp.ClientConnectorError):
            return True
        if any(method in request.url for method in MAKES_ANEW):
            return False
        return await super()._can_retry_async(state=state, request=request, response=response, error=error)


def patience() -> list[AsyncRetryHandler]:
    """What every client must be given by hand: slack_sdk 3.47 does not wait out a 429 by itself."""
    return [AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_TRIES), TornConnections()]


class Clients:
    """Clients by team. A token that Slack refused is not used again: only a new installation brings a new one."""

    def __init__(
        self, settings: Settings, token_of: TokenOf | None = None, *, trace: aiohttp.TraceConfig | None = None
    ) -> None:
        """`token_of` serves many workspaces; without it `SLACK_BOT_TOKEN` serves the one."""
        self._base_url = settings.slack_api_base_url or AsyncWebClient.BASE_URL
        self._own_token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
        self._token_of = token_of
        self._traces = [trace] if trace else None
        self._connections: aiohttp.ClientSession | None = None
        self._refused: set[str] = set()

    @property
    def base_url(self) -> str:
        """Where the Web API is."""
        return self._base_url

    async def token(self, team_id: str) -> str:
        """A team's bot token.

        Raises:
            Unreachable: there is none, or Slack has refused it.
        """
        token = await self._token_of(team_id) if self._token_of else self._own_token
        if not token:
            raise Unreachable("removed")
        if token in self._refused:
            raise Unreachable("revoked")
        return token

    async def client(self, team_id: str) -> AsyncWebClient:
        """A team's client, patient with rate limits.

        Raises:
            Unreachable: Easel is not installed there any more.
        """
        return self.made(await self.token(team_id), patience())

    async def hasty(self, team_id: str) -> AsyncWebClient:
        """A team's client that takes the first no for an answer: for niceties and for what has another way."""
        return self.made(await self.token(team_id), [])

    def made(self, token: str | None, retries: list[AsyncRetryHandler] | None = None) -> AsyncWebClient:
        """A client for any token; patient unless told otherwise."""
        return AsyncWebClient(
            token=token,
            base_url=self._base_url,
            timeout=TIMEOUT_S,
            session=self.connections(),
            retry_handlers=patience() if retries is None else retries,
        )

    def connections(self) -> aiohttp.ClientSession:
        """The pool that all clients share. It carries no token of its own and keeps no cookie."""
        if self._connections is None:
            self._connections = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=KEPT_OPEN_S),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=TIMEOUT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=self._traces,
            )
        return self._connections

    def refuse(self, token: str) -> None:
        """Slack said that this token is no good."""
        self._refused.add(token)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._connections:
            await self._connections.close()
