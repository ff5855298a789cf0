"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and the ways in which a connection ends.

https://docs.discord.com/developers/events/gateway; close codes /topics/opcodes-and-status-codes#gateway.
"""

import asyncio
import json
import zlib
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord import payloads
from tests.fakes.discord.streams import EVERY_INTENT, Intent, Stream

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = 1, 2, 3, 4, 6, 7, 8, 9, 10, 11
MOST_BYTES = 4096
MOST_PER_MINUTE = 120


class Closed(Exception):
    """The server ends the connection with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Gateway:
    """Accepts sockets, and drops them on demand."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.sockets: list[Connection] = []
        self.identifies: list[float] = []
        """When each IDENTIFY that was accepted came."""
        self.resumes = 0
        self.closes: list[int] = []
        """Codes with which this server ended connections."""
        self.told_again = 0
        """How many events, received already, the next resumed stream is told once more."""
        self.refuse_next: list[int] = []
        """HTTP statuses for the next connection attempts, before any websocket."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_next:
            return web.Response(status=self.refuse_next.pop(0))
        compress = request.query.get("compress", "")
        if request.query.get("v", "10") != "10" or request.query.get("encoding", "json") != "json":
            return web.Response(status=400)
        if compress not in {"", "zlib-stream"}:
            return web.Response(status=400, text="this gateway speaks zlib-stream only")
        socket = web.WebSocketResponse(max_msg_size=0, autoping=True)
        await socket.prepare(request)
        connection = Connection(self._world, self, request, socket, zipped=bool(compress))
        self.sockets.append(connection)
        try:
            await connection.run()
        finally:
            self.sockets.remove(connection)
        return socket

    def may_identify(self) -> bool:
        now, pause_s = self._world.clock.now(), self._world.rules.identify_pause_s
        return not self.identifies or now - self.identifies[-1] >= pause_s

    @property
    def identifies_left(self) -> int:
        day = self._world.clock.now() - 86_400
        return self._world.rules.identify_total - sum(at > day for at in self.identifies)

    # --- what a test does -----------------------------------------------------------------------------------------

    def drop(self) -> None:
        """Every socket breaks without a goodbye."""
        for connection in list(self.sockets):
            connection.abort()

    async def close(self, code: int) -> None:
        for connection in list(self.sockets):
            await connection.end(code, "")

    def ask_to_reconnect(self) -> None:
        for connection in list(self.sockets):
            connection.say(RECONNECT, None)

    def invalidate(self, *, resumable: bool = False) -> None:
        for connection in list(self.sockets):
            connection.invalidate(resumable=resumable)


class Connection:
    """One socket."""

    def __init__(
        self, world: "World", gateway: Gateway, request: web.Request, socket: web.WebSocketResponse, *, zipped: bool
    ) -> None:
        self._world, self._gateway, self._request, self._socket = world, gateway, request, socket
        self._zip = zlib.compressobj() if zipped else None
        self._stream: Stream | None = None
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._received: list[float] = []

    async def run(self) -> None:
        writer = asyncio.create_task(self._write())
        interval_s = self._world.rules.heartbeat_s
        self.say(HELLO, {"heartbeat_interval": int(interval_s * 1000)})
        try:
            await self._read(interval_s)
        except Closed as closed:
            await self.end(closed.code, closed.reason)
        finally:
            writer.cancel()
            self._lost()

    async def _read(self, interval_s: float) -> None:
        while True:
            try:
                message = await self._socket.receive(timeout=interval_s * 1.5)
            except TimeoutError:
                raise Closed(4009, "Session timed out.") from None
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return
            self._take(message.data)

    async def _write(self) -> None:
        while True:
            text = await self._out.get()
            if self._socket.closed:
                return
            if self._zip:
                data = self._zip.compress(text.encode()) + self._zip.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(data)
            else:
                await self._socket.send_str(text)

    def say(self, op: int, data: Any) -> None:
        self._out.put_nowait(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def abort(self) -> None:
        if self._request.transport:
            self._request.transport.abort()

    async def end(self, code: int, reason: str) -> None:
        self._gateway.closes.append(code)
        await self._socket.close(code=code, message=reason.encode())

    def invalidate(self, *, resumable: bool) -> None:
        if self._stream and not resumable:
            self._world.streams.close(self._stream.id)
            self._stream = None
        self.say(INVALID, resumable)

    def _lost(self) -> None:
        """A client that says goodbye with 1000 or 1001 ends its stream; any other may resume, or has already."""
        if self._stream is None or self._stream.send != self._out.put_nowait:
            return
        self._stream.lose()
        if self._socket.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}:
            self._world.streams.close(self._stream.id)
        self._world.pulse.beat()

    # --- what bots say --------------------------------------------------------------------------------------------

    def _take(self, raw: str | bytes) -> None:
        if len(raw) > MOST_BYTES:
            raise Closed(4002, "Payload too large.")
        self._count()
        try:
            said = json.loads(raw)
            op, data = said["op"], said.get("d")
        except (ValueError, KeyError, TypeError):
            raise Closed(4002, "Error while decoding payload.") from None
        match op:
            case 1:
                self.say(ACK, None)
            case 2:
                self._identify(data)
            case 6:
                self._resume(data)
            case 8 if self._stream:
                self._members(data)
            case 3 | 4 | 8 | 31 if self._stream is None:
                raise Closed(4003, "Not authenticated.")
            case 3 | 4 | 31:
                pass
            case _:
                raise Closed(4001, "Unknown opcode.")

    def _count(self) -> None:
        now = self._world.clock.now()
        self._received = [at for at in self._received if at > now - 60] + [now]
        if len(self._received) > MOST_PER_MINUTE:
            raise Closed(4008, "Rate limited.")

    def _identify(self, data: dict[str, Any]) -> None:
        if self._stream:
            raise Closed(4005, "Already authenticated.")
        self._check_identity(data)
        if not self._gateway.may_identify():
            self.say(INVALID, False)
            return
        if self._gateway.identifies_left <= 0:
            raise Closed(4004, "All identifies of the day are used.")
        self._gateway.identifies.append(self._world.clock.now())
        number, count = data.get("shard") or (0, 1)
        self._attach(self._world.streams.open(data["intents"], (number, count)))
        self._welcome()

    def _check_identity(self, data: dict[str, Any]) -> None:
        if not isinstance(data, dict) or data.get("token", "").removeprefix("Bot ") != self._world.token:
            raise Closed(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~EVERY_INTENT:
            raise Closed(4013, "Invalid intent(s).")
        if intents & ~self._world.granted & self._world.privileged:
            raise Closed(4014, "Disallowed intent(s).")
        if not data.get("properties"):
            raise Closed(4002, "Error while decoding payload.")
        number, count = data.get("shard") or (0, 1)
        if not 0 <= number < count:
            raise Closed(4010, "Invalid shard.")

    def _attach(self, stream: Stream) -> None:
        self._stream = stream
        stream.send, stream.lost_at = self._out.put_nowait, None

    def _welcome(self) -> None:
        stream, world = self._stream, self._world
        assert stream is not None
        guilds = [one for one in world.guilds.values() if one.installed and stream.serves(one.id)]
        shard = {"shard": list(stream.shard)}
        ready = {
            "v": 10,
            "user": payloads.me(world.bot),
            "guilds": [{"id": one.id, "unavailable": True} for one in guilds],
            "session_id": stream.id,
            "session_type": "normal",
            "resume_gateway_url": world.gateway_url,
            "application": {"id": world.application_id, "flags": world.application_flags},
            **shard,
        }
        stream.tell("READY", ready)
        for guild in guilds if stream.intents & Intent.GUILDS else ():
            stream.tell("GUILD_CREATE", payloads.guild_create(guild))
        world.pulse.beat()

    def _resume(self, data: dict[str, Any]) -> None:
        if data.get("token", "").removeprefix("Bot ") != self._world.token:
            raise Closed(4004, "Authentication failed.")
        stream = self._world.streams.find(str(data.get("session_id")))
        again, self._gateway.told_again = self._gateway.told_again, 0
        missed = stream.missed(max(int(data.get("seq") or 0) - again, 0)) if stream else None
        if stream is None or missed is None:
            self.say(INVALID, False)
            return
        self._attach(stream)
        for text in missed:
            self._out.put_nowait(text)
        stream.tell("RESUMED", {})
        self._gateway.resumes += 1
        self._world.pulse.beat()

    def _members(self, data: dict[str, Any]) -> None:
        assert self._stream is not None
        guild = self._world.guilds.get(str(data.get("guild_id")))
        if guild is None:
            return
        wanted = {str(one) for one in data.get("user_ids") or ()} or set(guild.members)
        if not self._stream.intents & Intent.GUILD_MEMBERS:
            wanted &= {str(one) for one in data.get("user_ids") or ()}
        members = [payloads.member(one) for one in guild.members.values() if one.user.id in wanted]
        chunk = {"guild_id": guild.id, "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": []}
        self._stream.tell("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if data.get("nonce") else {}))
