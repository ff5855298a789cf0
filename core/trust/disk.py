"""Small blocking file work, off the event loop, in a bounded pool of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Disk:
    """Runs what waits for a disk in at most `threads` threads, started when first needed."""

    def __init__(self, name: str, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it in the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))

    async def write(self, path: Path, data: bytes) -> None:
        """A whole file under its name, or none: half of one is never found there."""
        await self.run(_write, path, data)

    def close(self) -> None:
        """Finish what runs."""
        self._pool.shutdown(wait=True)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
