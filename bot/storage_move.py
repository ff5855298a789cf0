"""Moving every object from one store to the other. The old store stays whole until the new one surely has all."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from bot.lock import WorkerLock
from bot.objects import bucket_store, file_store
from bot.settings import Settings
from core.errors import Busy, Conflict, Invalid
from core.trust.disk import working_folder
from storage.errors import StoreAway
from storage.objects import ObjectStore

AT_ONCE = 4
TELL_EACH = 100
Side = Literal["s3", "files"]
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".json": "application/json",
    ".gz": "application/gzip",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move came to."""

    copied: int
    already: int
    """Found there, of the same size: from a move that was broken off."""
    bytes: int
    removed: int


async def move_to(settings: Settings, to: Side) -> Moved:
    """Move between the data folder and the bucket, while nothing else works there.

    Raises:
        Invalid, Conflict, Busy: with the sentence why not; nothing is lost.
    """
    if not settings.s3_bucket:
        raise Invalid("Set S3_BUCKET and what belongs to it first; docs/storage.md tells how.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = WorkerLock(settings.data_dir)
    if not lock.take():
        raise Conflict(f"Another Easel works on {settings.data_dir.resolve()}. Stop it first.")
    files, bucket = file_store(settings), bucket_store(settings)
    source, target = (files, bucket) if to == "s3" else (bucket, files)
    try:
        return await move(source, target, settings.data_dir, _tell)
    except StoreAway as error:
        raise Busy(f"The store stopped it ({error.reason}). Nothing is lost; begin again to go on.") from error
    finally:
        files.close()
        bucket.close()
        lock.release()


def told(moved: Moved, to: str) -> str:
    """What a person reads at the end."""
    place, then = ("the bucket", "keep S3_BUCKET set") if to == "s3" else ("the data folder", "unset S3_BUCKET")
    copied = f"{moved.copied} copied ({moved.bytes / 1e6:,.1f} MB), {moved.already} there already"
    return f"{moved.removed} files lie in {place} now: {copied}. Before the next start, {then}."


def _tell(there: int, all_of_them: int) -> None:
    if there % TELL_EACH == 0:
        print(f"{there} of {all_of_them}", file=sys.stderr, flush=True)


async def move(source: ObjectStore, target: ObjectStore, folder: Path, tell: Callable[[int, int], None]) -> Moved:
    """Copy what is missing, look that every size is right, and only then empty the old store.

    Broken off at any moment and begun again, it goes on. `tell` hears how many of how many are there.

    Raises:
        StoreAway: one of the stores failed; nothing is lost.
    """
    keys = await source.keys()
    sizes: list[int | None] = []

    async def copy(key: str) -> None:
        sizes.append(await _copied(key, source, target, folder))
        tell(len(sizes), len(keys))

    await _each(keys, copy)
    await _each(keys, source.delete)
    copied = [size for size in sizes if size is not None]
    return Moved(len(copied), len(keys) - len(copied), sum(copied), len(keys))


async def _copied(key: str, source: ObjectStore, target: ObjectStore, folder: Path) -> int | None:
    """Bytes that were copied and are there; None where they were there already."""
    size = await source.size(key)
    if await target.size(key) == size:
        return None
    async with working_folder(folder) as room:
        file = await source.fetch(key, room)
        await target.put(key, file, MEDIA_TYPES.get(PurePosixPath(key).suffix, "application/octet-stream"))
    if size is None or await target.size(key) != size:
        raise StoreAway("SizeDiffers")
    return size


async def _each(keys: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
    """A few at a time; the first failure stops the rest."""
    rest = iter(keys)

    async def lane() -> None:
        for key in rest:
            await work(key)

    lanes = [asyncio.ensure_future(lane()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*lanes)
    finally:
        for each in lanes:
            each.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
