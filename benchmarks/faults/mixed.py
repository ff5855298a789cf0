"""A picture, a film and a narration in one request, of which one part fails: the others are delivered."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.faults.case import Row, promises_broken
from benchmarks.faults.house import End, House
from benchmarks.faults.replicate import unlisted
from benchmarks.faults.world import Say, World
from tests.fakes.openai import Route, faults
from tests.fakes.openai.answers import Binary
from tests.fakes.replicate.wire import behaviour
from tests.fakes.runway import outcome

SERVICES = (Route.IMAGES_GENERATE.value, Route.SPEECH.value, "replicate", "runway")
PARTS = 3
Arrange = Callable[[World], object]


@dataclass(frozen=True, slots=True)
class Part:
    """The part that fails, and how."""

    kind: str
    fault: str
    model: str
    arrange: Arrange


def parts() -> tuple[Part, ...]:
    """Each service once. The model that is wished makes its kind; the rest is chosen as always."""
    pictures, speech = Route.IMAGES_GENERATE, Route.SPEECH
    page = Say(Binary(b"<html>", "audio/mpeg"))
    return (
        Part("image", "OpenAI drops it", "gpt-image-2.6-flare", _openai(pictures, faults.Drop())),
        Part("speech", "OpenAI sends HTML", "gpt-4o-mini-tts", _openai(speech, page)),
        Part("image", "Replicate drops it, and no list", "flux-2-pro", unlisted(behaviour.drops())),
        Part("video", "Runway refuses", "gen4.5", lambda away: away.runway.outcomes.append(outcome.moderated())),
    )


async def all_parts(house: House, away: World) -> list[Row]:
    """One after the other, each in fair weather but for its own fault."""
    return [await _meet(part, house, away) for part in parts()]


async def _meet(part: Part, house: House, away: World) -> Row:
    _fair(away)
    part.arrange(away)
    before = away.paid(*SERVICES)
    end = await house.made("mixed: a lighthouse", model=part.model)
    row = Row("mixed request", f"{part.kind}: {part.fault}", away.paid(*SERVICES) - before, end, promises_broken(end))
    row.wrong.extend(_wrong(part, row.paid, end))
    _fair(away)
    return row


def _wrong(part: Part, paid: int, end: End) -> list[str]:
    kinds = sorted(asset.kind for asset in end.view.assets)
    checks = {
        f"ended as {end.view.state.value}": end.view.state != "succeeded",
        "the failed part is not told of": end.view.error is None,
        f"delivered {', '.join(kinds)}": kinds != sorted({"image", "speech", "video"} - {part.kind}),
        f"{paid} paid calls": paid != PARTS,
    }
    return [what for what, wrong in checks.items() if wrong]


def _openai(route: Route, fault: faults.Behaviour) -> Arrange:
    def arrange(away: World) -> None:
        away.weather[route].now = fault

    return arrange


def _fair(away: World) -> None:
    away.clear(Route.IMAGES_GENERATE, Route.SPEECH)
    away.replicate.always("create", None)
    away.runway.always("create", None)
    away.replicate.outcomes.clear()
    away.runway.outcomes.clear()
