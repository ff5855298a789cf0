"""The time Slack lives in: the wall's, run faster or skipped ahead by a test."""

import asyncio
import time


class SlackClock:
    """`speed` runs every limit and every wait of Slack's faster; `advance` lets minutes pass at once.

    A person's and an app's own haste (3 s to use a trigger_id) is measured without `speed`.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self.skipped_s = 0.0
        self._born_at = time.time()
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._born_at + (time.time() - self._born_at) * self.speed + self.skipped_s

    def patience(self) -> float:
        """Seconds that pass as fast as people do, though skipped time counts."""
        return time.monotonic() + self.skipped_s

    def advance(self, seconds: float) -> None:
        self.skipped_s += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float, unless: asyncio.Event | None = None) -> None:
        """Until `seconds` of this clock have passed, or `unless` is set."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0 and not (unless and unless.is_set()):
            events = [self._moved] + ([unless] if unless else [])
            waits = [asyncio.ensure_future(event.wait()) for event in events]
            try:
                await asyncio.wait(waits, timeout=left / self.speed, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
