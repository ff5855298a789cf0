"""What an interaction's token opens for 15 minutes: follow-ups, and the answers given with it."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord.ask import Ask, Route
from tests.fakes.discord.callbacks import CHOICES, DEFER
from tests.fakes.discord.desk import Draft
from tests.fakes.discord.interactions import FOLLOW_UPS, Interaction
from tests.fakes.discord.messages import Flag, Message, Type
from tests.fakes.discord.refusals import refused

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

BASE = "/webhooks/{webhook_id}/{webhook_token}"


class Webhooks:
    """The routes under /webhooks."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def routes(self) -> list[Route]:
        table = (
            ("POST", "", "followup", self.follow_up),
            ("GET", "/messages/@original", "get_original", self.get),
            ("PATCH", "/messages/@original", "edit_original", self.edit),
            ("DELETE", "/messages/@original", "delete_original", self.delete),
            ("GET", "/messages/{message_id}", "get_followup", self.get),
            ("PATCH", "/messages/{message_id}", "edit_followup", self.edit),
            ("DELETE", "/messages/{message_id}", "delete_followup", self.delete),
        )
        return [
            Route(method=method, path=BASE + path, name=name, act=act, major="webhook_token", token=False)
            for method, path, name, act in table
        ]

    async def follow_up(self, ask: Ask) -> Any:
        interaction, desk = self._found(ask), self._world.desk
        interaction.follow_up_calls += 1
        if interaction.by_user_alone and interaction.follow_up_calls > FOLLOW_UPS:
            raise refused(40094)
        body = ask.body or {}
        desk.check_new(interaction.channel, body, ask.uploads, may_hide=True)
        original = interaction.original
        if original and original.thinking and interaction.callback == DEFER:
            desk.complete(original, body, ask.uploads)
            return self._world.describe(original, whole=True)
        message = desk.post(self._draft(interaction, body, ask))
        interaction.follow_ups.append(message)
        interaction.pulse.beat()
        return self._world.describe(message, whole=True)

    def _draft(self, interaction: Interaction, body: dict[str, Any], ask: Ask) -> Draft:
        hidden = interaction.must_hide or bool(int(body.get("flags") or 0) & Flag.EPHEMERAL)
        return Draft(
            channel=interaction.channel,
            author=self._world.bot,
            body=body,
            uploads=ask.uploads,
            kind=Type.REPLY if interaction.original else Type.DEFAULT,
            target=interaction.original,
            interaction=interaction,
            ephemeral_for=interaction.user if hidden else None,
        )

    async def get(self, ask: Ask) -> Any:
        return self._world.describe(self._message(self._found(ask), ask), whole=True)

    async def edit(self, ask: Ask) -> Any:
        interaction, desk = self._found(ask), self._world.desk
        message, body = self._message(interaction, ask), ask.body or {}
        if message.thinking:
            desk.check_new(interaction.channel, body, ask.uploads, may_hide=True)
            desk.complete(message, body, ask.uploads)
        else:
            desk.edit(message, body, ask.uploads)
        interaction.pulse.beat()
        return self._world.describe(message, whole=True)

    async def delete(self, ask: Ask) -> None:
        interaction = self._found(ask)
        self._world.desk.remove(self._message(interaction, ask))
        interaction.pulse.beat()

    def _found(self, ask: Ask) -> Interaction:
        interaction = self._world.tokens.get(ask.params["webhook_token"])
        if interaction is None or ask.params["webhook_id"] != self._world.application_id:
            raise refused(10015)
        if interaction.expired():
            raise refused(50027)
        if interaction.acked_at is None or interaction.callback == CHOICES:
            raise refused(10015)
        return interaction

    def _message(self, interaction: Interaction, ask: Ask) -> Message:
        wanted = ask.params.get("message_id")
        for one in interaction.messages:
            if one is interaction.original if wanted is None else one.id == wanted:
                return one
        raise refused(10008)
