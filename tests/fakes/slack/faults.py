"""What may happen to a call instead of a good answer."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.methods import METHODS

PLACES = frozenset(METHODS) | {"upload", "download", "response_url"}
"""Where faults can be put: a method, the byte POST of an upload, a file's download, a response_url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One call's fate."""

    name: str
    performed: bool = False
    """Whether Slack does what was asked before (or although) the answer goes wrong."""
    after_s: float = 0
    status: int = 200
    body: dict[str, Any] | str | None = None
    retry_after_s: int | None = None
    cut: bool = False
    """The connection dies without an answer."""


def fine() -> Fault:
    """A gap in a script."""
    return Fault(name="fine", performed=True)


def error(name: str, **more: Any) -> Fault:
    """`{"ok": false, "error": name}`; nothing was done."""
    return Fault(name=name, body={"ok": False, "error": name} | more)


def ratelimited(after_s: int = 1) -> Fault:
    return Fault(name="ratelimited", status=429, body={"ok": False, "error": "ratelimited"}, retry_after_s=after_s)


def status(code: int = 500, body: str = "") -> Fault:
    """A gateway's answer, not JSON."""
    return Fault(name=f"status {code}", status=code, body=body)


def drop() -> Fault:
    """The connection is cut before anything is done."""
    return Fault(name="drop", cut=True)


def lose_answer(after_s: float = 0) -> Fault:
    """It is done, and the caller never learns of it."""
    return Fault(name="lose answer", performed=True, cut=True, after_s=after_s)


def delay(seconds: float) -> Fault:
    """It is done at once, the answer comes late."""
    return Fault(name=f"delay {seconds} s", performed=True, after_s=seconds)


class Script:
    """What is to happen next, place by place."""

    def __init__(self) -> None:
        self._next: dict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}

    def add(self, place: str, faults: tuple[Fault, ...]) -> None:
        _known(place)
        self._next[place].extend(faults)

    def always(self, place: str, fault: Fault | None) -> None:
        _known(place)
        self._always.pop(place, None)
        if fault:
            self._always[place] = fault

    def take(self, place: str) -> Fault | None:
        if self._next[place]:
            return self._next[place].popleft()
        return self._always.get(place)


def _known(place: str) -> None:
    if place not in PLACES:
        raise ValueError(f"{place!r} is no place for a fault; there are {', '.join(sorted(PLACES))}")
