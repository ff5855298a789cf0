"""The Responses API: streamed, nothing stored at the provider, the whole conversation sent each time.

Reasoning items are not replayed: without `store` they would have to be kept encrypted beside each turn, and a planner
whose turns are one round trip gains little from them. https://developers.openai.com/api/docs/guides/function-calling
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from openai import AsyncOpenAI, AsyncStream, Timeout

from core.agent.catalogue import Service
from core.agent.messages import Message, OnText, Role, ToolCall, Turn, Usage
from core.agent.planners import failures, pricing, telling
from core.agent.planners.schemas import from_strict, parameters
from core.agent.planners.server import CONNECT_S, MOST_OUT, TIMEOUT_S, Server
from core.agent.tools import ToolSpec
from core.events import events

_DROPPABLE = ("strict", "parallel_tool_calls", "max_output_tokens", "reasoning", "store")
_TOLD = frozenset(
    (
        b"response.output_text.delta",
        b"response.refusal.delta",
        b"response.refusal.done",
        b"response.output_item.done",
        b"response.completed",
        b"response.incomplete",
        b"response.failed",
        b"error",
    )
)
"""What `_Answer` takes. The other events are the larger part: pieces of arguments, and the whole question again."""


class ResponsesPlanner:
    """A language model behind `/v1/responses`."""

    def __init__(self, client: AsyncOpenAI, service: Service, *, timeout_s: float = TIMEOUT_S) -> None:
        self._client = client.with_options(max_retries=0, timeout=Timeout(timeout_s, connect=CONNECT_S))
        self._service = service
        self._most_out = int(service.settings.get("max_output_tokens", MOST_OUT))
        self._server = Server(service.id, _DROPPABLE, timeout_s)

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """Ask once, and read the stream to its end."""

        async def once(without: frozenset[str]) -> Turn:
            answer = _Answer()
            async with await self._stream(self._body(messages, tools, without)) as stream:
                async for event in events(stream.response.aiter_bytes(), stream.response.request, _TOLD):
                    piece = answer.take(event)
                    if piece and on_text:
                        await on_text(piece)
            return answer.turn(self._service, spoken_to=messages[-1].role is Role.USER)

        return await self._server.ask(once)

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """The most that one call can cost, in micro-dollars."""
        size_bytes = len(self._body(messages, tools))
        return pricing.highest_micros(self._service.price, size_bytes, self._most_out)

    async def _stream(self, body: bytes) -> AsyncStream[object]:
        """The events as they are: as the SDK's types, each is matched against all of them, and `response` brings back
        every tool. Three quarters of a turn's processor time went there."""
        return await self._client.post(
            "/responses",
            cast_to=object,
            content=body,
            options={"headers": {"Content-Type": "application/json"}},
            stream=True,
            stream_cls=AsyncStream[object],
        )

    def _body(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], without: frozenset[str] = frozenset()
    ) -> bytes:
        """A request as it travels. The tools are most of it, and always the same: they are put into words once."""
        words = json.dumps(self._request(messages, without) | {"stream": True}, ensure_ascii=False)
        return f'{words[:-1]}, "tools": {_tools_in_words(tools, "strict" not in without)}}}'.encode("utf-8", "replace")

    def _request(self, messages: tuple[Message, ...], without: frozenset[str]) -> dict[str, Any]:
        """All but the tools."""
        fields: dict[str, Any] = {
            "model": self._service.id,
            "instructions": telling.system(messages),
            "input": [item for message in telling.told(messages) for item in _items(message)],
            "store": False,
            "parallel_tool_calls": True,
            "max_output_tokens": self._most_out,
        }
        if effort := self._service.settings.get("reasoning_effort"):
            fields["reasoning"] = {"effort": effort}
        return {name: value for name, value in fields.items() if name not in without}


@cache
def _tools_in_words(tools: tuple[ToolSpec, ...], strict: bool) -> str:
    return json.dumps([_tool(spec, strict) for spec in tools], ensure_ascii=False)


def _tool(spec: ToolSpec, strict: bool) -> dict[str, Any]:
    tool = {"type": "function", "name": spec.name.value, "description": spec.description}
    return tool | {"parameters": parameters(spec, strict)} | ({"strict": True} if strict else {})


def _items(message: Message) -> Iterator[dict[str, Any]]:
    match message.role:
        case Role.USER:
            yield {"role": "user", "content": telling.words(message)}
        case Role.TOOL:
            yield {"type": "function_call_output", "call_id": message.call_id, "output": telling.result(message)}
        case Role.ASSISTANT:
            if message.text:
                yield {"role": "assistant", "content": message.text}
            for call in message.calls:
                yield {
                    "type": "function_call",
                    "call_id": call.id,
                    "name": call.name,
                    "arguments": call.arguments,
                }


@dataclass(slots=True)
class _Answer:
    """A stream's events, gathered. What the server sends is only trusted as far as it is looked at here."""

    text: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    refused: bool = False
    response: dict[str, Any] | None = None
    """The last event's, which has the usage; None until the stream says that it is over."""

    def take(self, event: dict[str, Any]) -> str:
        """Note one event; the piece of text that it brings."""
        item, response = _inner(event, "item"), _inner(event, "response")
        match event.get("type"):
            case "response.output_text.delta":
                piece = telling.clean(str(event.get("delta") or ""))
                self.text.append(piece)
                return piece
            case "response.refusal.delta" | "response.refusal.done":
                self.refused = True
            case "response.output_item.done" if item.get("type") == "function_call":
                self._call(item)
            case "response.completed" | "response.incomplete":
                self.response = response
            case "response.failed":
                error = _inner(response, "error")
                raise failures.reported(error.get("code"), error.get("message") or "")
            case "error":
                raise failures.reported(event.get("code"), event.get("message") or "")
        return ""

    def turn(self, service: Service, *, spoken_to: bool) -> Turn:
        """The planner's answer. Of one that was cut off, the calls that are whole count."""
        if self.response is None:
            raise failures.broken_off()
        usage = self._usage(service)
        reason = _inner(self.response, "incomplete_details").get("reason")
        if self.refused or reason == "content_filter":
            raise failures.refusal(usage.cost_micros)
        text = "".join(self.text).strip()
        if not text and not self.calls and (reason or spoken_to):
            raise failures.cut_off(usage.cost_micros) if reason else failures.silent(usage.cost_micros)
        return Turn(telling.cut(text) if reason else text, tuple(self.calls), usage)

    def _call(self, item: dict[str, Any]) -> None:
        if item.get("status") == "incomplete":
            return
        name = telling.clean(str(item.get("name") or ""))
        call_id = str(item.get("call_id") or f"call_{len(self.calls)}")
        self.calls.append(ToolCall(call_id, name, from_strict(name, str(item.get("arguments") or "{}"))))

    def _usage(self, service: Service) -> Usage:
        usage = _inner(self.response or {}, "usage")
        return pricing.used(service.price, usage.get("input_tokens"), usage.get("output_tokens"))


def _inner(outer: dict[str, Any], name: str) -> dict[str, Any]:
    """An object within another; nothing where it is none."""
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}
