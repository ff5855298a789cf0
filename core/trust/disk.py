"""Small blocking file work, off the event loop, in a bounded pool of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import ParamSpec, TypeVar

from storage.files import write_whole
from storage.tables import new_id

PIECE_BYTES = 1 << 20
"""What is held in memory of a file that comes: to wake a thread for less costs more than to write it."""
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
        await self.run(save, path, data)

    async def receive(
        self, chunks: AsyncIterable[bytes], path: Path, cap_bytes: int, too_large: Callable[[], Exception]
    ) -> int:
        """Write what comes, piece by piece, and count it; beyond `cap_bytes` the error of `too_large` is raised."""
        size_bytes, held, held_bytes, mode = 0, [], 0, "wb"
        async for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > cap_bytes:
                raise too_large()
            held.append(chunk)
            held_bytes += len(chunk)
            if held_bytes >= PIECE_BYTES:
                await self.run(_add, path, mode, held)
                held, held_bytes, mode = [], 0, "ab"
        await self.run(_add, path, mode, held)
        return size_bytes

    def close(self) -> None:
        """Finish what runs."""
        self._pool.shutdown(wait=True)


@asynccontextmanager
async def working_folder(within: Path | None = None) -> AsyncIterator[Path]:
    """A folder for a while, made and removed in a thread: whatever lies there by then may be large."""
    folder = (within or Path(gettempdir())) / f"tmp{new_id()}"
    try:
        await asyncio.to_thread(folder.mkdir, 0o700)
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


def _add(path: Path, mode: str, chunks: Sequence[bytes]) -> None:
    with path.open(mode) as file:
        file.writelines(chunks)


def save(path: Path, data: bytes) -> None:
    """A whole file or none, for those who are in a thread already. It may not survive a power cut."""
    write_whole(path, [data])
