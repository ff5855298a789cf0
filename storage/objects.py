"""Where the bytes of assets lie: behind keys made of ids only, streamed, never whole in memory."""

import asyncio
import os
import shutil
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from storage.files import opened, pieces, write_whole

T = TypeVar("T")
CHUNK = 256 * 1024
PAGE = 1_000
MOMENT_S = 2.0
"""So long a call that is called off waits for its thread."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored object."""

    key: str
    size_bytes: int
    at: datetime
    """When it was written last."""


class ObjectStore(Protocol):
    """A place for finished files. A second put under one key overwrites, so a repeated step leaves no second copy."""

    async def put(self, key: str, source: Path | bytes, media_type: str, *, shared: bool = False) -> None:
        """Store a file, or a few bytes; when this returns, they survive a power cut. Cancelled, it leaves nothing.

        `shared`: another process may have stored the same file there. Then a cancelled call takes nothing back, and
        what it may leave is the caller's to find.

        Raises:
            StoreAway: a store beyond this machine did not keep it; the same may work later. So for all that follow.
        """
        ...

    async def size(self, key: str) -> int | None:
        """Bytes stored under a key, or None where there is nothing."""
        ...

    async def fetch(self, key: str, folder: Path) -> Path:
        """A local file with the object's bytes, inside `folder` unless it lies on this machine anyway.

        Raises:
            FileNotFoundError: nothing is stored under the key.
        """
        ...

    def local(self, key: str) -> Path | None:
        """The object's own path where it lies on this machine, for serving without a copy."""
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """The object's bytes in chunks, or those of one range inside it."""
        ...

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        """A link that works without Easel until it expires; None where Easel itself must serve.

        What lies there answers with this Content-Type and Content-Disposition, whatever it was stored as.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove an object; one that is gone already is no error."""
        ...

    async def delete_all(self, prefix: str) -> int:
        """Remove everything under a folder-like prefix; returns how many objects went."""
        ...

    async def keys(self, prefix: str = "") -> list[str]:
        """Every key under a prefix, sorted."""
        ...

    def listing(self, prefix: str = "") -> AsyncIterator[list["Stored"]]:
        """What is stored under a prefix, page by page, in no order: however much it is, little of it is in memory."""
        ...

    def close(self) -> None:
        """Finish what runs, and take nothing more."""
        ...


class FileObjects:
    """Objects as files under one folder. A file appears under its key complete or not at all."""

    def __init__(self, folder: Path, threads: int = 4) -> None:
        self.folder = folder.resolve()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="files")
        self.folder.mkdir(parents=True, exist_ok=True)

    async def put(self, key: str, source: Path | bytes, media_type: str, *, shared: bool = False) -> None:
        """Copy beside the target, flush, rename, and flush the new name."""
        work = self._pool.submit(lambda: self._put(self._path(key), source))
        if shared:
            await to_its_end(work)
        else:
            await unless_cancelled(work, lambda: self._path(key).unlink(missing_ok=True), self._pool)

    async def size(self, key: str) -> int | None:
        """The file's size in bytes."""
        return await self._run(lambda: _size(self._path(key)))

    async def fetch(self, key: str, folder: Path) -> Path:
        """The file itself: nothing to copy on this machine."""
        return await self._run(lambda: self._there(key))

    def local(self, key: str) -> Path | None:
        """The file's path."""
        return self._path(key)

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """Read in chunks, each in the pool."""
        file = await self._run(lambda: self._path(key).open("rb"))
        end = sys.maxsize if length is None else start + length
        try:
            await self._run(lambda: file.seek(start))
            while chunk := await self._run(lambda: file.read(min(CHUNK, end - file.tell()))):
                yield chunk
        finally:
            await self._run(file.close)

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        """Files have no address of their own."""
        return None

    async def delete(self, key: str) -> None:
        """Remove the file."""
        await self._run(lambda: self._path(key).unlink(missing_ok=True))

    async def delete_all(self, prefix: str) -> int:
        """Remove the folder."""
        return await self._run(lambda: self._delete_all(self._path(prefix.rstrip("/"))))

    async def keys(self, prefix: str = "") -> list[str]:
        """Walk the folder."""
        return sorted([each.key async for page in self.listing(prefix) for each in page])

    async def listing(self, prefix: str = "") -> AsyncIterator[list[Stored]]:
        """Walk the folder, a page of files at a time."""
        walk = self._walk(prefix)
        while page := await self._run(lambda: list(islice(walk, PAGE))):
            yield page

    def close(self) -> None:
        """Let running copies finish."""
        self._pool.shutdown(wait=True)

    def _path(self, key: str) -> Path:
        """Where a key lies. No look at the disk: each would take its turn with all other threads."""
        parts = PurePosixPath(key).parts
        if not parts or parts[0] == "/" or ".." in parts or "\0" in key:
            raise ValueError("a key names something inside the store")
        return self.folder.joinpath(*parts)

    def _there(self, key: str) -> Path:
        path = self._path(key)
        if _size(path) is None:
            raise FileNotFoundError(key)
        return path

    @staticmethod
    def _put(target: Path, source: Path | bytes) -> None:
        with suppress(FileExistsError):
            target.parent.mkdir(parents=True)
        if isinstance(source, bytes):
            write_whole(target, [source], lasts=True)
        else:
            with opened(source) as file:
                write_whole(target, pieces(file), lasts=True)

    @staticmethod
    def _delete_all(folder: Path) -> int:
        count = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def _walk(self, prefix: str) -> Iterator[Stored]:
        """Every file under the folder that a prefix ends in, as far as its key begins with the whole of it."""
        for place, _, names in os.walk(self.folder / prefix.rpartition("/")[0]):
            for name in names:
                path = Path(place) / name
                key = path.relative_to(self.folder).as_posix()
                if name.startswith(".") or not key.startswith(prefix):
                    continue
                with suppress(FileNotFoundError):
                    found = path.stat()
                    yield Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


async def unless_cancelled(
    work: Future[T], undo: Callable[[], object], pool: ThreadPoolExecutor, left: threading.Event | None = None
) -> T:
    """Wait for a thread. Where nobody waits any more, the thread goes on nevertheless: then what it did is undone.

    By that thread where it is still at it, else by another of the pool: what undoes may block. `left` is set then.
    """
    loops = threading.get_ident()

    def undone(done: Future[T]) -> None:
        if done.cancelled():
            return
        if threading.get_ident() != loops:
            undo()
        else:
            with suppress(RuntimeError):  # the pool was closed: an audit finds it
                pool.submit(undo)

    try:
        return await asyncio.wrap_future(work)
    except asyncio.CancelledError:
        work.add_done_callback(undone)
        if left:
            left.set()
        raise


async def to_its_end(work: Future[T], left: threading.Event | None = None) -> T:
    """Wait for a thread; where nobody waits any more, for a moment longer: who clears up is to find what it did.

    `left` is set then.
    """
    waited = asyncio.wrap_future(work)
    try:
        return await asyncio.shield(waited)
    except asyncio.CancelledError:
        if left:
            left.set()
        with suppress(Exception):
            await asyncio.wait_for(waited, MOMENT_S)
        raise


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
