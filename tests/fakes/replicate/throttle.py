"""Rate limits: 600 creates a minute, 3,000 other requests; 1 a second and 6 a minute on granted credit.

Source: replicate.com/docs/topics/predictions/rate-limits.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from tests.fakes.replicate import refusals
from tests.fakes.replicate.wire.clock import Clock


@dataclass(slots=True, kw_only=True)
class Window:
    """At most so many within so many seconds."""

    limit: int
    seconds: float
    hits: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float:
        """How long until one more is allowed; 0 if at once."""
        while self.hits and self.hits[0] <= now - self.seconds:
            self.hits.popleft()
        return 0 if len(self.hits) < self.limit else self.hits[0] + self.seconds - now


class Throttle:
    """The account's limits. `low_credit` is what Replicate does to those who live on granted credit."""

    def __init__(self, clock: Clock, *, creates_per_minute: int, others_per_minute: int, low_credit: bool) -> None:
        self._clock, self._low = clock, low_credit
        low = [Window(limit=6, seconds=60), Window(limit=1, seconds=1)]
        self._creates = low if low_credit else [Window(limit=creates_per_minute, seconds=60)]
        self._others = [Window(limit=others_per_minute, seconds=60)]

    def create(self) -> None:
        self._pass(self._creates, low_credit=self._low)

    def other(self) -> None:
        self._pass(self._others, low_credit=False)

    def _pass(self, windows: list[Window], *, low_credit: bool) -> None:
        now = self._clock.now()
        wait_s = max(window.wait_s(now) for window in windows)
        if wait_s > 0:
            raise refusals.too_many(math.ceil(wait_s), low_credit=low_credit)
        for window in windows:
            window.hits.append(now)
