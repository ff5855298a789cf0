"""What the mind behind both text endpoints reads and answers, free of either wire."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
_ROLES: Mapping[str, Role] = {
    "developer": "system",
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def role_of(word: str) -> Role:
    """Who speaks, by either wire's word."""
    return _ROLES[word]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call. `arguments` may be text, also broken JSON."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = ""

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines."""

    text: str = "I'm sorry, but I can't help with that."


@dataclass(frozen=True, slots=True)
class Thought:
    """A full answer, for what text, calls or a refusal alone cannot say."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    refusal: str = ""
    incomplete: Literal["", "max_output_tokens", "content_filter"] = ""
    error: str = ""
    """The model fails in the middle: `response.failed`, or on Chat Completions a 500."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the conversation."""

    role: Role
    text: str = ""
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a model is asked."""

    model: str
    lines: tuple[Line, ...]
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name to JSON Schema."""
    tool_choice: str = "auto"
    """auto, none, required, or a function's name."""
    parallel: bool = True
    schema: Mapping[str, Any] | None = None
    """Of a structured answer."""
    max_tokens: int | None = None

    @property
    def newest(self) -> str:
        """The newest user text."""
        return next((line.text for line in reversed(self.lines) if line.role == "user"), "")


Reply = str | Refusal | Call | Sequence[Call] | Thought
Mind = Callable[[Asked], Reply | Awaitable[Reply]]


async def think(mind: Mind, asked: Asked) -> Thought:
    """Ask the mind, and hold its answer to what the request allows."""
    reply = mind(asked)
    thought = _whole(await reply if inspect.isawaitable(reply) else reply)
    calls = thought.calls if asked.tool_choice != "none" else ()
    if not asked.parallel:
        calls = calls[:1]
    return Thought(thought.text, calls, thought.refusal, thought.incomplete, thought.error)


def _whole(reply: Reply) -> Thought:
    if isinstance(reply, Thought):
        return reply
    if isinstance(reply, str):
        return Thought(text=reply)
    if isinstance(reply, Refusal):
        return Thought(refusal=reply.text)
    return Thought(calls=(reply,) if isinstance(reply, Call) else tuple(reply))
