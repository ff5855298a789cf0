"""Three services whose weather can be changed at any moment, and what they were paid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import repeat

from aiohttp import web

from tests.fakes.openai import OpenAIServer, Route
from tests.fakes.openai.answers import Answer
from tests.fakes.openai.errors import ApiError
from tests.fakes.openai.faults import Behaviour, Normal, Turn
from tests.fakes.replicate.server import ReplicateServer
from tests.fakes.runway.server import RunwayServer

MANY = 100_000
SCALE = 0.05
ROUTES = (Route.RESPONSES, Route.IMAGES_GENERATE, Route.SPEECH)


@dataclass(slots=True)
class Weather:
    """How one route of OpenAI behaves: first as `once` says, call by call, then always as `now`."""

    now: Behaviour = field(default_factory=Normal)
    once: list[Behaviour] = field(default_factory=list)

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Answer as the weather is."""
        return await (self.once.pop(0) if self.once else self.now).play(turn)


@dataclass(frozen=True, slots=True)
class Refuse:
    """A refusal before any work."""

    error: ApiError

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Say no."""
        raise self.error


@dataclass(frozen=True, slots=True)
class Say:
    """An answer of ours instead of the service's, which did the work and charges for it."""

    answer: Answer

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Say it."""
        await turn.accept()
        return await turn.wire.send(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The services. What is made there takes a twentieth of a usual run."""

    openai: OpenAIServer
    replicate: ReplicateServer
    runway: RunwayServer
    weather: dict[Route, Weather]

    def clear(self, *routes: Route) -> None:
        """Fair weather again on these routes of OpenAI."""
        for route in routes:
            self.weather[route].now, self.weather[route].once = Normal(), []

    def paid(self, *services: str) -> int:
        """Accepted calls that make something, by a route of OpenAI or a service's name."""
        counts = {route.value: count for route, count in self.openai.paid.items()}
        counts |= {"replicate": self.replicate.paid, "runway": self.runway.paid}
        return sum(counts.get(service, 0) for service in services)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """All three on loopback sockets."""
    openai = OpenAIServer()
    replicate = ReplicateServer(scale=SCALE, creates_per_minute=MANY, others_per_minute=MANY, files_at_home=True)
    runway = RunwayServer(scale=SCALE, concurrency=MANY, daily_limit=MANY, files_at_home=True)
    weather = {route: Weather() for route in ROUTES}
    for route, each in weather.items():
        openai.script(route, *repeat(each, MANY))
    async with openai, replicate, runway:
        yield World(openai=openai, replicate=replicate, runway=runway, weather=weather)
