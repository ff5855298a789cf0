"""The first answer to an interaction."""

import hmac
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.ask import Answer, Ask, Route
from tests.fakes.discord.components import check_modal
from tests.fakes.discord.desk import Draft
from tests.fakes.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interaction
from tests.fakes.discord.messages import Flag, Message, Type
from tests.fakes.discord.refusals import invalid, refused

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: {MESSAGE, DEFER, MODAL},
    COMPONENT: {MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    SUBMIT: {MESSAGE, DEFER},
}
"""A submitted modal that a component opened may also update that component's message; it never opens another."""


class Callbacks:
    """POST /interactions/{id}/{token}/callback."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def routes(self) -> list[Route]:
        path = "/interactions/{interaction_id}/{interaction_token}/callback"
        return [
            Route(method="POST", path=path, name="callback", act=self.answer, major="interaction_token", token=False)
        ]

    async def answer(self, ask: Ask) -> Any:
        interaction = self._found(ask)
        kind, data = ask.body["type"], ask.body.get("data") or {}
        if kind not in _allowed(interaction):
            allowed = ", ".join(map(str, sorted(_allowed(interaction))))
            raise invalid(["type"], "INTERACTION_CALLBACK_TYPE_INVALID", f"Must be one of ({allowed}) here.")
        message = self._do(interaction, kind, data, ask)
        interaction.acknowledge(kind)
        interaction.pulse.beat()
        return self._described(interaction, kind, message) if ask.flag("with_response") else Answer(204)

    def _found(self, ask: Ask) -> Interaction:
        interaction = self._world.interactions.get(ask.params["interaction_id"])
        if interaction is None or not hmac.compare_digest(interaction.token, ask.params["interaction_token"]):
            raise refused(10062)
        if interaction.acked_at is not None:
            raise refused(40060)
        if interaction.late():
            raise refused(10062)
        return interaction

    def _do(self, interaction: Interaction, kind: int, data: dict[str, Any], ask: Ask) -> Message | None:
        desk = self._world.desk
        match kind:
            case 4:
                desk.check_new(interaction.channel, data, ask.uploads, may_hide=True)
                return self._post(interaction, data, ask, loading=False)
            case 5:
                if int(data.get("flags") or 0) & ~int(Flag.EPHEMERAL):
                    raise invalid(["data", "flags"], "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL may be set here")
                return self._post(interaction, data, ask, loading=True)
            case 7:
                source = _source(interaction)
                desk.edit(source, data, ask.uploads)
                interaction.original = source
                return source
            case 6:
                interaction.original = _source(interaction)
            case 8:
                interaction.choices = self._choices(interaction, data)
            case 9:
                check_modal(data)
                interaction.modal = data
        return None

    def _post(self, interaction: Interaction, data: dict[str, Any], ask: Ask, *, loading: bool) -> Message:
        hidden = interaction.must_hide or bool(int(data.get("flags") or 0) & Flag.EPHEMERAL)
        command = interaction.kind == COMMAND
        draft = Draft(
            channel=interaction.channel,
            author=self._world.bot,
            body=data,
            uploads=ask.uploads,
            kind=(Type.MENU if interaction.data.get("type") == 3 else Type.COMMAND) if command else Type.REPLY,
            target=None if command else interaction.source,
            interaction=interaction,
            ephemeral_for=interaction.user if hidden else None,
            loading=loading,
        )
        if draft.target is None and not command:
            draft.kind = Type.COMMAND
        interaction.original = self._world.desk.post(draft)
        return interaction.original

    def _choices(self, interaction: Interaction, data: dict[str, Any]) -> list[dict[str, Any]]:
        choices = data.get("choices") or []
        if len(choices) > 25:
            raise invalid(["data", "choices"], "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
        for i, one in enumerate(choices):
            if not 1 <= len(one["name"]) <= 100 or len(str(one["value"])) > 100:
                raise invalid(["data", "choices", i], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        return list(choices)

    def _described(self, interaction: Interaction, kind: int, message: Message | None) -> dict[str, Any]:
        about: dict[str, Any] = {"id": interaction.id, "type": interaction.kind}
        if message:
            about |= {
                "response_message_id": message.id,
                "response_message_loading": message.thinking,
                "response_message_ephemeral": message.ephemeral,
                "channel_id": message.channel.id,
            }
        if message is None or kind not in {MESSAGE, UPDATE}:
            return {"interaction": about}
        return {"interaction": about, "resource": {"type": kind, "message": self._world.describe(message, whole=True)}}


def _allowed(interaction: Interaction) -> set[int]:
    allowed = ALLOWED[interaction.kind]
    return allowed | {DEFER_UPDATE, UPDATE} if interaction.kind == SUBMIT and interaction.source else allowed


def _source(interaction: Interaction) -> Message:
    if interaction.source is None or interaction.source.deleted:
        raise refused(10008)
    return interaction.source
