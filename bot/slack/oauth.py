"""Installing Easel in many workspaces: the pages, and the tables that the SDK keeps in Easel's own database."""

import sqlite3
from logging import ERROR, Logger, getLogger

import aiohttp
import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import MetaData, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.slack.clients import Clients
from bot.slack.installations import Installations
from bot.slack.manifest import scopes
from storage.database import LOCK_WAIT_MS

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
STATE_S = 600
log = structlog.get_logger()


def quiet() -> Logger:
    """Below ERROR, the SDK writes codes and bodies."""
    logger = getLogger("slack_bolt.easel")
    logger.setLevel(ERROR)
    return logger


class Pages(AsyncOAuthFlow):
    """The SDK's pages with an exchange of our own: the SDK's writes the code into the log when it fails."""

    async def run_installation(self, code: str) -> Installation | None:
        """Exchange a code for a token; None where Slack does not take it.

        https://docs.slack.dev/reference/methods/oauth.v2.access
        """
        sent = {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret, "code": code}
        sent |= {"redirect_uri": self.settings.redirect_uri} if self.settings.redirect_uri else {}
        try:
            answer = await self.client.api_call("oauth.v2.access", data=sent)
            about = await self.client.auth_test(token=str(answer["access_token"]))
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack_not_installed", error=type(error).__name__)
            return None
        return _installation(answer, str(about["bot_id"]))


def _installation(answer: AsyncSlackResponse, bot_id: str) -> Installation:
    """What Easel keeps: the bot's token, and none of a person's."""
    team = answer.get("team") or {}
    return Installation(
        app_id=answer.get("app_id"),
        team_id=team.get("id"),
        team_name=team.get("name"),
        bot_token=answer.get("access_token"),
        bot_id=bot_id,
        bot_user_id=answer.get("bot_user_id"),
        bot_scopes=answer.get("scope") or "",
        user_id=str((answer.get("authed_user") or {}).get("id") or ""),
        token_type=answer.get("token_type"),
    )


async def stores(
    database_url: str, client_id: str, secret_key: str
) -> tuple[AsyncEngine, Installations, AsyncSQLAlchemyOAuthStateStore]:
    """The SDK's stores, on connections of their own beside Easel's: it speaks async only."""
    engine = create_async_engine(_async_url(database_url), hide_parameters=True, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _patient)
    kept = AsyncSQLAlchemyInstallationStore(client_id=client_id, engine=engine)
    states = AsyncSQLAlchemyOAuthStateStore(expiration_seconds=STATE_S, engine=engine)
    for metadata in (kept.metadata, states.metadata):
        try:
            await _make(engine, metadata)
        except DBAPIError:  # another process makes them at this moment
            await _make(engine, metadata)
    return engine, Installations(kept, secret_key), states


async def _make(engine: AsyncEngine, metadata: MetaData) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


def flow(
    clients: Clients,
    client_id: str,
    client_secret: str,
    public_url: str | None,
    installations: Installations,
    states: AsyncSQLAlchemyOAuthStateStore,
) -> Pages:
    """The two pages. Slack's own page, where a person says yes, lies beside its Web API."""
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes(),
        redirect_uri=f"{public_url.rstrip('/')}{REDIRECT}" if public_url else None,
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        authorization_url=f"{clients.base_url.removesuffix('api/')}oauth/v2/authorize",
        installation_store=installations,
        state_store=states,
        state_expiration_seconds=STATE_S,
    )
    return Pages(client=clients.made(None), logger=quiet(), settings=settings)


def _async_url(url: str) -> str:
    """psycopg speaks async by itself; SQLite does by aiosqlite."""
    return url.replace("sqlite://", "sqlite+aiosqlite://", 1) if url.startswith("sqlite:") else url


def _patient(connection: sqlite3.Connection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={LOCK_WAIT_MS}", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
