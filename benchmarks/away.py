"""The world outside as a process of its own: OpenAI, Replicate and Runway on loopback sockets, each in its own time.

`python -m benchmarks.away` says in one line of JSON how they are reached. Then every line that it is told is answered
by one of JSON: `paid` (generations that were accepted so far), `huge` (the next film is a file of 300 MB, and so on
for each `huge`). It ends with its standard input.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import repeat
from time import perf_counter
from typing import Any

from aiohttp import web

from benchmarks.neighbour import serve
from benchmarks.place import leave_the_house_its_processors
from tests.fakes.openai import Asked, Call, OpenAIServer, Route, default_mind
from tests.fakes.openai.answers import Events
from tests.fakes.openai.conversation import Reply
from tests.fakes.openai.faults import Behaviour, Turn
from tests.fakes.openai.schemas import example
from tests.fakes.replicate.server import ReplicateServer
from tests.fakes.replicate.wire.shelf import Spoil
from tests.fakes.runway.outcome import Outcome
from tests.fakes.runway.server import RunwayServer

CHAT_S = 0.2
MODERATION_S = 0.1
IMAGE_S = 1.0
SPEECH_S = 0.5
VIDEO_S = 3.0
WAITING_S = 0.2
"""Of a run at Replicate and Runway, the part before it has a machine."""
KEY = "sk-test-benchmarks"
MANY = 100_000
"""More calls, and more at once, than any benchmark makes."""
CALLS: Mapping[str, tuple[str, ...]] = {
    "image": ("generate_image",),
    "video": ("generate_video",),
    "mixed": ("generate_image", "generate_image", "generate_video", "generate_speech"),
}
"""What a prompt's first word asks for."""


@dataclass(frozen=True, slots=True)
class Late:
    """As documented, after so many seconds: the work is a part of them."""

    seconds: float

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Answer."""
        begun, job = perf_counter(), await turn.accept()
        answer = await job()
        await asyncio.sleep(self.seconds - (perf_counter() - begun))
        return await turn.wire.send(answer)


@dataclass(frozen=True, slots=True)
class Unveiled:
    """The same for pictures: those that are streamed send their previews evenly on the way."""

    seconds: float

    async def play(self, turn: Turn) -> web.StreamResponse:
        """Answer; the last event comes at the end of the time."""
        begun, job = perf_counter(), await turn.accept()
        answer = await job()
        pace_s = self.seconds / (len(answer.events) if isinstance(answer, Events) else 1)
        await asyncio.sleep(pace_s - (perf_counter() - begun))
        return await replace(turn.wire, pace_s=pace_s).send(answer)


class Away:
    """The three services."""

    def __init__(self) -> None:
        self._openai = OpenAIServer(mind=_mind)
        self._replicate = ReplicateServer(creates_per_minute=MANY, others_per_minute=MANY, files_at_home=True)
        self._runway = RunwayServer(concurrency=MANY, daily_limit=MANY, credits=MANY * 100, files_at_home=True)

    async def run(self) -> None:
        """Serve until the input ends."""
        async with AsyncExitStack() as stack:
            for server in (self._openai, self._replicate, self._runway):
                await stack.enter_async_context(server)
            self._take_time()
            await serve(self._settings(), self._told)

    def _take_time(self) -> None:
        waits: dict[Route, Behaviour] = {
            Route.RESPONSES: Late(CHAT_S),
            Route.MODERATIONS: Late(MODERATION_S),
            Route.IMAGES_GENERATE: Unveiled(IMAGE_S),
            Route.SPEECH: Late(SPEECH_S),
        }
        for route, behaviour in waits.items():
            self._openai.script(route, *repeat(behaviour, MANY))
        for server in (self._replicate, self._runway):
            server.run_s.update(image=IMAGE_S - WAITING_S, speech=SPEECH_S - WAITING_S, video=VIDEO_S - WAITING_S)

    def _settings(self) -> dict[str, str]:
        return {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": self._openai.base_url,
            "REPLICATE_API_TOKEN": self._replicate.api_token,
            "REPLICATE_BASE_URL": self._replicate.base_url,
            "RUNWAYML_API_SECRET": self._runway.api_key,
            "RUNWAYML_BASE_URL": self._runway.base_url,
        }

    async def _told(self, line: str) -> dict[str, int]:
        if line == "huge":
            self._runway.outcomes.append(Outcome(spoil=Spoil.HUGE))
        openai = {route.value: count for route, count in self._openai.paid.items()}
        return openai | {"replicate": self._replicate.paid, "runway": self._runway.paid}


def _mind(asked: Asked) -> Reply:
    """Calls by the first word, and a sentence after their results; what has no such word is understood as it is."""
    script, _, words = asked.newest.partition(": ")
    if script not in CALLS:
        return default_mind(asked)
    if asked.lines[-1].role == "tool":
        return "Here you are."
    names = CALLS[script]
    return [call_for(asked.tools[name], name, f"{words}, number {i}") for i, name in enumerate(names)]


def call_for(schema: Mapping[str, Any], name: str, words: str) -> Call:
    """A tool call about these words, the rest of it as the schema wants it."""
    own = {"text": words} if name == "generate_speech" else {"prompt": words}
    return Call(name, example(schema, own))


if __name__ == "__main__":
    leave_the_house_its_processors()
    asyncio.run(Away().run())
