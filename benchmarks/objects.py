"""Files on their way into a bucket and back: many at once, and one of 300 MB, which never lies in memory."""

import asyncio
import os
import random
from pathlib import Path
from time import perf_counter

from benchmarks.bucket import bucket
from benchmarks.place import data_folder, settings_for
from benchmarks.process import metering
from benchmarks.report import Figure, Report, percentile
from bot.objects import bucket_store
from storage.s3 import S3Objects

MB = 1_000_000
OBJECTS, SIZE, AT_ONCE, WARM = 200, 1_500_000, 16, 16
LARGE = 300 * MB
RANGES, RANGE = 100, MB
PER_S_BOUND, GROWTH_BOUND_MB = 60.0, 64.0


async def measure() -> Report:
    """All of it in this process, as a house does it; the bucket is another."""
    with data_folder() as folder:
        async with bucket(folder) as settings:
            store = bucket_store(settings_for(folder, **settings))
            figures = [*await _many(store, folder), *await _one(store, folder)]
            store.close()
    return Report("objects", f"{OBJECTS} files of {SIZE / MB} MB and one of {LARGE // MB} MB into a bucket", figures)


async def _many(store: S3Objects, folder: Path) -> list[Figure]:
    await _put(store, folder, "warm", WARM)
    begun = perf_counter()
    times = await _put(store, folder, "many", OBJECTS)
    took_s = perf_counter() - begun
    whole = [each async for page in store.listing("many/") for each in page if each.size_bytes == SIZE]
    return [
        Figure("missing", "files that are not there, whole", OBJECTS - len(whole), most=0),
        Figure("objects_per_s", f"files a second, {AT_ONCE} at once", OBJECTS / took_s, least=PER_S_BOUND),
        Figure("put_p50_ms", "one file, p50, ms", percentile(times, 50) * 1_000),
        Figure("put_p99_ms", "one file, p99, ms", percentile(times, 99) * 1_000),
    ]


async def _put(store: S3Objects, folder: Path, name: str, count: int) -> list[float]:
    """Seconds that each of them took, the wait for a thread of the store's included."""
    source, turns = folder / name, asyncio.Semaphore(AT_ONCE)
    source.write_bytes(os.urandom(SIZE))

    async def put(number: int) -> float:
        async with turns:
            begun = perf_counter()
            await store.put(f"{name}/{number}.png", source, "image/png")
            return perf_counter() - begun

    return await asyncio.gather(*(put(number) for number in range(count)))


async def _one(store: S3Objects, folder: Path) -> list[Figure]:
    source = folder / "large"
    with source.open("wb") as file:
        for _ in range(LARGE // MB):
            file.write(os.urandom(MB))
    async with metering(os.getpid()) as meter:
        before_mb, begun = meter.now_mb(), perf_counter()
        await store.put("one/large.mp4", source, "video/mp4")
        took_s = perf_counter() - begun
    wrong, times = await _ranges(store, source)
    return [
        Figure("large_mb_per_s", "the large file, MB/s", LARGE / MB / took_s),
        Figure("rss_grown_mb", "growth of memory meanwhile, MB", meter.peak_mb - before_mb, most=GROWTH_BOUND_MB),
        Figure("wrong_ranges", f"of {RANGES} ranges of it, not the same bytes", wrong, most=0),
        Figure("range_p50_ms", f"a range of {RANGE // MB} MB, p50, ms", percentile(times, 50) * 1_000),
        Figure("range_p99_ms", f"a range of {RANGE // MB} MB, p99, ms", percentile(times, 99) * 1_000),
    ]


async def _ranges(store: S3Objects, source: Path) -> tuple[int, list[float]]:
    """How many came back wrong, and seconds that each took, one after the other, as a player leaps about."""
    luck, wrong, times = random.Random(1), 0, []
    with source.open("rb") as file:
        for _ in range(RANGES):
            start = luck.randrange(LARGE - RANGE)
            begun = perf_counter()
            found = b"".join([chunk async for chunk in store.open("one/large.mp4", start, RANGE)])
            times.append(perf_counter() - begun)
            file.seek(start)
            wrong += found != file.read(RANGE)
    return wrong, times
