"""One interaction: what a person did, and how the app answered.

https://docs.discord.com/developers/interactions/receiving-and-responding.
"""

import secrets
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.messages import Message, payload
from tests.fakes.discord.permissions import PRIVATE, P, in_channel
from tests.fakes.discord.pulse import Pulse

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, User
    from tests.fakes.discord.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
IN_GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2
FOLLOW_UPS = 5
"""Of an app that is installed only by the user, https://docs.discord.com/developers/resources/webhook."""


class Interaction:
    """Its token is a link for 15 minutes, once it has been answered within 3 s."""

    def __init__(
        self,
        world: "World",
        kind: int,
        user: "User",
        channel: "Channel",
        data: dict[str, Any],
        *,
        owners: dict[str, str],
        source: Message | None = None,
        trigger: "Interaction | None" = None,
    ) -> None:
        self._world = world
        self.id, self.token = world.ids.next(), secrets.token_urlsafe(96)
        self.kind, self.user, self.channel, self.data = kind, user, channel, data
        self.owners, self.source, self.trigger = owners, source, trigger
        self.at = world.clock.now()
        self.acked_at: float | None = None
        self.callback: int | None = None
        self.original: Message | None = None
        self.follow_ups: list[Message] = []
        self.follow_up_calls = 0
        self.modal: dict[str, Any] | None = None
        self.choices: list[dict[str, Any]] | None = None
        self.pulse = Pulse(world.pulse)
        world.interactions[self.id] = world.tokens[self.token] = self
        world.pulse.beat()

    @property
    def messages(self) -> list[Message]:
        """Everything the app said in answer, as it stands now."""
        return [one for one in [self.original, *self.follow_ups] if one is not None and not one.deleted]

    @property
    def by_user_alone(self) -> bool:
        """The app is not in this place but for the person's own installation."""
        return "0" not in self.owners

    @property
    def must_hide(self) -> bool:
        """Without USE_EXTERNAL_APPS a user-installed app answers for its user's eyes only."""
        outside = self.by_user_alone and self.channel.guild is not None
        return outside and not in_channel(self.channel, self.user.id) & P.USE_EXTERNAL_APPS

    @property
    def surface(self) -> int:
        if self.channel.guild:
            return IN_GUILD
        return BOT_DM if self._world.bot.id in self.channel.recipients else PRIVATE_CHANNEL

    def expired(self) -> bool:
        return self._world.clock.now() - self.at > self._world.rules.token_s

    def late(self) -> bool:
        return self._world.clock.now() - self.at > self._world.rules.ack_s

    def acknowledge(self, callback: int) -> None:
        self.acked_at, self.callback = self._world.clock.now(), callback

    # --- as Discord writes it -------------------------------------------------------------------------------------

    def event(self) -> dict[str, Any]:
        """The data of INTERACTION_CREATE."""
        world, channel = self._world, self.channel
        body: dict[str, Any] = {
            "id": self.id,
            "application_id": world.application_id,
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": channel.id,
            "channel": payloads.channel(channel, seen_by=self.user.id),
            "app_permissions": str(self._app_permissions()),
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self.owners,
            "context": self.surface,
            "attachment_size_limit": world.desk.limit(channel),
        }
        if self.source and self.kind != COMMAND:
            body["message"] = payload(self.source, world.cdn, people=world.users)
        return body | self._who()

    def _who(self) -> dict[str, Any]:
        guild = self.channel.guild
        if guild is None:
            return {"user": payloads.user(self.user)}
        member = guild.members[self.user.id]
        return {
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": payloads.member(member, in_channel(self.channel, self.user.id)),
        }

    def _app_permissions(self) -> int:
        if self.channel.guild is None:
            return PRIVATE
        if self.channel.guild.installed:
            return in_channel(self.channel, self._world.bot.id)
        return in_channel(self.channel, self.user.id) & PRIVATE

    def marks(self, message: Message) -> dict[str, Any]:
        """What an answer carries to show whose doing it was."""
        app = self._world.application_id
        body = {"application_id": app, "webhook_id": app, "interaction_metadata": self.metadata(message)}
        if self.kind == COMMAND and message is self.original:
            user = payloads.user(self.user)
            body["interaction"] = {"id": self.id, "type": 2, "name": self.data["name"], "user": user}
        return body

    def metadata(self, message: Message | None = None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "type": self.kind,
            "user": payloads.user(self.user),
            "authorizing_integration_owners": self.owners,
        }
        if message and self.original and message is not self.original:
            body["original_response_message_id"] = self.original.id
        if self.kind == COMPONENT and self.source:
            body["interacted_message_id"] = self.source.id
        if self.kind == COMMAND and self.data.get("type") == 3:
            body["target_message_id"] = self.data["target_id"]
        if self.kind == SUBMIT and self.trigger:
            body["triggering_interaction_metadata"] = self.trigger.metadata()
        return body
