"""How often a message may be edited: never faster than a platform allows, and slower the more messages live."""

import asyncio
from time import monotonic

from core.chat import Pace

BEST_S = 1.5
"""Between two edits of one message; more often only flickers."""
KEPT_S = 60.0


class Progress:
    """Spaces edits by what a platform allows; the newest state is read after the wait, so nothing skipped is missed.

    Each allowance (a Discord channel, a Slack workspace) is one line of moments: the more messages live under it, the
    longer the way round. Ends and first posts are not held up, but they move the line on.
    """

    def __init__(self) -> None:
        self._free: dict[str, float] = {}
        self._last: dict[str, float] = {}

    async def turn(self, creation_id: str, pace: Pace) -> None:
        """Wait until this creation's message may be edited again."""
        at = max(self._free.get(pace.key, 0.0), self._last.get(creation_id, 0.0) + BEST_S, monotonic())
        self._free[pace.key] = at + pace.interval_s
        self._last[creation_id] = at
        await asyncio.sleep(max(0.0, at - monotonic()))
        self._tidy()

    def spent(self, pace: Pace) -> None:
        """Count a call that did not wait."""
        self._free[pace.key] = max(self._free.get(pace.key, 0.0), monotonic()) + pace.interval_s

    def _tidy(self) -> None:
        old = monotonic() - KEPT_S
        self._last = {each: at for each, at in self._last.items() if at > old}
        self._free = {each: at for each, at in self._free.items() if at > old}
