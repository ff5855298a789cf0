"""A planner that says what a test wrote down, and refuses a conversation that no real planner would take."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from core.agent.messages import Message, OnText, Role, ToolCall, Turn
from core.agent.tools import ToolSpec

Line = Turn | Exception | Callable[[tuple[Message, ...]], Turn | Awaitable[Turn]]
Script = Sequence[Line]


def call(tool: str, call_id: str = "", **arguments: Any) -> ToolCall:
    return ToolCall(call_id, tool, json.dumps(arguments))


def picture(prompt: str = "a lighthouse", **more: Any) -> ToolCall:
    return call("generate_image", prompt=prompt, **more)


def calls(*wanted: ToolCall, text: str = "") -> Turn:
    """One answer; calls without an id are numbered."""
    return Turn(
        text=text,
        calls=tuple(ToolCall(each.id or f"call_{i}", each.name, each.arguments) for i, each in enumerate(wanted)),
    )


def say(text: str) -> Turn:
    return Turn(text=text)


async def never(_: tuple[Message, ...]) -> Turn:
    await asyncio.Event().wait()
    raise AssertionError


class ScriptedPlanner:
    """Answers the n-th question of a creation with the n-th line of its script, then says `Done.`.

    Stateless like a real one: where a creation stands is read from the messages, so it survives any restart.
    """

    def __init__(self, *script: Line, by_prompt: Mapping[str, Script] | None = None, price_micros: int = 0) -> None:
        self.price_micros = price_micros
        self.script = script
        self.by_prompt = dict(by_prompt or {})
        self.told: list[tuple[Message, ...]] = []
        self.tools: list[tuple[ToolSpec, ...]] = []

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        _strict(messages, tools)
        return self.price_micros

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        turn = await self._answer(messages, tools)
        if turn.text and on_text:
            await on_text(turn.text)
        return turn

    async def _answer(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> Turn:
        _strict(messages, tools)
        self.told.append(messages)
        self.tools.append(tools)
        start = max(i for i, message in enumerate(messages) if message.role is Role.USER)
        script = self.by_prompt.get(messages[start].text, self.script)
        asked = sum(1 for message in messages[start:] if message.role is Role.ASSISTANT)
        line: Line = script[asked] if asked < len(script) else say("Done.")
        if isinstance(line, Exception):
            raise line
        if isinstance(line, Turn):
            return line
        answer = line(messages)
        return answer if isinstance(answer, Turn) else await answer


def answers(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """What the tools answered in the newest creation."""
    start = max(i for i, message in enumerate(messages) if message.role is Role.USER)
    return [json.loads(message.text) for message in messages[start:] if message.role is Role.TOOL]


def _strict(messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> None:
    assert tools, "a planner needs tools"
    assert messages[0].role is Role.SYSTEM
    assert [message.role for message in messages].count(Role.SYSTEM) == 1
    assert messages[-1].role in (Role.USER, Role.TOOL), "the planner has nothing to answer"
    waiting: list[str] = []
    for message in messages:
        if message.role is Role.TOOL:
            assert waiting, "an answer without a call"
            assert message.call_id == waiting.pop(0), "answers stand in the order of the calls"
            json.loads(message.text)
        else:
            assert not waiting, f"calls without an answer: {waiting}"
            assert message.text or message.calls or message.role is Role.SYSTEM, "an empty message"
        waiting += [each.id for each in message.calls]
    assert not waiting, f"calls without an answer: {waiting}"
