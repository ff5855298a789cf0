"""How many creations run, as the rows say."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

WITHIN_S = 60.0


def running(folder: Path) -> int:
    """Creations under way in a data folder."""
    with closing(sqlite3.connect(f"file:{folder / 'easel.db'}?mode=ro", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM creation WHERE state = 'running'").fetchone()[0]
        return count


async def until_running(folder: Path, count: int) -> None:
    """Wait until so many are under way."""
    async with asyncio.timeout(WITHIN_S):
        while running(folder) < count:
            await asyncio.sleep(0.2)
