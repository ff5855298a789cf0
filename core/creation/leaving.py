"""A process that was told to end: it finishes what is under way, and begins no call whose end it would not see.

Of a paid call that is cut off nobody knows whether it was charged. One that has not begun is begun by the next process,
or by another worker, and nobody notices.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from time import monotonic

SURELY = 2.0
"""Times as long as usual a call is taken to last."""


class Leaving:
    """Whether this process is about to end, and which of its creations only wait for that."""

    def __init__(self) -> None:
        self._ends_at = inf
        self._steps: Counter[str] = Counter()
        self._resting: Counter[str] = Counter()

    def tell(self, within_s: float) -> None:
        """It ends after so many seconds at the latest."""
        self._ends_at = monotonic() + within_s

    def rests(self, creation_id: str) -> bool:
        """Whether nothing of a creation goes on in this process any more."""
        return 0 < self._steps[creation_id] == self._resting[creation_id]

    def step(self, creation_id: str) -> AbstractContextManager[None]:
        """While a step is carried out."""
        return _counted(self._steps, creation_id)

    def resting(self, creation_id: str) -> AbstractContextManager[None]:
        """While a step waits for another one."""
        return _counted(self._resting, creation_id)

    async def begins(self, creation_id: str, usual_s: float | None) -> None:
        """Return where a call that usually takes so long may begin; else wait for the end of this process."""
        if monotonic() + SURELY * (usual_s or 0.0) >= self._ends_at:
            with self.resting(creation_id):
                await asyncio.Event().wait()


@contextmanager
def _counted(counter: Counter[str], creation_id: str) -> Iterator[None]:
    counter[creation_id] += 1
    try:
        yield
    finally:
        counter[creation_id] -= 1
        if not counter[creation_id]:
            del counter[creation_id]
