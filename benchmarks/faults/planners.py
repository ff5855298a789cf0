"""A planner that misbehaves, on the real Responses wire: each must lead to one friendly end, and to no more calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.faults.case import SETTLED, Row, promises_broken
from benchmarks.faults.house import End, House
from benchmarks.faults.world import World
from core.agent.loop import MAX_CALLS
from core.creation.consulting import ATTEMPTS
from core.creation.workflow import MAX_TURNS
from storage.tables import ChargeState
from tests.fakes.openai import Asked, Call, Route, faults
from tests.fakes.openai.conversation import Mind, Refusal, Reply, Thought
from tests.fakes.openai.faults import Behaviour, Normal
from tests.fakes.openai.schemas import example

PICTURES, PLANNER = Route.IMAGES_GENERATE, Route.RESPONSES
PLANNER_NAME = "planner"
MANY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Mischief:
    """What a planner, or its server, does instead of a good answer."""

    fault: str
    mind: Mind | None = None
    server: Behaviour | None = None
    ends: tuple[str, ...] = ("failed",)
    made: int = 0
    """Pictures that are paid at the most."""
    asked: int = ATTEMPTS
    """Paid answers of the planner at the most."""
    charge: ChargeState | None = None
    """Of every answer, where only one is right."""
    words: str = ""
    """What the sentence must say."""


def picture(asked: Asked) -> Call:
    """A good call."""
    return Call("generate_image", example(asked.tools["generate_image"], {"prompt": "a lighthouse"}))


def calling(*calls: Call) -> Mind:
    """Always these calls, whatever came of the last ones."""
    return lambda asked: list(calls)


def saying(reply: Reply) -> Mind:
    """Always this."""
    return lambda asked: reply


def thirty(asked: Asked) -> Reply:
    """Thirty calls in one turn, then a word."""
    return "Here they are." if asked.lines[-1].role == "tool" else [picture(asked)] * MANY


def endless(asked: Asked) -> Reply:
    """One more call, each time."""
    return picture(asked)


def one_good(asked: Asked) -> Reply:
    """Of three calls one that can be carried out."""
    calls = [Call("make_coffee", {}), picture(asked), Call("generate_video", "{broken")]
    return "Here is one." if asked.lines[-1].role == "tool" else calls


def mischiefs() -> tuple[Mischief, ...]:
    """All of them."""
    strange: Mapping[str, Any] = {"prompt": 7, "aspect": "round"}
    talked, done = ("failed", "succeeded"), ("succeeded",)
    return (
        Mischief(fault="invalid JSON arguments", mind=calling(Call("generate_image", "{broken"))),
        Mischief(fault="arguments of wrong types", mind=calling(Call("generate_image", strange))),
        Mischief(fault="arguments are a list", mind=calling(Call("generate_image", "[1, 2]"))),
        Mischief(fault="unknown tool", mind=calling(Call("make_coffee", {}))),
        Mischief(fault="a foreign asset", mind=calling(Call("upscale", json.dumps({"asset": "0" * 32})))),
        Mischief(fault="one good call of three", mind=one_good, ends=done, made=1),
        Mischief(fault=f"{MANY} parallel calls", mind=thirty, ends=done, made=MAX_CALLS),
        Mischief(fault="endless tool loop", mind=endless, ends=done, made=MAX_TURNS, asked=MAX_TURNS),
        Mischief(fault="refusal", mind=saying(Refusal()), ends=talked),
        Mischief(fault="empty reply", mind=saying("")),
        Mischief(fault="out of room at once", mind=saying(Thought(incomplete="max_output_tokens"))),
        Mischief(
            fault="out of room in a word", mind=saying(Thought(text="I am", incomplete="max_output_tokens")), ends=done
        ),
        Mischief(fault="cut by a filter", mind=saying(Thought(incomplete="content_filter"))),
        Mischief(fault="fails in the middle", mind=saying(Thought(error="server_error"))),
        Mischief(fault="500", server=faults.Status(500)),
        Mischief(fault="read timeouts", server=faults.Hang(), charge=SETTLED, words="time limit"),
        Mischief(fault="dropped after accept", server=faults.Drop()),
        Mischief(fault="broken JSON", server=faults.BrokenJson()),
        Mischief(fault="empty answer", server=faults.Empty()),
        Mischief(fault="truncated", server=faults.Truncated()),
        Mischief(fault="429 for ever", server=faults.RateLimited(0.2), asked=0),
        Mischief(fault="invalid key", server=faults.Unauthorized(), asked=0),
        Mischief(fault="quota exhausted", server=faults.InsufficientQuota(), asked=0),
    )


async def all_mischiefs(house: House, away: World) -> list[Row]:
    """One after the other, as they share the planner's server."""
    return [await _meet(each, house, away) for each in mischiefs()]


async def _meet(mischief: Mischief, house: House, away: World) -> Row:
    away.clear(PLANNER, PICTURES)
    away.weather[PLANNER].now = mischief.server or Normal()
    if mischief.mind:
        away.openai.mind = mischief.mind
    asked, made = away.paid(PLANNER.value), away.paid(PICTURES.value)
    end = await house.made("a lighthouse", model="gpt-image-2.6-flare")
    return _judged(mischief, away.paid(PLANNER.value) - asked, away.paid(PICTURES.value) - made, end)


def _judged(mischief: Mischief, asked: int, made: int, end: End) -> Row:
    row = Row(PLANNER_NAME, mischief.fault, made, end, promises_broken(end))
    if end.view.state not in mischief.ends:
        row.wrong.append(f"ended as {end.view.state.value}")
    if made > mischief.made:
        row.wrong.append(f"{made} pictures paid")
    if asked > mischief.asked:
        row.wrong.append(f"{asked} answers paid")
    if mischief.charge and {charge.state for charge in end.charges} != {mischief.charge}:
        row.wrong.append(f"a charge is not {mischief.charge.value}")
    if mischief.words not in end.sentence:
        row.wrong.append(f"does not say {mischief.words!r}")
    if len(end.view.assets) != made:
        row.wrong.append(f"{len(end.view.assets)} of {made} pictures kept")
    return row
