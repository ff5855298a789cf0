"""A language model's server and a planner that asks it, for tests on both wires and on a server of one's own."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from openai import AsyncOpenAI

from core.agent.catalogue import Price, Service
from core.agent.catalogue import Role as Duty
from core.agent.messages import Message, Planner, Role, ToolCall, Turn
from core.agent.planners.chat_completions import ChatCompletionsPlanner
from core.agent.planners.responses import ResponsesPlanner
from core.agent.tools import TOOLS
from core.errors import EaselError
from tests.fakes.openai import Asked, Call, OpenAIServer, Route
from tests.fakes.openai.answers import Json
from tests.fakes.openai.errors import ApiError, bad
from tests.fakes.openai.faults import Turn as Request
from tests.fakes.openai.world import Flavour

ASSET, OTHER = "a" * 32, "b" * 32
ALL = tuple(TOOLS.values())
SYSTEM = Message(role=Role.SYSTEM, text="You are Easel.")
PRICE = Price(text_in=0.10, out=0.50)


def service(model: str = "gpt-6-luna", **settings: Any) -> Service:
    return Service(id=model, role=Duty.PLANNER, provider="openai", price=PRICE, settings=settings)


@dataclass(kw_only=True)
class Desk:
    """A server and how it is asked."""

    server: OpenAIServer
    client: AsyncOpenAI
    wire: str
    planner: Planner = field(init=False)
    pieces: list[str] = field(default_factory=list)

    @property
    def route(self) -> Route:
        return Route.RESPONSES if self.wire == "responses" else Route.CHAT

    @property
    def model(self) -> str:
        return "qwen3-8b" if self.wire == "own" else "gpt-6-luna"

    @property
    def asked(self) -> int:
        return len(self.server.calls_of(self.route))

    @property
    def body(self) -> dict[str, Any]:
        return dict(self.server.calls_of(self.route)[-1].body)

    def other(self, model: str, *, timeout_s: float = 5, **settings: Any) -> Planner:
        return make(self.wire, self.client, service(model, **settings), timeout_s=timeout_s)

    def hear(self, answer: str = "Done.") -> list[Asked]:
        """What the model is asked from now on."""
        heard: list[Asked] = []

        def mind(asked: Asked) -> str:
            heard.append(asked)
            return answer

        self.server.mind = mind
        return heard

    def hear_too(self) -> list[Asked]:
        """What the model is asked from now on; it goes on to answer as before."""
        heard: list[Asked] = []
        before = self.server.mind

        def mind(asked: Asked) -> Any:
            heard.append(asked)
            return before(asked)

        self.server.mind = mind
        return heard

    async def next(self, *messages: Message) -> Turn:
        async def on_text(piece: str) -> None:
            self.pieces.append(piece)

        return await self.planner.next((SYSTEM, *(messages or (wish(),))), ALL, on_text=on_text)

    async def fails(self, *messages: Message) -> EaselError:
        with pytest.raises(EaselError) as caught:
            await self.next(*messages)
        return caught.value


def make(wire: str, client: AsyncOpenAI, wanted: Service, **more: Any) -> Planner:
    kind = ResponsesPlanner if wire == "responses" else ChatCompletionsPlanner
    return kind(client, wanted, **more)


def wish(text: str = "a lighthouse", **more: Any) -> Message:
    return Message(role=Role.USER, text=text, **more)


def said(*calls: ToolCall, text: str = "") -> Message:
    return Message(role=Role.ASSISTANT, text=text, calls=calls)


def told(call_id: str, **facts: Any) -> Message:
    return Message(role=Role.TOOL, call_id=call_id, text=json.dumps(facts))


def picture(prompt: str = "a lighthouse", **more: Any) -> Call:
    rest = {"aspect": None, "style": None, "transparent": None, "alt_text": None}
    return Call("generate_image", {"prompt": prompt} | rest | more)


ROUNDS = (
    wish("a lighthouse", settings=(("aspect", "16:9"),)),
    said(ToolCall("call_0", "generate_image", '{"prompt": "x"}'), ToolCall("call_1", "fetch url!" * 9, "{broken")),
    told("call_0", asset_id=ASSET, kind="image", prompt="sent", version="v1"),
    told("call_1", error="There is no such tool."),
    said(text="Here it is."),
    wish("darker, and animate it", inputs=(ASSET, OTHER)),
    said(ToolCall("call_0", "edit_image", f'{{"image": "{ASSET}"}}'), text="I will."),
    told("call_0", error="It failed."),
    said(ToolCall("call_0", "edit_image", f'{{"image": "{ASSET}", "prompt": "y", "instruction": "darker"}}')),
    told("call_0", asset_id=OTHER, kind="image", prompt="y", version="v2"),
    said(text="Darker now."),
    wish("never answered"),
    wish("thanks, once more"),
)


@dataclass(frozen=True)
class Raw:
    """Events as they are, whatever the request was."""

    events: tuple[Mapping[str, Any], ...]

    async def play(self, turn: Request) -> web.StreamResponse:
        frames = [f"data: {json.dumps(event)}\n\n" for event in self.events]
        return await turn.wire.send_raw("".join([*frames, "data: [DONE]\n\n"]).encode(), "text/event-stream")


@dataclass(frozen=True)
class Whole:
    """One JSON object where a stream was asked for."""

    async def play(self, turn: Request) -> web.StreamResponse:
        return await turn.wire.send(Json({"id": "x", "choices": [], "output": []}))


@dataclass(frozen=True)
class Refuse:
    """A refusal before any work."""

    error: ApiError

    async def play(self, turn: Request) -> web.StreamResponse:
        raise self.error


@dataclass(frozen=True)
class RefuseStrict:
    """A server that knows no strict tools; where others are sent, it goes on."""

    async def play(self, turn: Any) -> web.StreamResponse:
        if '"strict"' in json.dumps(turn.ask.body):
            raise bad("tools.0.function.strict: Extra inputs are not permitted")
        return await turn.wire.send(await (await turn.accept())())


def chunk(*calls: Mapping[str, Any], **delta: Any) -> dict[str, Any]:
    inner = delta | ({"tool_calls": list(calls)} if calls else {})
    return {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": inner}]}


def finish(reason: str) -> dict[str, Any]:
    return {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def call(index: int | None, call_id: str | None, name: str | None, arguments: Any) -> dict[str, Any]:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


@asynccontextmanager
async def opened(wire: str) -> AsyncIterator[Desk]:
    """A desk at OpenAI (`responses`, `chat`), or at a small server of one's own (`own`)."""
    flavour: Flavour = "localai" if wire == "own" else "openai"
    async with (
        OpenAIServer(flavour=flavour) as server,
        AsyncOpenAI(api_key="sk-test-easel", base_url=server.base_url) as client,
    ):
        desk = Desk(server=server, client=client, wire=wire)
        desk.planner = desk.other(desk.model)
        yield desk
