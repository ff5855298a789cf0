"""A workspace's settings, for its admins alone."""

from collections.abc import Mapping
from typing import Any

from bot.slack.asks import Ask
from bot.slack.desk import Desk
from bot.slack.filled import Filled
from bot.slack.forms import rules_of, settings_form
from core.errors import Forbidden

ADMINS_ONLY = "Only admins and owners of this workspace can change how Easel works here."
SAVED = "Saved. It holds for everything that is asked from now on."


class Settings:
    """Opens the form and keeps what it says; each time it is asked anew who is an admin."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, ask: Ask) -> None:
        """Show the form.

        Raises:
            Forbidden: they are no admin.
        """
        await self._check(ask)
        rules = (await self._desk.asker(ask)).rules
        await self._desk.open(ask, settings_form(rules, self._desk.app.catalogue.models))

    async def save(self, ask: Ask, view: Mapping[str, Any]) -> None:
        """Keep what was sent.

        Raises:
            Forbidden: they are no admin, perhaps no longer.
        """
        await self._check(ask)
        asker = await self._desk.asker(ask)
        await self._desk.app.chats.decide(asker.workspace_id, rules_of(Filled(view), asker.rules))
        self._desk.boundary.later(ask, self._desk.whispers.say(ask, SAVED))

    async def _check(self, ask: Ask) -> None:
        """https://docs.slack.dev/reference/objects/user-object"""
        user = (await (await self._desk.clients.hasty(ask.team)).users_info(user=ask.user))["user"]
        if not any(user.get(name) for name in ("is_admin", "is_owner", "is_primary_owner")):
            raise Forbidden(ADMINS_ONLY, "admins_only")
