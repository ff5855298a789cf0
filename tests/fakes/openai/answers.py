"""What an accepted request ends in, and how it is written to the wire."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

CHUNK_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Json:
    """One JSON object."""

    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Binary:
    """A file or a text, sent in chunks without a length, as the platform streams audio."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Events:
    """Server-sent events. Chat Completions sends bare data and ends with `[DONE]`; the others name each event."""

    events: Sequence[Mapping[str, Any]]
    named: bool = True
    done: bool = False

    def frames(self) -> list[bytes]:
        """Each event as it stands on the wire."""
        frames = [self._frame(event) for event in self.events]
        return [*frames, b"data: [DONE]\n\n"] if self.done else frames

    def _frame(self, event: Mapping[str, Any]) -> bytes:
        head = f"event: {event['type']}\n" if self.named else ""
        return f"{head}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


Answer = Json | Binary | Events


@dataclass(frozen=True, slots=True)
class Wire:
    """Writes answers to one client, whole or damaged."""

    request: web.Request
    headers: Mapping[str, str]
    pace_s: float = 0.0
    """Between two events or chunks."""

    async def send(self, answer: Answer) -> web.StreamResponse:
        """The whole answer."""
        if isinstance(answer, Json):
            return web.json_response(answer.body, headers=self.headers)
        return await self._stream(answer, _pieces(answer))

    async def send_raw(self, body: bytes, content_type: str, status: int = 200) -> web.StreamResponse:
        """Any bytes, with a true length."""
        return web.Response(body=body, status=status, headers={**self.headers, "Content-Type": content_type})

    async def send_half(self, answer: Answer) -> web.StreamResponse:
        """A success that breaks off: fewer bytes than announced, or a stream without its end."""
        if isinstance(answer, Json):
            body = json.dumps(answer.body).encode()
            return await self._stream(answer, [body[: len(body) // 2]], length=len(body), cut=True)
        pieces = _pieces(answer)
        if len(pieces) == 1:
            pieces = [pieces[0][: len(pieces[0]) // 2], b""]
        return await self._stream(answer, pieces[: max(1, len(pieces) // 2)], cut=True)

    def drop(self) -> web.StreamResponse:
        """Close the connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response()

    async def _stream(
        self, answer: Answer, pieces: Sequence[bytes], *, length: int | None = None, cut: bool = False
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={**self.headers, "Content-Type": content_type(answer)})
        if length is not None:
            response.content_length = length
        else:
            response.enable_chunked_encoding()
        try:
            await self._write(response, pieces)
        except ConnectionError:
            return response
        if cut:
            self.drop()
        return response

    async def _write(self, response: web.StreamResponse, pieces: Sequence[bytes]) -> None:
        await response.prepare(self.request)
        for piece in pieces:
            await response.write(piece)
            if self.pace_s:
                await asyncio.sleep(self.pace_s)


def content_type(answer: Answer) -> str:
    """The header that goes with an answer."""
    match answer:
        case Json():
            return "application/json"
        case Events():
            return "text/event-stream; charset=utf-8"
        case Binary(content_type=kind):
            return kind


def flat(answer: Answer) -> bytes:
    """An answer's bytes, for those who damage them."""
    return json.dumps(answer.body).encode() if isinstance(answer, Json) else b"".join(_pieces(answer))


def _pieces(answer: Binary | Events) -> list[bytes]:
    if isinstance(answer, Events):
        return answer.frames()
    return [answer.data[i : i + CHUNK_BYTES] for i in range(0, len(answer.data), CHUNK_BYTES)] or [b""]
