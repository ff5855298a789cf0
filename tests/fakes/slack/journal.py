"""Every request that reached Slack, in order, with its answer."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Request:
    """One call. `status` stays None where no answer left the server."""

    at: float
    method: str
    """`chat.postMessage`, …, or `upload`, `download`, `response_url`."""
    team: str | None = None
    args: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    ok: bool | None = None
    error: str | None = None
    messages: list[str] = field(default_factory=list)
    """Why a refusal was a refusal, as Slack words it."""
    fault: str | None = None
    """What was scripted for this call, if anything."""


class Journal(list[Request]):
    """The requests, with the questions that tests ask."""

    def to(self, *methods: str) -> list[Request]:
        return [request for request in self if request.method in methods]

    @property
    def rejected(self) -> list[Request]:
        """Refused by Slack's own rules: no scripted fault, no rate limit."""
        return [one for one in self if one.ok is False and not one.fault and one.error != "ratelimited"]
