"""How late an event loop wakes: one sample each 10 ms, written from inside the house for whoever measures it."""

import asyncio
from pathlib import Path
from time import perf_counter

EVERY_S = 0.01


async def note_lag(file: Path) -> None:
    """Append the milliseconds that each sleep took too long, one line each, until cancelled."""
    with file.open("a", buffering=1) as lines:
        while True:
            before = perf_counter()
            await asyncio.sleep(EVERY_S)
            lines.write(f"{(perf_counter() - before - EVERY_S) * 1_000:.2f}\n")


def read_lag(file: Path) -> list[float]:
    """All samples so far, in milliseconds."""
    return [float(line) for line in file.read_text().splitlines() if line]
