"""The three services of `benchmarks.away`, as the benchmark that started them sees them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.neighbour import Neighbour, neighbour


class Outside:
    """A running process, asked line by line."""

    def __init__(self, process: Neighbour) -> None:
        self._process = process
        self.pid = process.pid
        self.settings: dict[str, str] = process.facts
        """Keys and addresses, as a house wants them in its environment."""

    async def paid(self) -> dict[str, int]:
        """Accepted generations so far, by route of OpenAI (`responses`, `audio.speech`, …) and by service."""
        return await self._process.ask("paid")

    async def huge(self) -> None:
        """Let the next film be 300 MB large."""
        await self._process.ask("huge")


@asynccontextmanager
async def outside(folder: Path) -> AsyncIterator[Outside]:
    """The services, until the end of the block."""
    async with neighbour("benchmarks.away", folder) as process:
        yield Outside(process)
