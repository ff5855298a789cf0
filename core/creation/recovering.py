"""After a crash: few paid calls at first, and more the longer this process lives.

Of a call that is in flight when a process is killed nobody knows whether it was paid. A process that came back begins
all that waits for it in one moment; if whatever killed it kills it again, each of those calls would be lost.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from time import monotonic

FIRST = 3
"""So many paid calls may be in flight at first."""
DOUBLES_S = 2.0
"""After each further such time, twice as many."""
OVER_S = 20.0
LOOK_S = 0.1


class Recovering:
    """How many paid calls may be in flight: until it is known that nothing was left, as after a crash."""

    def __init__(self) -> None:
        self._since = monotonic()
        self._in_flight = 0
        self._door = asyncio.Lock()
        """One looks for room; the others stand in line behind it."""

    def over(self) -> None:
        """The process before left nothing: as many as there are."""
        self._since = -inf

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """For the length of a paid call, as soon as there may be one more."""
        async with self._door:
            while self._in_flight >= self._most():
                await asyncio.sleep(LOOK_S)
            self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def _most(self) -> float:
        lived_s = monotonic() - self._since
        return inf if lived_s > OVER_S else FIRST * 2.0 ** (lived_s // DOUBLES_S)
