"""`python -m benchmarks.load [PART …]`: many at once, in one table.

Real SDKs in a closed loop beside a bare one, 500 creations in flight, and 200 commands a second from each chat. The
server has two processors; whoever asks, and the world that it asks, have the others.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from benchmarks import discord, flight, pictures, slack
from benchmarks.place import keep_to_two_processors
from benchmarks.report import Figure, Report, conclude

ACK_MS = 250
PARTS: Mapping[str, Callable[[], Awaitable[list[Figure]]]] = {
    "pictures": pictures.figures,
    "flight": flight.figures,
    "discord": lambda: discord.figures(ACK_MS),
    "slack": lambda: slack.figures(ACK_MS),
}


async def measure(names: list[str]) -> Report:
    """One part after the other, each against a server of its own."""
    found = [_of(name, figure) for name in names for figure in await PARTS[name]()]
    return Report("load", "many at once", found)


def _of(part: str, figure: Figure) -> Figure:
    return replace(figure, key=f"{part}_{figure.key}", label=f"{part}: {figure.label}")


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    keep_to_two_processors()
    sys.exit(conclude(asyncio.run(measure(wanted))))
