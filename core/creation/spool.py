"""Finished work on its way into the store: kept on disk with a slip, so that a crash never makes it again."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from pathlib import Path
from time import time
from typing import TypeVar

from core.creation.sweeps import sweep
from core.providers.base import Made, Output

T = TypeVar("T")
SLIP = "output.json"
TIDY_S = 300.0
"""No upload and no thumbnail is on its way for so long."""


class Spool:
    """One folder per step. The slip is written last and at once, so a folder with a slip is complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="spool")

    async def open(self, step_id: str) -> tuple[Path, Output | None]:
        """A step's folder, and what an earlier run of it finished."""
        return await self._run(lambda: _open(self.folder / step_id))

    async def keep(self, step_id: str, output: Output) -> None:
        """Write the slip: from now on the step is made."""
        await self._run(lambda: _keep(self.folder / step_id, output))

    async def measure(self, file: Path) -> tuple[int, str]:
        """A file's size in bytes and its SHA-256."""
        return await self._run(lambda: _measure(file))

    async def clear(self, step_id: str) -> None:
        """Remove a step's folder."""
        await self._run(lambda: shutil.rmtree(self.folder / step_id, ignore_errors=True))

    async def run(self) -> None:
        """Remove what uploads and thumbnails of killed processes left, until cancelled."""
        await sweep("spool", self.tidy, asyncio.Event(), TIDY_S)

    async def tidy(self) -> None:
        """Remove it now."""
        await self._run(lambda: _tidy(self.folder))

    def close(self) -> None:
        """Finish what runs."""
        self._pool.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _open(folder: Path) -> tuple[Path, Output | None]:
    folder.mkdir(parents=True, exist_ok=True)
    slip = folder / SLIP
    return folder, _read(folder, json.loads(slip.read_text("utf-8"))) if slip.is_file() else None


def _read(folder: Path, slip: dict[str, object]) -> Output:
    files = tuple(Made(**(made | {"path": folder / made["path"]})) for made in slip["files"])  # type: ignore[attr-defined]
    return Output(files=files, cost_micros=slip["cost_micros"], notes=tuple(slip["notes"]))  # type: ignore[arg-type]


def _keep(folder: Path, output: Output) -> None:
    files = [
        {
            "path": made.path.name,
            "media_type": made.media_type,
            "width": made.width,
            "height": made.height,
            "duration_s": made.duration_s,
            "seed": made.seed,
        }
        for made in output.files
    ]
    part = folder / f".{SLIP}"
    with part.open("w", encoding="utf-8") as slip:
        json.dump({"files": files, "cost_micros": output.cost_micros, "notes": list(output.notes)}, slip)
        slip.flush()
        os.fsync(slip.fileno())
    part.replace(folder / SLIP)


def _measure(file: Path) -> tuple[int, str]:
    with file.open("rb") as opened:
        return file.stat().st_size, file_digest(opened, "sha256").hexdigest()


def _tidy(folder: Path) -> None:
    for litter in folder.glob("tmp*"):
        if time() - litter.stat().st_mtime > TIDY_S:
            shutil.rmtree(litter, ignore_errors=True)
