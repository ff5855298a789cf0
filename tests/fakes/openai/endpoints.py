"""Which method and path leads where."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.openai import chat, images, moderation, responses, speech, transcription
from tests.fakes.openai.answers import Answer, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import ApiError, gone, unknown_url
from tests.fakes.openai.faults import Job
from tests.fakes.openai.models import VIDEOS_END
from tests.fakes.openai.routes import Route

Accept = Callable[[Ask], Awaitable[Job]]


async def _list_models(ask: Ask) -> Job:
    entries = [model.entry() for model in ask.world.catalogue.alive(ask.world.now)]
    return said({"object": "list", "data": entries})


async def _one_model(ask: Ask) -> Job:
    return said(ask.world.catalogue.find(ask.name, ask.world.now).entry())


async def _videos(_: Ask) -> Job:
    raise gone("The Videos API", VIDEOS_END.isoformat())


def said(body: Mapping[str, Any]) -> Job:
    """A job whose answer is known."""

    async def job() -> Answer:
        return Json(body)

    return job


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method and path. `accept` validates and gives the work to do."""

    method: str
    path: re.Pattern[str]
    route: Route
    accept: Accept
    form: bool = False


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", re.compile(r"/v1/models"), Route.MODELS, _list_models),
    Endpoint("GET", re.compile(r"/v1/models/([^/]+)"), Route.MODELS, _one_model),
    Endpoint("POST", re.compile(r"/v1/responses"), Route.RESPONSES, responses.respond),
    Endpoint("POST", re.compile(r"/v1/chat/completions"), Route.CHAT, chat.complete),
    Endpoint("POST", re.compile(r"/v1/images/generations"), Route.IMAGES_GENERATE, images.generate),
    Endpoint("POST", re.compile(r"/v1/images/edits"), Route.IMAGES_EDIT, images.edit, form=True),
    Endpoint("POST", re.compile(r"/v1/audio/speech"), Route.SPEECH, speech.speak),
    Endpoint(
        "POST", re.compile(r"/v1/audio/transcriptions"), Route.TRANSCRIPTIONS, transcription.transcribe, form=True
    ),
    Endpoint("POST", re.compile(r"/v1/moderations"), Route.MODERATIONS, moderation.moderate),
    Endpoint("GET", re.compile(r"/v1/videos(?:/.*)?"), Route.VIDEOS, _videos),
    Endpoint("DELETE", re.compile(r"/v1/videos(?:/.*)?"), Route.VIDEOS, _videos),
    Endpoint("POST", re.compile(r"/v1/videos(?:/.*)?"), Route.VIDEOS, _videos, form=True),
)


def route_of(request: web.Request) -> Route:
    """What the journal calls this path."""
    if request.path.startswith("/files/"):
        return Route.FILES
    if request.path == "/v1/realtime":
        return Route.REALTIME
    found = (endpoint.route for endpoint in ENDPOINTS if endpoint.path.fullmatch(request.path))
    return next(found, Route.UNKNOWN)


def endpoint_of(request: web.Request) -> tuple[Endpoint, str]:
    """The endpoint, and the name at the end of the path."""
    known = [(endpoint, found) for endpoint in ENDPOINTS if (found := endpoint.path.fullmatch(request.path))]
    if not known:
        raise unknown_url(request.method, request.path)
    for endpoint, found in known:
        if endpoint.method == request.method:
            return endpoint, found.group(1) if found.re.groups else ""
    message = f"Not allowed to {request.method} on {request.path}."
    raise ApiError(405, message, code="method_not_supported")
