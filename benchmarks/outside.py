"""The three services of `benchmarks.away`, as the benchmark that started them sees them."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.place import ROOT, environment


class Outside:
    """A running process, asked line by line."""

    def __init__(self, process: Process, settings: dict[str, str]) -> None:
        self._process = process
        self.settings = settings
        """Keys and addresses, as a house wants them in its environment."""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def paid(self) -> dict[str, int]:
        """Accepted generations so far, by route of OpenAI (`responses`, `audio.speech`, …) and by service."""
        return await _asked(self._process, "paid")

    async def huge(self) -> None:
        """Let the next film be 300 MB large."""
        await _asked(self._process, "huge")


@asynccontextmanager
async def outside(folder: Path) -> AsyncIterator[Outside]:
    """The services, until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.away"), env=environment(folder), cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        yield Outside(process, await _line(process))
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _asked(process: Process, line: str) -> dict[str, int]:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    return await _line(process)


async def _line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(await process.stdout.readline())
    return line
