"""How often a message may be edited: never faster than a platform allows, and slower the more messages live."""

import asyncio
from time import monotonic

BEST_S = 1.5
FLEET = 20
"""With more live messages than this, each is edited less often."""


class Progress:
    """Spaces the edits of each thread; the newest state is read after the wait, so what was skipped is not missed."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    async def turn(self, thread: str) -> None:
        """Wait until this thread may be edited again."""
        interval = BEST_S * max(1.0, len(self._last) / FLEET)
        wait = self._last.get(thread, float("-inf")) + interval - monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._last[thread] = monotonic()
        self._last = {each: at for each, at in self._last.items() if monotonic() - at < 60}
