"""A process beside the house that plays the world outside: told line by line, it answers each with one of JSON."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.place import ROOT, environment

Facts = dict[str, Any]


class Neighbour:
    """A running one, as the benchmark that started it sees it. `facts` is what it said first."""

    def __init__(self, process: Process, facts: Facts) -> None:
        self._process = process
        self.facts = facts

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ask(self, line: str) -> Facts:
        """Tell it something, and wait for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        return await _line(self._process)


@asynccontextmanager
async def neighbour(module: str, folder: Path, *words: str) -> AsyncIterator[Neighbour]:
    """`python -m module words`, until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words), env=environment(folder), cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        yield Neighbour(process, await _line(process))
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _line(process: Process) -> Facts:
    assert process.stdout is not None
    line: Facts = json.loads(await process.stdout.readline())
    return line


# --- the other side ----------------------------------------------------------------------------------------------


async def serve(first: Mapping[str, object], told: Callable[[str], Awaitable[Mapping[str, object]]]) -> None:
    """Say what is known first, then answer lines until the input ends."""
    _say(first)
    while line := await asyncio.to_thread(sys.stdin.readline):
        _say(await told(line.strip()))


def _say(facts: Mapping[str, object]) -> None:
    print(json.dumps(facts), flush=True)
