"""What a request for a prediction says beside the input: the body's fields and two headers.

Sources: replicate.com/docs/reference/http#predictions.create, .../docs/topics/predictions/create-a-prediction (Prefer),
replicate.com/changelog/2025-10-16-prediction-deadlines (Cancel-After; the bounds of 5 s and 24 h are unconfirmed).
"""

import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.replicate import refusals

FIELDS = {"input", "version", "webhook", "webhook_completed", "webhook_events_filter", "stream"}
EVENTS = {"start", "output", "logs", "completed"}
PREFER = re.compile(r"wait(?:=([1-9]|[1-5][0-9]|60))?")
CANCEL_AFTER = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
VERSION = re.compile(r"(?:(?P<slug>[\w.-]+/[\w.-]+):)?(?P<hex>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request to create, read and found well formed."""

    input: Any
    version: str | None
    wait_s: float
    """How long the request stays open; 0 without `Prefer: wait`."""
    cancel_after_s: float | None


async def read(request: web.Request) -> Order:
    try:
        body = await request.json()
    except ValueError as error:
        raise refusals.bad_request("The request body is not JSON") from error
    if not isinstance(body, dict) or "input" not in body:
        raise refusals.missing("input")
    _known(body)
    return Order(
        input=body["input"],
        version=body.get("version"),
        wait_s=_wait_s(request.headers.get("Prefer")),
        cancel_after_s=_cancel_after_s(request.headers.get("Cancel-After")),
    )


def _known(body: dict[str, Any]) -> None:
    for name in body.keys() - FIELDS:
        raise refusals.bad_request(f"Unknown field {name}")
    webhook = body.get("webhook")
    if webhook is not None and not str(webhook).startswith("https://"):
        raise refusals.bad_request("webhook must be an HTTPS URL")
    if not EVENTS.issuperset(body.get("webhook_events_filter") or ()):
        raise refusals.bad_request("webhook_events_filter knows start, output, logs and completed")


def _wait_s(prefer: str | None) -> float:
    if prefer is None:
        return 0
    match = PREFER.fullmatch(prefer)
    if not match:
        raise refusals.bad_request("Prefer must be wait or wait=n with n from 1 to 60")
    return float(match[1] or 60)


def _cancel_after_s(value: str | None) -> float | None:
    if value is None:
        return None
    match = CANCEL_AFTER.fullmatch(value)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if not 5 <= total <= 24 * 3600:
        raise refusals.bad_request("Cancel-After must be a duration from 5s to 24h")
    return float(total)
