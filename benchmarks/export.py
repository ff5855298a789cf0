"""Taking 300 MB along as one zip: how fast it comes, and how little the server keeps in memory meanwhile."""

import asyncio
import os
import zipfile
from pathlib import Path
from time import perf_counter

import aiohttp
import psutil
from sqlmodel import Session

from benchmarks.place import data_folder, settings_for
from benchmarks.process import Server, serving
from benchmarks.report import Figure, Report
from storage import people
from storage.database import Database
from storage.migrate import migrate
from storage.objects import FileObjects
from storage.tables import Asset

ASSETS = 200
SIZE = 1_500_000
MB = 1_000_000
ROUTE = "/api/v1/me/export"


async def measure() -> Report:
    """One export of a full gallery, read as a browser reads it, in a server of its own."""
    with data_folder() as folder:
        await _fill(folder)
        async with serving(folder, ["bot", "run"]) as server:
            return _report(*await _taken(server, folder / "mine.zip"))


async def _fill(folder: Path) -> None:
    settings = settings_for(folder)
    database, objects = Database(settings.easel_database), FileObjects(settings.data_dir / "objects")
    migrate(database.engine)
    owner = await database.write(lambda session: people.local_user(session).id)
    source = folder / "source"
    for number in range(ASSETS):
        source.write_bytes(os.urandom(SIZE))
        await objects.put(f"{owner}/{number}.png", source, "image/png")

    def work(session: Session) -> None:
        session.add_all(_asset(owner, number) for number in range(ASSETS))

    await database.write(work)
    objects.close()
    database.close()


def _asset(owner: str, number: int) -> Asset:
    return Asset(
        user_id=owner,
        kind="image",
        media_type="image/png",
        size_bytes=SIZE,
        object_key=f"{owner}/{number}.png",
        thumbnail_key=f"{owner}/{number}.thumb.webp",
        sidecar=True,
        asked="a lighthouse",
        prompt="a lighthouse at dusk",
    )


async def _taken(server: Server, target: Path) -> tuple[float, float, int, int]:
    """Seconds to the first byte and to the last, bytes in all, and by how much the process grew."""
    process = psutil.Process(server.pid)
    await asyncio.sleep(1)
    before = most = process.memory_info().rss
    begun, size = perf_counter(), 0
    first_s = 0.0
    async with aiohttp.ClientSession() as client, client.get(server.url + ROUTE) as answer:
        assert answer.status == 200
        with target.open("wb") as file:
            async for chunk in answer.content.iter_chunked(256 * 1024):
                first_s = first_s or perf_counter() - begun
                size += file.write(chunk)
                most = max(most, process.memory_info().rss)
    taken_s = perf_counter() - begun
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.startswith("files/")]) == ASSETS
    return first_s, taken_s, size, most - before


def _report(first_s: float, taken_s: float, size: int, grown: int) -> Report:
    figures = [
        Figure("zip_mb", "zip, MB", size / MB, least=ASSETS * SIZE / MB),
        Figure("first_byte_ms", "to the first bytes, ms", first_s * 1_000, most=1_000),
        Figure("mb_per_s", "MB/s", size / MB / taken_s, least=50),
        Figure("rss_growth_mb", "growth of the server's memory, MB", grown / MB, most=50),
    ]
    return Report("export", f"{ASSETS} files of {SIZE / MB} MB as one zip", figures)
