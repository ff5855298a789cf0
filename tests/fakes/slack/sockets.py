"""Socket Mode: docs.slack.dev/apis/events-api/using-socket-mode."""

import asyncio
import contextlib
import itertools
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.deliver import Delivery, Outcome
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.world import World

MOST = 10
"""Open connections of one app."""
LASTS_S = 18_060


@dataclass(slots=True, eq=False)
class Connection:
    """One open socket and the envelopes it has not acknowledged."""

    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    leaving: bool = False
    """It was told to go: nothing more is sent on it."""
    envelopes: int = 0


class Sockets:
    """Each envelope goes to one socket, in turn."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tickets: set[str] = set()
        self.open: list[Connection] = []
        self.opened = 0
        """Connections ever made."""
        self.late_acks: list[str] = []
        """Envelope ids acknowledged too late, twice, or never sent."""
        self.reachable = asyncio.Event()
        self._turn = itertools.count()

    def url(self) -> str:
        if len(self.open) >= MOST:
            raise Refused("too_many_websockets")
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"{self._world.base_url().replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={self._world.app.id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Tickets are good once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.open.append(connection)
        self.opened += 1
        try:
            await self._hello(connection)
            await self._listen(connection)
        finally:
            self._closed(connection)
        return socket

    async def _hello(self, connection: Connection) -> None:
        debug = {"host": "applink-1", "build_number": 1, "approximate_connection_time": LASTS_S}
        hello = {"type": "hello", "num_connections": len(self.open), "debug_info": debug}
        await connection.socket.send_json(hello | {"connection_info": {"app_id": self._world.app.id}})
        self.reachable.set()
        self._world.changed()

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                self._acked(connection, frame.data)

    def _acked(self, connection: Connection, data: str) -> None:
        body = json.loads(data)
        waiting = connection.waiting.pop(body.get("envelope_id", ""), None)
        if waiting is None or waiting.done():
            self.late_acks.append(str(body.get("envelope_id")))
        else:
            waiting.set_result(body.get("payload", {}))

    def _closed(self, connection: Connection) -> None:
        self.open.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the socket is gone"))
        if not self._live():
            self.reachable.clear()
        self._world.changed()

    def _live(self) -> list[Connection]:
        return [one for one in self.open if not one.leaving and not one.socket.closed]

    # --- deliveries -----------------------------------------------------------------------------------------------

    async def carry(self, delivery: Delivery, again: int, reason: str | None) -> Outcome:
        live = self._live()
        if not live:
            return Outcome(fault="connection_failed")
        connection = live[next(self._turn) % len(live)]
        envelope = str(uuid.uuid4())
        waiting = connection.waiting[envelope] = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        try:
            await connection.socket.send_str(json.dumps(_enveloped(delivery, envelope, again, reason)))
            connection.envelopes += 1
            answer = await asyncio.wait_for(waiting, self._world.ack_s)
        except TimeoutError:
            return Outcome(fault="http_timeout", latency_s=time.monotonic() - began)
        except (ConnectionError, RuntimeError):
            return Outcome(fault="connection_failed", latency_s=time.monotonic() - began)
        finally:
            connection.waiting.pop(envelope, None)
        return Outcome(latency_s=time.monotonic() - began, answer=answer)

    # --- what a test does to them ---------------------------------------------------------------------------------

    def drop(self) -> int:
        """Cuts every connection without a word; how many there were."""
        cut = list(self.open)
        for connection in cut:
            if connection.request.transport:
                connection.request.transport.abort()
        return len(cut)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tells every connection to go (`warning`, `refresh_requested`, `link_disabled`), as Slack does at times."""
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
        for connection in list(self.open):
            connection.leaving = reason != "warning"
            await connection.socket.send_json(frame)
        if not self._live():
            self.reachable.clear()

    async def stop(self) -> None:
        for connection in list(self.open):
            with contextlib.suppress(ConnectionError, RuntimeError):
                await asyncio.wait_for(connection.socket.close(), 0.2)
        self.drop()


def _enveloped(delivery: Delivery, envelope: str, again: int, reason: str | None) -> dict[str, Any]:
    body = {
        "envelope_id": envelope,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        body |= {"retry_attempt": again, "retry_reason": reason or ""}
    return body
