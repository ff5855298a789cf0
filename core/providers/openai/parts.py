"""Speaks a text in parts, each a paid call, and makes one sound of them. A finished part is never paid for again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from core.errors import NativeError, Unsupported
from core.native.pool import NativePool
from core.providers.base import Failed, Made, Order, Output
from core.providers.openai.answers import AGAIN_S, UNCERTAIN, NotMade, lost
from core.providers.openai.splitting import split
from core.trust.disk import Disk

MP3 = "audio/mpeg"
BUSY_TRIES = 4
BUSY_MAX_S = 60.0
JOIN_TIMEOUT_S = 300.0
_HALF_PAID = "Part of this text was spoken and charged, then the service stopped. Easel did not keep half of a reading."


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One spoken part."""

    file: str
    cost_micros: int
    notes: tuple[str, ...] = ()
    media_type: str = ""
    duration_s: float | None = None


Say = Callable[[str, Path], Awaitable[Said]]
"""Speaks a text into a new file in a folder, whose name it makes from the path it is given."""


class Parts:
    """Keeps what was spoken beside a slip in the order's folder, so that a second run goes on where the first ended."""

    def __init__(self, pool: NativePool, disk: Disk) -> None:
        self._pool = pool
        self._disk = disk

    async def speak(self, order: Order, limit: int, say: Say, notes: tuple[str, ...] = ()) -> Output:
        """Speak the order's whole text, `limit` characters at a time, in order.

        Raises:
            NotMade: a part could not be spoken. After a paid one, all of it may have been charged.
        """
        said: list[Said] = []
        for number, text in enumerate(split(order.prompt, limit)):
            said.append(await self._part(order.folder / _name(order, number, text), text, say, first=number == 0))
        made = await self._joined(order.folder, said)
        all_notes = dict.fromkeys((*notes, *(note for part in said for note in part.notes)))
        return Output(files=(made,), cost_micros=sum(part.cost_micros for part in said), notes=tuple(all_notes))

    async def _part(self, path: Path, text: str, say: Say, *, first: bool) -> Said:
        slip = path.with_suffix(".json")
        kept = await self._disk.run(_read, slip)
        if kept is not None:
            return kept
        said = await self._checked(path.parent, await (say(text, path) if first else _later(text, path, say)))
        await self._disk.write(slip, json.dumps(asdict(said)).encode())
        return said

    async def _checked(self, folder: Path, said: Said) -> Said:
        """A web page is no sound, whatever it was called."""
        try:
            facts = await self._pool.run("core.native.pictures:probe", {"source": folder / said.file})
        except (Unsupported, NativeError) as error:
            raise NotMade(lost("unreadable")) from error
        if not facts["media_type"].startswith("audio/"):
            raise NotMade(lost("unreadable"))
        return Said(
            file=said.file,
            cost_micros=said.cost_micros,
            notes=said.notes,
            media_type=facts["media_type"],
            duration_s=facts["duration_s"],
        )

    async def _joined(self, folder: Path, said: list[Said]) -> Made:
        """One MP3. A single one stays exactly as it came."""
        if len(said) == 1 and said[0].media_type == MP3:
            return Made(path=folder / said[0].file, media_type=MP3, duration_s=said[0].duration_s)
        target = folder / "speech.mp3"
        sources = [str(folder / part.file) for part in said]
        try:
            facts = await self._pool.run(
                "core.native.sounds:join", {"sources": sources, "target": target}, timeout_s=JOIN_TIMEOUT_S
            )
        except (Unsupported, NativeError) as error:
            raise NotMade(lost("unreadable")) from error
        return Made(path=target, media_type=MP3, duration_s=facts["duration_s"])


def _name(order: Order, number: int, text: str) -> str:
    """Another model or voice, or another text, is another part."""
    told = json.dumps([order.model, order.voice, order.instruction, order.style, text])
    return f"part-{number}-{sha256(told.encode()).hexdigest()[:16]}"


async def _later(text: str, path: Path, say: Say) -> Said:
    """A part behind paid ones: a busy service is waited for, since asking another would pay for all again."""
    for tries_left in reversed(range(BUSY_TRIES)):
        try:
            return await say(text, path)
        except NotMade as error:
            if not (isinstance(error.outcome, Failed) and error.outcome.code == "busy" and tries_left):
                raise _after_paying(error) from error
            await asyncio.sleep(min(error.outcome.again_s or AGAIN_S, BUSY_MAX_S))
    raise AssertionError  # the last try returns or raises


def _after_paying(error: NotMade) -> NotMade:
    """A refusal stays one; a failure that would have been free is not, with paid parts before it."""
    if not isinstance(error.outcome, Failed):
        return error
    return NotMade(Failed(_HALF_PAID, UNCERTAIN, perhaps_paid=True))


def _read(slip: Path) -> Said | None:
    if not slip.is_file():
        return None
    kept = json.loads(slip.read_text("utf-8"))
    return Said(**(kept | {"notes": tuple(kept["notes"])}))
