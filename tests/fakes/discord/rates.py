"""Rate limits: a bucket per route and place, one for the whole app, and the headers that tell of them.

https://docs.discord.com/developers/topics/rate-limits. Discord publishes no figures for single routes; those below are
what bots observe (unconfirmed), which is why clients must read the headers.
"""

import hashlib
from dataclasses import dataclass

from tests.fakes.discord.refusals import Refusal
from tests.fakes.replicate.wire.clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    count: int
    per_s: float


LIMITS = {
    "send": Limit(5, 5),
    "edit": Limit(5, 5),
    "delete": Limit(5, 1),
    "thread": Limit(50, 300),
    "thread_from": Limit(50, 300),
    "typing": Limit(5, 5),
    "react": Limit(1, 0.25),
    "commands": Limit(20, 60),
    "dm": Limit(10, 10),
    "followup": Limit(5, 2),
    "edit_original": Limit(5, 2),
    "callback": Limit(5, 2),
}
OTHERS = Limit(10, 2)
RENAMES = Limit(2, 600)
"""https://github.com/discordjs/discord.js/issues/6651: name and topic of a channel, within the route's own limit."""
GLOBAL = Limit(50, 1)


class Window:
    """A count that starts anew after a while."""

    __slots__ = ("limit", "resets_at", "used")

    def __init__(self, limit: Limit) -> None:
        self.limit, self.used, self.resets_at = limit, 0, 0.0

    def take(self, now: float) -> float:
        """Seconds to wait; 0 where there was room."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, now + self.limit.per_s
        if self.used >= self.limit.count:
            return self.resets_at - now
        self.used += 1
        return 0.0


class Rates:
    """Counts, refuses, and writes the headers."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self._clock, self._enabled = clock, enabled
        self._windows: dict[tuple[str, str], Window] = {}
        self._global = Window(GLOBAL)
        self._renames: dict[str, Window] = {}
        self.limits = dict(LIMITS)

    def take(self, route: str, major: str, *, exempt: bool) -> dict[str, str]:
        """The headers of a request that may pass; Refusal 429 for one that may not."""
        if not self._enabled:
            return {}
        now = self._clock.now()
        if not exempt and (wait_s := self._global.take(now)):
            raise _too_many(wait_s, everywhere=True)
        window = self._window(route, major)
        wait_s = window.take(now)
        headers = _headers(route, window, now)
        if wait_s:
            raise _too_many(wait_s, headers=headers)
        return headers

    def rename(self, channel_id: str) -> None:
        if self._enabled:
            window = self._renames.setdefault(channel_id, Window(RENAMES))
            if wait_s := window.take(self._clock.now()):
                raise _too_many(wait_s)

    def _window(self, route: str, major: str) -> Window:
        if len(self._windows) > 10_000:
            now = self._clock.now()
            self._windows = {key: one for key, one in self._windows.items() if one.resets_at > now}
        key = (route, major)
        if key not in self._windows:
            self._windows[key] = Window(self.limits.get(route, OTHERS))
        return self._windows[key]


def _headers(route: str, window: Window, now: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(window.limit.count),
        "X-RateLimit-Remaining": str(window.limit.count - window.used),
        "X-RateLimit-Reset": f"{window.resets_at:.3f}",
        "X-RateLimit-Reset-After": f"{max(0.0, window.resets_at - now):.3f}",
        "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
    }


def _too_many(wait_s: float, *, everywhere: bool = False, headers: dict[str, str] | None = None) -> Refusal:
    body = {"message": "You are being rate limited.", "retry_after": round(wait_s, 3), "global": everywhere}
    more = {
        "Retry-After": str(int(wait_s) + 1),
        "X-RateLimit-Scope": "global" if everywhere else "user",
        "Via": "1.1 google",
    }
    if everywhere:
        more["X-RateLimit-Global"] = "true"
    return Refusal(429, body, (headers or {}) | more)
