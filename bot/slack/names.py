"""What people are called, and whether Easel is in a channel: asked of Slack once in a while, and never essential.

A mention would notify the person, so they are named in plain words.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from bot.slack.calls import FAULTS, talking
from bot.slack.clients import Clients
from core.errors import Unreachable

KEPT_S = 3600.0
MEMBER_KEPT_S = 600.0
UNKNOWN_KEPT_S = 60.0
MOST = 2_000
UNTOLD = (*FAULTS, Unreachable, OSError)


class Names:
    """One per process; a small memory, and an empty answer where Slack does not say."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._known: dict[tuple[str, str], tuple[float, Any]] = {}

    async def person(self, team: str, user_id: str) -> str:
        """A person's name as others see it; empty where it is not to be had (`users:read` is missing)."""
        if not user_id:
            return ""

        async def ask() -> str:
            async with talking(self._clients, team, hasty=True) as client:
                user = (await client.users_info(user=user_id))["user"]
            profile = user.get("profile") or {}
            return str(profile.get("display_name") or user.get("real_name") or user.get("name") or "")

        return str(await self._remembered(team, user_id, KEPT_S, ask, ""))

    async def is_outside(self, team: str, channel: str) -> bool:
        """Whether Easel is not in a public channel; False where nobody says (`channels:read` is missing)."""
        if not channel.startswith("C"):
            return False

        async def ask() -> bool:
            async with talking(self._clients, team, hasty=True) as client:
                found = (await client.conversations_info(channel=channel))["channel"]
            return not found.get("is_member", True) and not found.get("is_private", False)

        return bool(await self._remembered(team, channel, MEMBER_KEPT_S, ask, False))

    async def _remembered(
        self, team: str, about: str, kept_s: float, ask: Callable[[], Awaitable[Any]], otherwise: Any
    ) -> Any:
        known = self._known.get((team, about))
        if known and known[0] > monotonic():
            return known[1]
        try:
            found = await ask()
        except UNTOLD:
            found, kept_s = otherwise, UNKNOWN_KEPT_S
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[team, about] = (monotonic() + kept_s, found)
        return found
