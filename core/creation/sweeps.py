"""Work that is done again and again beside everything else, and that a fault may not end."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog

REST = 3.0
"""Times as long as a run took, before the next: what costs much is done less often."""
REST_MOST_S = 0.5
log = structlog.get_logger()


async def sweep(
    name: str,
    work: Callable[[], Awaitable[None]],
    every_s: float,
    woken: asyncio.Event | None = None,
    *,
    at_once: bool = False,
    rest: float = REST,
) -> None:
    """Run `work` after each wake-up, and at least every `every_s` seconds, until cancelled; `at_once`: also now."""
    woken = woken or asyncio.Event()
    if at_once:
        woken.set()
    while True:
        try:
            async with asyncio.timeout(every_s):
                await woken.wait()
        except TimeoutError:
            pass
        woken.clear()
        begun = monotonic()
        try:
            await work()
        except Exception:
            log.exception("sweep_failed", sweep=name)
        await asyncio.sleep(min(rest * (monotonic() - begun), REST_MOST_S))
