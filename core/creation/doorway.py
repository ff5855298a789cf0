"""A crowd goes in a few at a time.

Thirty creations that begin in one moment, each carried out a little in turn, all come to their first call late, and
stay together from then on: now all of them want the processor, now all of them wait. Let in one after the other, the
first are at their providers while the next are begun, and none is later for it.
"""

import asyncio

PLACES = 4
"""So many wait for the disk in turns: with fewer, the processor would wait as well."""
SURELY_IN_S = 1.0
"""Whatever holds one up on its way, it holds up nobody behind it for longer."""


class Doorway:
    """Where creations are between being let in and the first call that is made for them."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = asyncio.Semaphore(places)
        self._inside: dict[str, asyncio.TimerHandle] = {}

    async def enter(self, creation_id: str) -> None:
        """Wait until there is a place, first come, first served."""
        await self._places.acquire()
        self._inside[creation_id] = asyncio.get_running_loop().call_later(SURELY_IN_S, self.through, creation_id)

    def through(self, creation_id: str) -> None:
        """It waits for somebody else now, or for nothing any more: the next may enter. Said again, it does nothing."""
        if timer := self._inside.pop(creation_id, None):
            timer.cancel()
            self._places.release()
