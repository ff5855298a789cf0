"""Every request that reached a server, in order, also those that were never answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Call:
    """One request. `status` stays None where no answer left the server."""

    at: float
    host: str
    """Which of the server's hosts was asked: `api`, `files` or `elsewhere`."""
    route: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any = None
    """The body, where it was JSON."""
    status: int | None = None
    behaviour: str = ""
    """What was scripted for this request, if anything."""


class Journal(list[Call]):
    """The calls, with the questions that tests ask."""

    def to(self, *routes: str) -> list[Call]:
        return [call for call in self if call.route in routes]

    def count(self, *routes: str) -> int:  # type: ignore[override]
        return len(self.to(*routes))
