"""A strict Replicate on loopback, for the vendor's own client."""

from tests.fakes.replicate.outcome import (
    FORBIDDEN,
    Outcome,
    Shape,
    aborted,
    canceled,
    fails,
    flagged,
    never_ends,
    succeeds,
)
from tests.fakes.replicate.refusals import no_credit, server_error, throttled, unauthorised
from tests.fakes.replicate.server import ReplicateServer
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

__all__ = [
    "FORBIDDEN",
    "Behaviour",
    "Outcome",
    "ReplicateServer",
    "Shape",
    "Spoil",
    "aborted",
    "answers",
    "broken_json",
    "canceled",
    "drops",
    "empty_body",
    "fails",
    "fine",
    "flagged",
    "hangs",
    "html_page",
    "never_ends",
    "no_credit",
    "server_error",
    "slow",
    "succeeds",
    "throttled",
    "truncated",
    "unauthorised",
]
