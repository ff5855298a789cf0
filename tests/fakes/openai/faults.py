"""What may go wrong on the way: behaviours that a test scripts per route, one per call, in order.

A behaviour gets a `Turn`, on which `accept` validates the request and bills it. Those that call it are the ambiguous
ones: the provider has done the work and charges for it, and the client does not know.
"""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from tests.fakes.openai.answers import Answer, Wire, content_type, flat
from tests.fakes.openai.errors import ApiError
from tests.fakes.openai.routes import Route

Job = Callable[[], Awaitable[Answer]]
"""The accepted work."""


class Turn(Protocol):
    """What a behaviour may do with one request."""

    @property
    def wire(self) -> Wire:
        """The way to the client."""
        ...

    async def accept(self) -> Job:
        """Validate and bill, or raise the platform's refusal."""
        ...

    async def wait(self, seconds: float | None) -> None:
        """Let time pass; without a number, until the client leaves or the server stops."""
        ...


class Behaviour(Protocol):
    """One way to answer."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Answer, or not."""
        ...


@dataclass(frozen=True, slots=True)
class Normal:
    """As documented."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        job = await turn.accept()
        return await turn.wire.send(await job())


@dataclass(frozen=True, slots=True)
class Slow:
    """Accepted at once, answered late."""

    seconds: float
    then: Behaviour = field(default_factory=Normal)

    async def play(self, turn: Turn) -> web.StreamResponse:
        accepted = Accepted(turn, await turn.accept())
        await turn.wait(self.seconds)
        return await self.then.play(accepted)


@dataclass(frozen=True, slots=True)
class Status:
    """A server error. `billed` says whether the work was done before it: so with 500, 502 and 504, not with 503."""

    status: int = 500
    billed: bool | None = None
    retry_after_s: float | None = None

    async def play(self, turn: Turn) -> web.StreamResponse:
        if self.status in (500, 502, 504) if self.billed is None else self.billed:
            await (await turn.accept())()
        headers = {} if self.retry_after_s is None else {"Retry-After": f"{self.retry_after_s:g}"}
        message = "The server had an error while processing your request. Sorry about that!"
        raise ApiError(self.status, message, type="server_error", code=None, headers=headers)


@dataclass(frozen=True, slots=True)
class GatewayPage:
    """The page of a proxy instead of JSON; the work was done."""

    status: int = 502

    async def play(self, turn: Turn) -> web.StreamResponse:
        await (await turn.accept())()
        page = b"<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
        return await turn.wire.send_raw(page, "text/html", self.status)


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429 before any work, with the time to wait."""

    retry_after_s: float = 1.0

    async def play(self, turn: Turn) -> web.StreamResponse:
        seconds = self.retry_after_s
        headers = {"Retry-After": f"{seconds:g}", "retry-after-ms": f"{seconds * 1000:.0f}"}
        message = f"Rate limit reached. Please try again in {seconds:g}s."
        raise ApiError(429, message, type="requests", code="rate_limit_exceeded", headers=headers)


@dataclass(frozen=True, slots=True)
class InsufficientQuota:
    """429 that no waiting heals: the account has no money."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        message = "You exceeded your current quota, please check your plan and billing details."
        raise ApiError(429, message, type="insufficient_quota", code="insufficient_quota")


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """401, as after a key was revoked."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")


@dataclass(frozen=True, slots=True)
class Hang:
    """Accepted, billed, never answered."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        await turn.accept()
        await turn.wait(None)
        return turn.wire.drop()


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection closes after the body was taken and the work done."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        await (await turn.accept())()
        return turn.wire.drop()


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """200 of the right length that is no JSON."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        answer = await (await turn.accept())()
        body = flat(answer)
        return await turn.wire.send_raw(body[: len(body) // 2] + b"\xff<", content_type(answer))


@dataclass(frozen=True, slots=True)
class Empty:
    """200 and nothing."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        answer = await (await turn.accept())()
        return await turn.wire.send_raw(b"", content_type(answer))


@dataclass(frozen=True, slots=True)
class Truncated:
    """200 that breaks off in the middle."""

    async def play(self, turn: Turn) -> web.StreamResponse:
        return await turn.wire.send_half(await (await turn.accept())())


@dataclass(frozen=True, slots=True)
class Accepted:
    """A turn whose request has been accepted already: nobody is billed twice for one request."""

    turn: Turn
    job: Job

    @property
    def wire(self) -> Wire:
        return self.turn.wire

    async def accept(self) -> Job:
        return self.job

    async def wait(self, seconds: float | None) -> None:
        await self.turn.wait(seconds)


class Script:
    """The behaviours to come, per route; afterwards all is normal."""

    def __init__(self) -> None:
        self._lines: dict[Route, deque[Behaviour]] = defaultdict(deque)

    def add(self, route: Route, *behaviours: Behaviour) -> None:
        self._lines[route].extend(behaviours)

    def next(self, route: Route) -> Behaviour:
        lines = self._lines[route]
        return lines.popleft() if lines else Normal()

    def left(self, route: Route) -> int:
        """How many scripted calls have not come yet."""
        return len(self._lines[route])
