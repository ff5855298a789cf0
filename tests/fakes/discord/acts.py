"""What a person sees after doing something: the answer, a modal, what is for their eyes only, and how long it took."""

import contextlib
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.callbacks import DEFER, DEFER_UPDATE
from tests.fakes.discord.messages import Message

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.places import User


class UserCannot(AssertionError):
    """A person's client would not let this happen: no such button, a field missing, nothing to be seen."""


class Modal:
    """A form that stands open before a person."""

    def __init__(self, interaction: "Interaction") -> None:
        assert interaction.modal is not None
        self.interaction, self.data = interaction, interaction.modal
        self.submitted = False

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def custom_id(self) -> str:
        return str(self.data["custom_id"])

    @property
    def labels(self) -> list[str]:
        return [one["label"] for one in self.data["components"] if one["type"] == 18]

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """What can be filled in, by custom_id."""
        top: list[dict[str, Any]] = self.data["components"]
        inner = [one.get("component") or (one.get("components") or [{}])[0] for one in top]
        return {one["custom_id"]: one for one in inner if "custom_id" in one}

    def __repr__(self) -> str:
        return f"<modal {self.title!r} {list(self.fields)}>"


class Act:
    """One thing a person did, and what came of it."""

    def __init__(self, interaction: "Interaction", user: "User", ack_s: float) -> None:
        self.interaction, self._user, self._ack_limit_s = interaction, user, ack_s

    # --- the first answer -----------------------------------------------------------------------------------------

    async def acked(self) -> "Act":
        """Waits the 3 s in which an app must answer, no longer; `failed` tells whether it did."""
        look = lambda: self.interaction.acked_at is not None  # noqa: E731
        with contextlib.suppress(AssertionError):
            await self.interaction.pulse.until(look, self._ack_limit_s, "an answer to the interaction")
        return self

    @property
    def failed(self) -> bool:
        """The person reads "The application did not respond"."""
        return self.interaction.acked_at is None

    @property
    def ack_s(self) -> float | None:
        """Latency of the first answer."""
        acked = self.interaction.acked_at
        return None if acked is None else acked - self.interaction.at

    @property
    def modal(self) -> Modal:
        if self.interaction.modal is None:
            raise UserCannot(f"no modal opened: {self!r}")
        return Modal(self.interaction)

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What an autocompletion offers."""
        return list(self.interaction.choices or ())

    # --- what is to be seen ---------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[Message]:
        """Everything said in answer, also what still says "is thinking"; not a message that was merely updated."""
        own = [one for one in self.interaction.messages if one is not self.interaction.source]
        return [one for one in own if one.seen_by(self._user)]

    @property
    def ephemeral(self) -> list[Message]:
        return [one for one in self.messages if one.ephemeral and not one.thinking]

    async def answer(self, timeout_s: float = 5.0) -> Message:
        """The message the app answers with, or the one it updates, once it is there."""
        return await self.interaction.pulse.until(self._answer, timeout_s, f"an answer for {self!r}")

    async def follow_up(self, number: int = 0, timeout_s: float = 5.0) -> Message:
        look = lambda: next(iter(self.interaction.follow_ups[number : number + 1]), None)  # noqa: E731
        return await self.interaction.pulse.until(look, timeout_s, f"follow-up {number} of {self!r}")

    def _answer(self) -> Message | None:
        found, asked = self.interaction.original, self.interaction
        if found is None or found.thinking or found.deleted:
            return None
        waits = asked.callback == DEFER_UPDATE and not _changed_since(found, asked.acked_at)
        return None if waits else found

    @property
    def thinking(self) -> bool:
        return self.interaction.callback == DEFER and any(one.thinking for one in self.messages)

    def __repr__(self) -> str:
        state = "failed" if self.failed else f"callback {self.interaction.callback}"
        return f"<act {self.interaction.data.get('name') or self.interaction.data.get('custom_id')}: {state}>"


def _changed_since(message: Message, moment: float | None) -> bool:
    return message.edited_at is not None and moment is not None and message.edited_at >= moment
