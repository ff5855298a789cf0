"""Waiting for something to become true, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Whoever changes something beats; whoever waits looks again."""

    def __init__(self, above: "Pulse | None" = None) -> None:
        self._above = above
        self._waiting: list[asyncio.Future[None]] = []

    def beat(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        if self._above:
            self._above.beat()

    async def until(
        self, look: Callable[[], T | None], timeout_s: float, what: str, *, every_s: float | None = None
    ) -> T:
        """What `look` found, the first time it found something true; AssertionError when time is up.

        With `every_s` it looks again now and then: for what changes without a beat, on the bot's side.
        """
        try:
            async with asyncio.timeout(timeout_s):
                future: asyncio.Future[None] | None = None
                while not (found := look()):
                    if future is None or future.done():
                        future = asyncio.get_running_loop().create_future()
                        self._waiting.append(future)
                    await asyncio.wait([future], timeout=every_s)
        except TimeoutError:
            raise AssertionError(f"not within {timeout_s} s: {what}") from None
        return found
