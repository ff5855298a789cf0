"""What may happen to a request instead of a good answer.

`accepted` is the question that matters for money: did the platform do the work before the answer went wrong?
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Damage(StrEnum):
    """How an answer dies on its way."""

    HANG = "hang"
    DROP = "drop"
    EMPTY = "empty"
    BROKEN_JSON = "broken_json"
    TRUNCATED = "truncated"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer written by a test or a refusal."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One request's fate."""

    name: str
    accepted: bool = True
    """Whether the request is served before (or although) the answer goes wrong."""
    after_s: float = 0
    """Waited between the work and the answer."""
    reply: Reply | None = None
    """Sent instead of the real answer."""
    damage: Damage | None = None


def fine() -> Behaviour:
    """As if nothing were scripted: a gap in a script."""
    return Behaviour(name="fine")


def slow(seconds: float) -> Behaviour:
    """The work is done at once, the answer comes late."""
    return Behaviour(name=f"slow {seconds} s", after_s=seconds)


def hangs(*, accepted: bool = True) -> Behaviour:
    """No answer until the client gives up: a read timeout."""
    return Behaviour(name="hangs", accepted=accepted, damage=Damage.HANG)


def drops(*, accepted: bool = True) -> Behaviour:
    """The connection is cut before an answer."""
    return Behaviour(name="drops", accepted=accepted, damage=Damage.DROP)


def empty_body(*, accepted: bool = True) -> Behaviour:
    """The status of success, and nothing else."""
    return Behaviour(name="empty body", accepted=accepted, damage=Damage.EMPTY)


def broken_json(*, accepted: bool = True) -> Behaviour:
    """A body that claims to be JSON and is not."""
    return Behaviour(name="broken JSON", accepted=accepted, damage=Damage.BROKEN_JSON)


def truncated(*, accepted: bool = True) -> Behaviour:
    """Half of the announced body, then the connection is cut."""
    return Behaviour(name="truncated", accepted=accepted, damage=Damage.TRUNCATED)


def html_page(*, accepted: bool = True) -> Behaviour:
    """A gateway's page with status 200 where JSON was due."""
    return Behaviour(name="html page", accepted=accepted, damage=Damage.HTML)


def answers(status: int, body: Any = None, *, accepted: bool = False, **headers: str) -> Behaviour:
    """Any answer; `Retry_After="7"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Behaviour(name=f"answers {status}", accepted=accepted, reply=Reply(status=status, body=body, headers=named))


class Script:
    """What is to happen next, route by route."""

    def __init__(self, routes: frozenset[str]) -> None:
        self._routes = routes
        self._next: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._always: dict[str, Behaviour] = {}

    def add(self, route: str, behaviours: tuple[Behaviour, ...]) -> None:
        self._known(route)
        self._next[route].extend(behaviours)

    def always(self, route: str, behaviour: Behaviour | None) -> None:
        self._known(route)
        self._always.pop(route, None)
        if behaviour:
            self._always[route] = behaviour

    def take(self, names: tuple[str, ...]) -> Behaviour | None:
        """For a request on a route that has these names, the narrowest first."""
        for name in names:
            if self._next[name]:
                return self._next[name].popleft()
        return next((self._always[name] for name in names if name in self._always), None)

    def clear(self) -> None:
        self._next.clear()
        self._always.clear()

    def _known(self, route: str) -> None:
        if route not in self._routes:
            raise ValueError(f"{route!r} is no route; there are {', '.join(sorted(self._routes))}")
