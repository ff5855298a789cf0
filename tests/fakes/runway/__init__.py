"""A strict Runway on loopback, for the vendor's own client."""

from tests.fakes.replicate.wire.behaviour import (
    Behaviour,
    answers,
    broken_json,
    drops,
    empty_body,
    fine,
    hangs,
    html_page,
    slow,
    truncated,
)
from tests.fakes.replicate.wire.shelf import Spoil
from tests.fakes.runway.outcome import FORBIDDEN, Outcome, cancelled, fails, moderated, never_ends, succeeds
from tests.fakes.runway.refusals import no_credit, quota, server_error, throttled, unauthorised
from tests.fakes.runway.server import RunwayServer

__all__ = [
    "FORBIDDEN",
    "Behaviour",
    "Outcome",
    "RunwayServer",
    "Spoil",
    "answers",
    "broken_json",
    "cancelled",
    "drops",
    "empty_body",
    "fails",
    "fine",
    "hangs",
    "html_page",
    "moderated",
    "never_ends",
    "no_credit",
    "quota",
    "server_error",
    "slow",
    "succeeds",
    "throttled",
    "truncated",
    "unauthorised",
]
