"""Faults of OpenAI, for pictures and for speech: there are no tickets, so what broke off may have been paid."""

import base64
from collections.abc import Callable, Iterator

from benchmarks.faults.case import RELEASED, SETTLED, Case
from benchmarks.faults.world import Refuse, Say, World
from tests.fakes.openai import Route, faults
from tests.fakes.openai.answers import Binary, Json
from tests.fakes.openai.errors import moderation_blocked
from tests.fakes.openai.faults import Behaviour

PAGE = b"<!doctype html><title>503</title>"
PICTURES = (
    ("HTML as PNG", Say(Json({"created": 1, "data": [{"b64_json": base64.b64encode(PAGE).decode()}]}))),
    ("null picture", Say(Json({"created": 1, "data": [{"b64_json": None}]}))),
    ("no pictures", Say(Json({"created": 1, "data": []}))),
    ("odd output", Say(Json({"created": 1, "data": {"b64_json": 7}}))),
    ("broken JSON", faults.BrokenJson()),
)
SOUNDS = (("HTML as MP3", Say(Binary(PAGE, "audio/mpeg"))),)


def cases(route: Route) -> Iterator[Case]:
    """Every fault of one route."""
    for fault, behaviour in (
        ("500", faults.Status(500)),
        ("502 page of a proxy", faults.GatewayPage()),
        ("read timeout", faults.Hang()),
        ("dropped after accept", faults.Drop()),
        ("empty answer", faults.Empty()),
        ("truncated", faults.Truncated()),
        *(PICTURES if route is Route.IMAGES_GENERATE else SOUNDS),
    ):
        yield Case(fault=fault, arrange=_always(route, behaviour))
    for fault, behaviour in (
        ("503, not run", faults.Status(503)),
        ("429 for ever", faults.RateLimited(0.2)),
        ("content refusal", Refuse(moderation_blocked("req_1", ["violence"]))),
        ("invalid key", faults.Unauthorized()),
        ("quota exhausted", faults.InsufficientQuota()),
    ):
        charge = SETTLED if fault.startswith("503") else RELEASED  # nobody can tell a 503 from another 5xx
        yield Case(fault=fault, arrange=_always(route, behaviour), paid=0, charge=charge)
    yield Case(fault="429, Retry-After 1 s", arrange=_once(route, faults.RateLimited(1.0)), ends="succeeded", least_s=1)


def _always(route: Route, behaviour: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        away.clear(route)
        away.weather[route].now = behaviour

    return arrange


def _once(route: Route, behaviour: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        away.clear(route)
        away.weather[route].once = [behaviour]

    return arrange
