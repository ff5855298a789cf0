"""Easel is taken out of a workspace: its tokens go at once. Slack sends two last words, in either order."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.installations import Installations
from bot.slack.places import PLATFORM
from core.chats import Chats


def register(bolt: AsyncApp, chats: Chats, installations: Installations | None) -> None:
    """Take `app_uninstalled` and `tokens_revoked`."""
    leaving = Leaving(chats, installations)
    bolt.event("app_uninstalled")(leaving.left)
    bolt.event("tokens_revoked")(leaving.revoked)


class Leaving:
    """What people made stays theirs; only the way into the workspace is forgotten."""

    def __init__(self, chats: Chats, installations: Installations | None) -> None:
        self._chats = chats
        self._installations = installations

    async def left(self, body: dict[str, Any]) -> None:
        """The app was removed."""
        await self._forget(body)

    async def revoked(self, body: dict[str, Any]) -> None:
        """Tokens ended; that of a person alone would not concern Easel, which has none."""
        if body["event"].get("tokens", {}).get("bot"):
            await self._forget(body)

    async def _forget(self, body: dict[str, Any]) -> None:
        team = str(body["team_id"])
        if self._installations:
            await self._installations.left(team, float(body.get("event_time") or 0))
            if await self._installations.token(team):
                return  # it was installed again meanwhile
        await self._chats.removed(PLATFORM, team)
