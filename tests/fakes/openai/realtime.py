"""`WS /v1/realtime`: https://developers.openai.com/api/docs/guides/realtime-conversations

A model that is told how to speak (`instructions`) says the newest user text word for word; one that is told nothing
answers it, as a real one would. `World.speaker` may reword. Only 24 kHz PCM is made here, and no audio is heard.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from openai.types.realtime.realtime_client_event_param import RealtimeClientEventParam

from tests.fakes.openai.errors import ApiError, bad, missing, wrong_value
from tests.fakes.openai.faults import Behaviour, BrokenJson, Drop, Empty, Hang, Slow, Truncated
from tests.fakes.openai.models import Use
from tests.fakes.openai.realtime_values import (
    RATE_LIMITS,
    Event,
    bytes_of,
    check_item,
    check_output,
    config_of,
    done_event,
    item_begun,
    merged,
    newest,
    outer,
    response_of,
    usage_of,
    words,
)
from tests.fakes.openai.shapes import check
from tests.fakes.openai.sounds import RATE, SAMPLE_BYTES, tone
from tests.fakes.openai.world import World, new_id

DELTA_BYTES = RATE * SAMPLE_BYTES // 2
MID_SESSION = (Hang, Drop, Truncated, BrokenJson, Empty, Slow)
"""Behaviours that play at `response.create`; the others refuse the handshake."""


def default_speaker(instructions: str, text: str) -> str:
    """Word for word when told how to speak, else an answer of its own."""
    return text if instructions else f"Sure! You said: {text}"


@dataclass(slots=True, kw_only=True)
class Line:
    """What a session needs of the server around it."""

    world: World
    behaviour: Behaviour
    heard: list[Event]
    """All that the client says, for the journal."""
    bill: Callable[[], None]
    """Called for each accepted `response.create`."""
    crashes: list[BaseException]
    closing: asyncio.Event


@dataclass(slots=True)
class Session:
    """One conversation."""

    ws: web.WebSocketResponse
    request: web.Request
    line: Line
    config: Event
    items: list[Event] = field(default_factory=list)
    speaking: asyncio.Task[None] | None = None
    has_spoken: bool = False

    async def run(self) -> None:
        """Greet, then answer events until the client leaves."""
        await self.send({"type": "session.created", "session": self.config})
        try:
            async for message in self.ws:
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
        finally:
            if self.speaking is not None:
                self.speaking.cancel()
                await asyncio.gather(self.speaking, return_exceptions=True)

    async def send(self, event: Mapping[str, Any]) -> None:
        """One server event."""
        if not self.ws.closed:
            await self.ws.send_str(json.dumps({"event_id": new_id("event"), **event}))

    async def _receive(self, text: str) -> None:
        event: Any = None
        try:
            event = _parsed(text)
            self.line.heard.append(event)
            check(event, RealtimeClientEventParam)
            await self._handle(event)
        except ApiError as error:
            event_id = event.get("event_id") if isinstance(event, dict) else None
            body = {**error.body()["error"], "event_id": event_id}
            await self.send({"type": "error", "error": body})

    async def _handle(self, event: Event) -> None:
        match event["type"]:
            case "session.update":
                self._update(event["session"])
                await self.send({"type": "session.updated", "session": self.config})
            case "conversation.item.create":
                await self._add(event["item"])
            case "response.create":
                self._start(event)
            case "response.cancel":
                await self._cancel()
            case kind:
                raise bad(f"'{kind}' is not implemented by this server.", "type", "invalid_value")

    def _update(self, given: Event) -> None:
        if given["type"] != "realtime":
            raise wrong_value("session.type", given["type"], ("realtime",))
        check_output(given, "session", self.config["model"])
        output = (given.get("audio") or {}).get("output") or {}
        if self.has_spoken and output.get("voice", self._voice) != self._voice:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise bad(message, "session.audio.output.voice", "cannot_update_voice")
        self.config = merged(self.config, {name: value for name, value in given.items() if name != "model"})

    async def _add(self, item: Event) -> None:
        check_item(item)
        whole = {"id": new_id("item"), "object": "realtime.item", "status": "completed", **item}
        before = self.items[-1]["id"] if self.items else None
        self.items.append(whole)
        for kind in ("added", "done"):
            await self.send({"type": f"conversation.item.{kind}", "previous_item_id": before, "item": whole})

    def _start(self, event: Event) -> None:
        if self.speaking is not None and not self.speaking.done():
            message = "Conversation already has an active response in progress."
            raise bad(message, None, "conversation_already_has_active_response")
        options = event.get("response") or {}
        check_output(options, "response", self.config["model"])
        self.line.bill()
        self.speaking = asyncio.create_task(self._speak(merged(self.config, options)))
        self.speaking.add_done_callback(self._spoke)

    def _spoke(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.line.crashes.append(error)
            self._abort()

    async def _cancel(self) -> None:
        if self.speaking is None or self.speaking.done():
            raise bad("Cancellation failed: no active response found", None, "response_cancel_not_active")
        self.speaking.cancel()
        await asyncio.gather(self.speaking, return_exceptions=True)
        details = {"type": "cancelled", "reason": "client_cancelled"}
        cancelled = {"id": new_id("resp"), "object": "realtime.response", "status": "cancelled", "output": []}
        await self.send({"type": "response.done", "response": cancelled | {"status_details": details}})

    @property
    def _voice(self) -> str:
        return str(self.config["audio"]["output"]["voice"])

    async def _speak(self, options: Event) -> None:
        behaviour, self.line.behaviour = self.line.behaviour, Slow(0)
        events = list(self._events(options, silent=isinstance(behaviour, Empty)))
        match behaviour:
            case Hang():
                await self.line.closing.wait()
            case Drop():
                self._abort()
            case BrokenJson():
                await self.ws.send_str(json.dumps(events[0])[:-9])
            case Truncated():
                await self._tell(events[: len(events) // 2])
                self._abort()
            case Slow(seconds):
                await asyncio.sleep(seconds)
                await self._tell(events)
            case _:
                await self._tell(events)

    async def _tell(self, events: list[Event]) -> None:
        try:
            for event in events:
                await self.send(event)
        except ConnectionError:
            return

    def _abort(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()

    def _events(self, options: Event, *, silent: bool) -> Iterator[Event]:
        response = response_of(options)
        yield {"type": "response.created", "response": response}
        if silent:
            yield {
                "type": "response.done",
                "response": response | {"status": "completed", "usage": usage_of("", "", 0)},
            }
            return
        instructions, wish = options.get("instructions") or "", newest(options.get("input") or self.items)
        said = self.line.world.speaker(instructions, wish)
        if options["output_modalities"] == ["text"]:
            yield from self._written(response, said, instructions + wish)
        else:
            self.has_spoken = True
            yield from self._spoken(options, response, said, instructions + wish)
        yield {"type": "rate_limits.updated", "rate_limits": RATE_LIMITS}

    def _spoken(self, options: Event, response: Event, said: str, prompt: str) -> Iterator[Event]:
        output = options["audio"]["output"]
        pcm = tone(said, str(output["voice"]), float(output.get("speed", 1.0)))
        most = options["max_output_tokens"]
        whole = most == "inf" or len(pcm) <= bytes_of(int(most))
        pcm = pcm if whole else pcm[: bytes_of(int(most))]
        self.line.world.remember_speech(pcm, said)
        item = item_begun()
        at = {"response_id": response["id"], "item_id": item["id"], "output_index": 0, "content_index": 0}
        yield from self._opening(item, at, "audio")
        for delta in words(said):
            yield {"type": "response.output_audio_transcript.delta", **at, "delta": delta}
        for i in range(0, len(pcm), DELTA_BYTES):
            delta = base64.b64encode(pcm[i : i + DELTA_BYTES]).decode()
            yield {"type": "response.output_audio.delta", **at, "delta": delta}
        yield {"type": "response.output_audio.done", **at}
        yield {"type": "response.output_audio_transcript.done", **at, "transcript": said}
        content = {"type": "output_audio", "transcript": said}
        yield from self._ending(item | {"content": [content]}, at, {"type": "audio", "transcript": said}, whole=whole)
        yield done_event(response, item | {"content": [content]}, usage_of(prompt, said, len(pcm)), whole=whole)

    def _written(self, response: Event, said: str, prompt: str) -> Iterator[Event]:
        item = item_begun()
        at = {"response_id": response["id"], "item_id": item["id"], "output_index": 0, "content_index": 0}
        yield from self._opening(item, at, "text")
        for delta in words(said):
            yield {"type": "response.output_text.delta", **at, "delta": delta}
        yield {"type": "response.output_text.done", **at, "text": said}
        content = {"type": "output_text", "text": said}
        yield from self._ending(item | {"content": [content]}, at, {"type": "text", "text": said}, whole=True)
        yield done_event(response, item | {"content": [content]}, usage_of(prompt, said, 0), whole=True)

    def _opening(self, item: Event, at: Event, kind: str) -> Iterator[Event]:
        before = self.items[-1]["id"] if self.items else None
        yield {"type": "response.output_item.added", **outer(at), "item": item}
        yield {"type": "conversation.item.added", "previous_item_id": before, "item": item}
        yield {"type": "response.content_part.added", **at, "part": {"type": kind}}

    def _ending(self, item: Event, at: Event, part: Event, *, whole: bool) -> Iterator[Event]:
        before = self.items[-1]["id"] if self.items else None
        finished = item | {"status": "completed" if whole else "incomplete"}
        self.items.append(finished)
        yield {"type": "response.content_part.done", **at, "part": part}
        yield {"type": "conversation.item.done", "previous_item_id": before, "item": finished}
        yield {"type": "response.output_item.done", **outer(at), "item": finished}


async def converse(request: web.Request, line: Line) -> web.WebSocketResponse:
    """Serve one socket. An unknown model is told so and closed, as the platform does after the handshake."""
    ws = web.WebSocketResponse(protocols=("realtime",))
    await ws.prepare(request)
    try:
        model = _model(request, line.world)
    except ApiError as error:
        body = {"type": "error", "event_id": new_id("event"), "error": error.body()["error"]}
        await ws.send_str(json.dumps(body))
        await ws.close(code=4000, message=f"{error.type}.{error.code}".encode())
        return ws
    await Session(ws, request, line, config_of(model)).run()
    return ws


def _model(request: web.Request, world: World) -> str:
    name = request.query.get("model")
    if not name:
        raise missing("model")
    return world.catalogue.take(name, Use.REALTIME, world.now)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise bad("The event could not be parsed as JSON.", None, "invalid_json") from error
