"""What paid calls brought, until it stands elsewhere: a ticket until a row has it, finished work until the store has.

A slip on the disk says so, so that a crash never makes it again.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from time import time
from typing import TypeVar

from core.creation.sweeps import sweep
from core.providers.base import Made, Output, Ticket
from storage.files import digest, opened, write_whole

T = TypeVar("T")
SLIP = "output.json"
TICKET = "ticket.json"
TIDY_S = 300.0
"""No upload and no thumbnail is on its way for so long."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """What lies in the spool."""

    results: int
    """Steps that are made and not stored yet."""
    oldest_s: float
    """How long the oldest of them has been made; 0 without any."""
    size_bytes: int
    """Of everything, also of what is being made."""


class Spool:
    """One folder per step. The slip is written last and at once: with it the step is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="spool")

    async def open(self, step_id: str) -> tuple[Path, Output | None]:
        """A step's folder, and what an earlier run of it finished."""
        folder = self.folder / step_id
        try:
            folder.mkdir(parents=True)  # at once: to ask a thread for it would take as long as twenty of these
        except FileExistsError:
            return folder, await self._run(lambda: _finished(folder))
        return folder, None

    async def keep(self, step_id: str, output: Output) -> Output:
        """Measure every file and write the slip: from now on the step is made."""
        return await self._run(lambda: _keep(self.folder / step_id, output))

    async def note(self, step_id: str, attempt: int, ticket: Ticket) -> None:
        """Put down the ticket of a step's latest attempt: its row may have to wait for a database that is away.

        It outlives this process, but no power cut: to wait for the disk would take as long as the row.
        """
        await self._run(lambda: _note(self.folder / step_id, attempt, ticket))

    async def ticket(self, step_id: str, attempt: int) -> Ticket | None:
        """What was put down of this attempt."""
        return await self._run(lambda: _ticket(self.folder / step_id / TICKET, attempt))

    async def verdict(self, file: Path) -> str | None:
        """What a check said of a file that lies here; None where none has looked."""
        return await self._run(lambda: _verdict(file))

    async def judge(self, file: Path, said: str) -> None:
        """Note what a check said."""
        await self._run(lambda: _beside(file).write_text(said, "utf-8") and None)

    async def measure(self, file: Path) -> tuple[int, str]:
        """A file's size in bytes and its SHA-256."""
        return await self._run(lambda: _measure(file))

    async def waiting(self) -> "Spooled":
        """What lies here now."""
        return await self._run(lambda: _waiting(self.folder))

    async def clear(self, step_id: str) -> None:
        """Remove a step's folder."""
        await self._run(lambda: _clear(self.folder / step_id))

    async def kept(self, before: datetime) -> list[str]:
        """Steps whose finished work lies here since before a moment."""
        return await self._run(lambda: _kept(self.folder, before.timestamp()))

    async def untouched(self, before: datetime) -> list[str]:
        """Steps whose folders have not changed since a moment."""
        return await self._run(lambda: _untouched(self.folder, before.timestamp()))

    async def run(self) -> None:
        """Remove what uploads and thumbnails of killed processes left, until cancelled."""
        await sweep("spool", self.tidy, TIDY_S)

    async def tidy(self) -> None:
        """Remove it now."""
        await self._run(lambda: _tidy(self.folder))

    def close(self) -> None:
        """Finish what runs."""
        self._pool.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _clear(folder: Path) -> None:
    """In as few calls as it takes: each lets another thread go first."""
    try:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    except FileNotFoundError:
        return
    except OSError:  # there is a folder in it
        shutil.rmtree(folder, ignore_errors=True)


def _finished(folder: Path) -> Output | None:
    """Nothing, too, where the files are not what the slip says: the power went before they were on the disk."""
    slip = folder / SLIP
    if not slip.is_file():
        return None
    output = _read(folder, json.loads(slip.read_text("utf-8")))
    return output if all(map(_is_whole, output.files)) else None


def _is_whole(made: Made) -> bool:
    return made.path.is_file() and _measure(made.path) == (made.size_bytes, made.sha256)


def _read(folder: Path, slip: dict[str, object]) -> Output:
    files = tuple(Made(**(made | {"path": folder / made["path"]})) for made in slip["files"])  # type: ignore[attr-defined]
    return Output(files=files, cost_micros=slip["cost_micros"], notes=tuple(slip["notes"]))  # type: ignore[arg-type]


def _keep(folder: Path, output: Output) -> Output:
    """The slip comes before the files are flushed, which may take long: from it on a kill loses nothing."""
    with ExitStack() as stack:
        files = [stack.enter_context(opened(made.path, os.O_RDWR)) for made in output.files]
        output = replace(output, files=tuple(map(_measured, output.files, files)))
        write_whole(folder / SLIP, [_slip(output)], lasts=True)
        for file in files:
            os.fsync(file)
    return output


def _slip(output: Output) -> bytes:
    files = [asdict(made) | {"path": made.path.name} for made in output.files]
    return json.dumps({"files": files, "cost_micros": output.cost_micros, "notes": list(output.notes)}).encode()


def _measured(made: Made, file: int) -> Made:
    if made.sha256 is not None:
        return made
    size_bytes, sha256 = digest(file)
    return replace(made, size_bytes=size_bytes, sha256=sha256)


def _note(folder: Path, attempt: int, ticket: Ticket) -> None:
    slip = json.dumps({"attempt": attempt} | asdict(ticket))
    write_whole(folder / TICKET, [slip.encode()])


def _ticket(slip: Path, attempt: int) -> Ticket | None:
    """None, too, where it is an earlier attempt's, or a power cut left it hollow."""
    try:
        found = json.loads(slip.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return Ticket(found["id"], found["data"]) if found["attempt"] == attempt else None


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.verdict")


def _verdict(file: Path) -> str | None:
    note = _beside(file)
    return note.read_text("utf-8") if note.is_file() else None


def _measure(path: Path) -> tuple[int, str]:
    with opened(path) as file:
        return digest(file)


def _waiting(folder: Path) -> Spooled:
    slips, size_bytes = [], 0
    for place, _, names in os.walk(folder):  # what vanishes meanwhile was stored, or given up
        for name in names:
            with suppress(FileNotFoundError):
                found = (Path(place) / name).stat()
                size_bytes += found.st_size
                slips += [found.st_mtime] if name == SLIP else []
    return Spooled(len(slips), max(0.0, time() - min(slips)) if slips else 0.0, size_bytes)


def _kept(folder: Path, before: float) -> list[str]:
    found = []
    for slip in folder.glob(f"*/{SLIP}"):
        with suppress(FileNotFoundError):
            found += [slip.parent.name] if slip.stat().st_mtime < before else []
    return found


def _untouched(folder: Path, before: float) -> list[str]:
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.is_dir() and not path.name.startswith("tmp") and path.stat().st_mtime < before:
                found.append(path.name)
    return found


def _tidy(folder: Path) -> None:
    for litter in folder.glob("tmp*"):
        with suppress(FileNotFoundError):
            if time() - litter.stat().st_mtime > TIDY_S:
                shutil.rmtree(litter, ignore_errors=True)
