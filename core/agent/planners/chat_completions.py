"""The Chat Completions API: the wire of servers of one's own (Ollama, LocalAI, vLLM and their like).

https://developers.openai.com/api/docs/api-reference/chat
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from openai import AsyncOpenAI, Timeout

from core.agent.catalogue import Service
from core.agent.messages import Message, OnText, Role, ToolCall, Turn
from core.agent.planners import pricing, telling
from core.agent.planners.chunks import Chunks
from core.agent.planners.schemas import parameters
from core.agent.planners.server import CONNECT_S, MOST_OUT, TIMEOUT_S, Server
from core.agent.tools import ToolSpec

_DROPPABLE = ("strict", "parallel_tool_calls", "stream_options", "max_completion_tokens", "max_tokens")
_SILENT_THINKERS = re.compile(r"gpt-(5\.[6-9]|[6-9])")
"""They call functions on this wire only without reasoning: BerriAI/litellm#34569, onyx-dot-app/onyx#15008. Some of them
refuse that as well, and are sent to the other wire by name."""


class ChatCompletionsPlanner:
    """A language model behind `/v1/chat/completions`."""

    def __init__(self, client: AsyncOpenAI, service: Service, *, timeout_s: float = TIMEOUT_S) -> None:
        self._client = client.with_options(max_retries=0, timeout=Timeout(timeout_s, connect=CONNECT_S))
        self._service = service
        self._most_out = int(service.settings.get("max_output_tokens", MOST_OUT))
        self._strict = bool(service.settings.get("strict", service.id.startswith("gpt-")))
        self._thinks_silently = bool(_SILENT_THINKERS.match(service.id))
        droppable = _DROPPABLE if self._thinks_silently else (*_DROPPABLE, "reasoning_effort")
        self._server = Server(service.id, droppable, timeout_s)

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """Ask once, and read the stream to its end."""

        async def once(without: frozenset[str]) -> Turn:
            chunks = Chunks()
            request = self._request(messages, tools, without)
            async with await self._client.chat.completions.create(**request, stream=True) as stream:
                async for chunk in stream:
                    piece = chunks.take(chunk)
                    if piece and on_text:
                        await on_text(piece)
            return chunks.turn(self._service, spoken_to=messages[-1].role is Role.USER)

        return await self._server.ask(once)

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """The most that one call can cost, in micro-dollars."""
        size_bytes = _tools_bytes(tools) + pricing.size_bytes(self._request(messages, ()))
        return pricing.highest_micros(self._service.price, size_bytes, self._most_out)

    def _request(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], without: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        strict = self._strict and "strict" not in without
        fields: dict[str, Any] = {
            "model": self._service.id,
            "messages": [_line(message) for message in _joined(telling.told(messages))],
            "tools": _tools(tools, strict),
            "parallel_tool_calls": True,
            "stream_options": {"include_usage": True},
            "max_completion_tokens": self._most_out,
        }
        if "max_completion_tokens" in without:
            fields["max_tokens"] = self._most_out
        if effort := "none" if self._thinks_silently else self._service.settings.get("reasoning_effort"):
            fields["reasoning_effort"] = effort
        return {name: value for name, value in fields.items() if name not in without}


@cache
def _tools(tools: tuple[ToolSpec, ...], strict: bool) -> list[dict[str, Any]]:
    """The same for every request: never change what is returned."""
    return [_tool(spec, strict) for spec in tools]


@cache
def _tools_bytes(tools: tuple[ToolSpec, ...]) -> int:
    """Told strictly, which takes more words."""
    return pricing.size_bytes(_tools(tools, True))


def _tool(spec: ToolSpec, strict: bool) -> dict[str, Any]:
    function = {"name": spec.name.value, "description": spec.description, "parameters": parameters(spec, strict)}
    return {"type": "function", "function": function | ({"strict": True} if strict else {})}


def _joined(messages: tuple[Message, ...]) -> Iterator[Message]:
    """Wishes that followed each other unanswered become one: some models' templates demand that speakers alternate."""
    waiting: list[Message] = []
    for message in messages:
        if message.role is Role.USER:
            waiting.append(message)
            continue
        yield from _one(waiting)
        waiting = []
        yield message
    yield from _one(waiting)


def _one(waiting: list[Message]) -> Iterator[Message]:
    if waiting:
        yield Message(role=Role.USER, text="\n\n".join(telling.words(message) for message in waiting))


def _line(message: Message) -> dict[str, Any]:
    match message.role:
        case Role.TOOL:
            return {"role": "tool", "tool_call_id": message.call_id, "content": telling.result(message)}
        case Role.ASSISTANT if message.calls:
            return {"role": "assistant", "content": message.text or None, "tool_calls": [*map(_call, message.calls)]}
        case role:
            return {"role": role.value, "content": message.text}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"type": "function", "id": call.id, "function": {"name": call.name, "arguments": call.arguments}}
