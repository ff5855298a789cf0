"""Slack's speed limits, per method and workspace: docs.slack.dev/apis/web-api/rate-limits."""

import math
from collections import Counter, defaultdict, deque

from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.errors import TooFast
from tests.fakes.slack.methods import METHODS, Speed

PER_MINUTE: dict[Speed, int] = {1: 1, 2: 20, 3: 50, 4: 100, "special": 600, "post": 300, "read": 1}
"""`post`: the workspace-wide limit beside one message per second and channel. `read`: conversations.history and
.replies of an app outside the Marketplace."""
BURST = 3
"""Messages a channel takes at once before the one-per-second rule holds."""


class Limits:
    """`enabled = False` for load tests; `per_minute["chat.update"] = 5` for a tighter one."""

    def __init__(self, clock: SlackClock) -> None:
        self.enabled = True
        self.marketplace = False
        """True: history and replies are tier 3 and may return more than 15 items (Marketplace and internal apps)."""
        self.per_minute: dict[str, int] = {"apps.connections.open": 20}
        """Tier 1 says "1+", yet Slack's own SDK asks again at every reconnection and is hardly ever refused."""
        self.burst = BURST
        self.refused: Counter[str] = Counter()
        """429s sent, by method."""
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._every: dict[str, int] = {}
        self._seen: Counter[str] = Counter()

    def every(self, method: str, nth: int | None) -> None:
        """Refuses each nth call of a method, whatever its rate; None ends it."""
        self._every.pop(method, None)
        self._seen[method] = 0
        if nth:
            self._every[method] = nth

    def check(self, team: str, method: str, channel: str | None) -> None:
        self._seen[method] += 1
        if method in self._every and self._seen[method] % self._every[method] == 0:
            self._refuse(method, 1)
        if not self.enabled:
            return
        speed = METHODS[method].speed
        if speed == "post" and channel:
            self._take((team, f"{method} {channel}"), self.burst, float(self.burst), method)
        if speed == "read" and self.marketplace:
            speed = 3
        self._take((team, method), self.per_minute.get(method, PER_MINUTE[speed]), 60.0, method)

    def _take(self, key: tuple[str, str], most: int, within_s: float, method: str) -> None:
        now, calls = self._clock.now(), self._calls[key]
        while calls and calls[0] <= now - within_s:
            calls.popleft()
        if len(calls) >= most:
            self._refuse(method, calls[0] + within_s - now)
        calls.append(now)

    def _refuse(self, method: str, after_s: float) -> None:
        """Whoever is told how long to wait lives by the wall's clock."""
        self.refused[method] += 1
        raise TooFast(max(1, math.ceil(after_s / self._clock.speed)))
