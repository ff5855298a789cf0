"""Starts the server and kills it at random moments, some of them while it is still starting."""

import asyncio
import signal
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import time

from benchmarks.process import Server

WHILE_STARTING = 0.15
"""Of the kills, this share."""


@dataclass(slots=True)
class Deaths:
    """When the server was killed, and which finished work lay on disk then, not yet in the rows."""

    at: list[float] = field(default_factory=list)
    kept: dict[str, float] = field(default_factory=dict)
    """Step id → the death at which its finished work was first found."""


class Reaper:
    """One server, many deaths."""

    def __init__(self, server: Server, luck: Random) -> None:
        self.server = server
        self._luck = luck
        self.deaths = Deaths()

    def revive(self) -> None:
        """The last start."""
        self.server.start()

    async def life(self) -> None:
        """From a start to a kill."""
        self.server.start()
        if self._luck.random() < WHILE_STARTING:
            await asyncio.sleep(self._luck.uniform(0.2, 1.0))
        else:
            await self.server.answers()
            await asyncio.sleep(self._luck.uniform(0.1, 2.0))
        await self.end(signal.SIGKILL)

    async def end(self, how: signal.Signals) -> int:
        """End it, and look what it left behind; returns the exit code."""
        code = await self.server.end(how)
        self._look(time())
        return code

    def _look(self, died: float) -> None:
        self.deaths.at.append(died)
        for step_id in finished_work(self.server.folder):
            self.deaths.kept.setdefault(step_id, died)


def finished_work(folder: Path) -> list[str]:
    """Ids of the steps whose results lie in the spool, complete."""
    return [slip.parent.name for slip in (folder / "spool").glob("*/output.json")]
