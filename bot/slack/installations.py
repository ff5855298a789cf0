"""Where Easel is installed: one workspace by its own token, or many by OAuth, with encrypted tokens in the database."""

from base64 import urlsafe_b64encode
from contextlib import suppress
from copy import copy
from hashlib import sha256
from logging import Logger, getLogger
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

T = TypeVar("T", Bot, Installation)
TOKENS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
SAME_MOMENT_S = 1.0
"""Events tell their time in whole seconds."""


class Installations(AsyncInstallationStore):
    """Keeps tokens so that a copy of the database opens no workspace. A team's newest installation is its only one."""

    def __init__(self, store: AsyncSQLAlchemyInstallationStore, secret_key: str) -> None:
        self._store = store
        self._cipher = Fernet(urlsafe_b64encode(sha256(f"slack tokens:{secret_key}".encode()).digest()))

    @property
    def logger(self) -> Logger:
        """The SDK's."""
        return getLogger("slack_sdk")

    async def token(self, team_id: str) -> str | None:
        """A team's bot token; None where Easel is not installed."""
        bot = await self.async_find_bot(enterprise_id=None, team_id=team_id)
        return bot.bot_token if bot else None

    async def left(self, team_id: str, at: float) -> None:
        """Easel was taken out at a moment. What was installed after that stays: last words may come late."""
        bot = await self.async_find_bot(enterprise_id=None, team_id=team_id)
        if bot is None or bot.installed_at <= at + SAME_MOMENT_S:
            await self.async_delete_all(enterprise_id=None, team_id=team_id)

    # --- what the SDK asks ----------------------------------------------------------------------------------------

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation in the place of an earlier one."""
        await self.async_delete_all(enterprise_id=None, team_id=installation.team_id)
        await self._store.async_save(self._sealed(installation))

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a bot's part alone."""
        await self._store.async_save_bot(self._sealed(bot))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """By team alone, as a team's id is unique and Easel is not installed by whole organisations."""
        return self._opened(await self._store.async_find_bot(enterprise_id=None, team_id=team_id))

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """By team, and by who installed it where that is asked."""
        found = await self._store.async_find_installation(enterprise_id=None, team_id=team_id, user_id=user_id)
        return self._opened(found)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a team's bot token."""
        await self._store.async_delete_bot(enterprise_id=None, team_id=team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget who installed it."""
        await self._store.async_delete_installation(enterprise_id=None, team_id=team_id, user_id=user_id)

    # --- tokens ---------------------------------------------------------------------------------------------------

    def _sealed(self, kept: T) -> T:
        sealed = copy(kept)
        sealed.enterprise_id = None
        for name in TOKENS:
            if plain := getattr(kept, name, None):
                setattr(sealed, name, self._cipher.encrypt(plain.encode()).decode())
        return sealed

    def _opened(self, found: T | None) -> T | None:
        """None also where another secret key sealed it: then Easel has to be installed again."""
        if found is None:
            return None
        try:
            for name in TOKENS:
                if sealed := getattr(found, name, None):
                    setattr(found, name, self._cipher.decrypt(sealed.encode()).decode())
        except InvalidToken:
            return None
        return found


class ManyWorkspaces(AsyncAuthorize):
    """Who Easel is in a workspace that installed it. Only rows are read: no call stands before the record of a wish."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """None: it is not installed there."""
        bot = await self._installations.async_find_bot(enterprise_id=None, team_id=team_id)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
        )


class OneWorkspace(AsyncAuthorize):
    """Who Easel is by the one token of its settings; Slack is asked for the ids once, when there is time."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}

    async def learn(self) -> None:
        """Ask Slack. Without an answer, Easel still tells its own messages by their `bot_id`."""
        with suppress(SlackClientError, OSError, TimeoutError):
            known = await self._client.auth_test()
            self._ids = {"bot_id": known["bot_id"], "bot_user_id": known["user_id"]}

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """The same for every delivery."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._client.token, **self._ids)
