"""What became of a create that broke off before its answer: Replicate lists what an account began, the newest first
(replicate.com/docs/reference/http#predictions.list).
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.providers.base import Became, NotBegun, Ticket, Unknown
from core.providers.replicate.prediction import Unreadable

AGAIN = Unknown(again_s=2.0)
LOOKS = timedelta(seconds=12)
"""So long after a call it may still come to light: a list may lag behind, and a request be under way."""
CLOCKS = timedelta(seconds=30)
"""By so much Replicate's clock may be behind ours."""
LATER = timedelta(seconds=5)
"""A list with something that began so much later than a call is not behind that call."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a call was made: not before its intent, and not after the end of the process that made it."""

    since: datetime
    until: datetime

    @property
    def is_early(self) -> bool:
        """What was begun then may still come to light."""
        return datetime.now(UTC) < self.until + LOOKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A prediction as the list tells it. An hour after its end, its input is gone."""

    id: str
    model: str
    input: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One page, the newest first."""

    begun: tuple[Begun, ...]
    is_all: bool
    """No page follows."""


def read_list(body: Any) -> Listed:
    """The predictions in an answer.

    Raises:
        Unreadable: it is no list of predictions.
    """
    try:
        return Listed(tuple(_begun(each) for each in body["results"]), body.get("next") is None)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable from error


def what_became(listed: Listed, vendor_name: str, said: Mapping[str, Any], when: Span, taken: Container[str]) -> Became:
    """The prediction that a call began. `said`: what it asked for, without files; `taken`: others' ids.

    That there is none is believed only where the list reaches from before the call to well after it, and holds nothing
    of that model whose order is not known: what is paid twice is worse than what is given up.
    """
    near = [each for each in listed.begun if each.at >= when.since - CLOCKS]
    free = [each for each in near if each.model == vendor_name.partition(":")[0] and each.id not in taken]
    ours = [each for each in free if all(each.input.get(name) == value for name, value in said.items())]
    if ours:
        return Ticket(ours[-1].id)
    reaches_back = listed.is_all or len(near) < len(listed.begun)
    if reaches_back and not free and any(each.at >= when.until + LATER for each in near):
        return NotBegun()
    return AGAIN


def _begun(body: Any) -> Begun:
    at = datetime.fromisoformat(body["created_at"])
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Begun(id=str(body["id"]), model=str(body.get("model") or ""), input=body.get("input") or {}, at=at)
