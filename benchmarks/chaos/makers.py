"""The services that make things and charge for them: strict, local, counted, and in whatever weather."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from aiohttp import web

from benchmarks.chaos.mind import CALL, mind
from tests.fakes.openai import OpenAIServer, Route
from tests.fakes.openai.faults import Behaviour, Normal, Slow, Turn
from tests.fakes.replicate.server import ReplicateServer
from tests.fakes.runway.server import RunwayServer

MANY = 1_000_000
ANSWERED_AT_ONCE = {Route.IMAGES_GENERATE: 0.3, Route.SPEECH: 0.3, Route.RESPONSES: 0.1}
"""Seconds of a call that hands out no ticket."""
RUN_S = {"image": 1.0, "video": 3.0, "speech": 1.0}
"""Seconds of what is fetched with a ticket."""
PAID_ROUTES = (Route.IMAGES_GENERATE, Route.IMAGES_EDIT, Route.SPEECH)


@dataclass(slots=True)
class Weather:
    """How one route of OpenAI behaves: first as `once` says, call by call, then in its usual time."""

    usual: Behaviour
    once: list[Behaviour]

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Answer as the weather is."""
        return await (self.once.pop(0) if self.once else self.usual).play(turn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Three services, and what they were paid."""

    openai: OpenAIServer
    replicate: ReplicateServer
    runway: RunwayServer
    weather: dict[Route, Weather]

    @property
    def settings(self) -> dict[str, object]:
        """Keys and addresses, as a house wants them in its environment."""
        return {
            "OPENAI_API_KEY": "sk-test-chaos",
            "OPENAI_BASE_URL": self.openai.base_url,
            "REPLICATE_API_TOKEN": self.replicate.api_token,
            "REPLICATE_BASE_URL": self.replicate.base_url,
            "RUNWAYML_API_SECRET": self.runway.api_key,
            "RUNWAYML_BASE_URL": self.runway.base_url,
        }

    def paid(self) -> Counter[str]:
        """What they accepted and charge for, by the mark of the call: `w00017-0`. What failed there is not charged."""
        calls = [call.body for call in self.openai.calls if call.paid and call.route in PAID_ROUTES]
        predictions = [p.input for p in self.replicate.predictions.values() if p.outcome.status == "succeeded"]
        tasks = [task.body for task in self.runway.tasks.values() if task.outcome.status == "SUCCEEDED"]
        return Counter(_marks([*calls, *predictions, *tasks]))


@asynccontextmanager
async def makers() -> AsyncIterator[Makers]:
    """All three on loopback sockets."""
    openai = OpenAIServer(mind=mind)
    replicate = ReplicateServer(creates_per_minute=MANY, others_per_minute=MANY, files_at_home=True)
    runway = RunwayServer(concurrency=MANY, daily_limit=MANY, credits=MANY * 100, files_at_home=True)
    weather = {route: Weather(Slow(seconds, Normal()), []) for route, seconds in ANSWERED_AT_ONCE.items()}
    for route, each in weather.items():
        openai.script(route, *repeat(each, MANY))
    replicate.run_s.update(RUN_S)
    runway.run_s.update(RUN_S)
    async with openai, replicate, runway:
        yield Makers(openai=openai, replicate=replicate, runway=runway, weather=weather)


def _marks(bodies: Iterable[Any]) -> list[str]:
    return [mark for body in bodies for mark in CALL.findall(json.dumps(body))[:1]]
