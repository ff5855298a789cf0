"""The conversation between the loop and a planner, free of any vendor's wire format."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.agent.tools import ToolSpec


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A planner's wish. `arguments` is JSON text exactly as the planner wrote it: it may be invalid."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line of the conversation.

    A tool message answers the call `call_id` with JSON: `{"asset_id", "kind", "prompt", "version", …}` or `{"error"}`.
    A user message may carry what was attached, with what is known of it, and the settings that the person chose.
    """

    role: Role
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    inputs: tuple[str, ...] = ()
    """Ids of assets that the person attached or replied to, most important first."""
    attached: tuple[tuple[str, str], ...] = ()
    """What is known of these, by id: JSON of `kind` (an uploaded film is a `video`), `prompt` or (`uploaded`)
    `file_name`, `version`, `duration_s`. Nothing of one that is not there any more."""
    settings: tuple[tuple[str, str], ...] = ()
    """What the person set outside the words: `kind`, `aspect`, `count`, `duration_s`, `voice`, `style`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one planner call, and their price."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A planner's answer: calls to carry out, or text that ends the creation."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()


OnText = Callable[[str], Awaitable[None]]
"""Is handed each piece of a planner's text as it comes; together they are the turn's text, blanks at its ends aside."""


class Planner(Protocol):
    """Decides what to make. Stateless: everything it may know is in the messages."""

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """Answer the conversation so far. One call, one charge: a planner never asks again by itself.

        Raises:
            PlannerBusy: nothing came of it; the same question may be asked again.
            Unanswered: it declined, or its answer did not end; `cost_micros` says what that cost.
            UserError: the conversation cannot be answered.
            ProviderError: it cannot be asked as it is configured.
        """
        ...

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """The most that answering this conversation can cost, in micro-dollars."""
        ...
