"""Files on their way to Discord, made to fit before anything is sent: a refused upload would take the others along."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.chat.fitting import fitted
from bot.discord.markup import plain
from bot.discord.results import ALT_MAX, Sent
from core.chat import Attachment
from core.errors import EaselError
from core.native.pool import NativePool

MIB = 1024 * 1024
FILE_BYTES = 10 * MIB
"""Taken everywhere; a guild may take more, which Discord says with each of its interactions."""
REQUEST_BYTES = 25 * MIB - 256 * 1024
"""https://docs.discord.com/developers/resources/message: 25 MiB, less room for the words and the form."""
STILLS = {"video": "core.native.pictures:poster", "image": "core.native.pictures:thumbnail"}
COPIES = {".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4", ".mp3": "audio/mpeg"}
SMALL = "-preview"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Sizes:
    """What each guild takes, as far as it was told: one for the process, lost with it."""

    def __init__(self) -> None:
        self._limits: dict[int, int] = {}

    def learn(self, guild_id: int | None, limit_bytes: int) -> None:
        """Note what an interaction said of its guild (`attachment_size_limit`)."""
        if guild_id:
            self._limits[guild_id] = limit_bytes

    def limit(self, guild_id: int | None) -> int:
        """The most bytes of one file there."""
        return self._limits.get(guild_id or 0, FILE_BYTES)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it is sent."""

    asset_id: str
    path: Path
    name: str
    media_type: str
    alt_text: str
    size_bytes: int
    whole: bool

    @property
    def sent(self) -> Sent:
        """What the message that shows it needs to know."""
        return Sent(self.name, self.media_type, self.whole)


async def packed(pool: NativePool, files: Sequence[Attachment], limit_bytes: int, folder: Path) -> list[Parcel]:
    """Each file, or a smaller copy, or a still of it, so that one request takes them all; without what cannot fit."""
    sizes = [file.path.stat().st_size for file in files]
    rooms = shares(sizes, limit_bytes, REQUEST_BYTES)
    parcels = []
    for number, (file, size, room) in enumerate(zip(files, sizes, rooms, strict=True)):
        if size <= room:
            parcels.append(_parcel(file, file.path, file.media_type, whole=True))
        elif small := await _small(pool, file, room, folder / f"{number}"):
            parcels.append(small)
    return parcels


def shares(sizes: Sequence[int], limit: int, total: int) -> list[int]:
    """How many bytes each file may have: small ones keep theirs, the large ones share what is left evenly."""
    rooms, left = [0] * len(sizes), total
    smallest_first = sorted(range(len(sizes)), key=lambda number: sizes[number])
    for done, number in enumerate(smallest_first):
        rooms[number] = min(limit, left // (len(sizes) - done))
        left -= min(sizes[number], rooms[number])
    return rooms


def file_name(file: Attachment, media_path: Path, *, whole: bool) -> str:
    """Says whose it is, so that a message read back tells which of its files shows which asset."""
    stem = _UNSAFE.sub("-", Path(file.name).stem).strip("-.")[:60] or "easel"
    return f"{stem}-{file.asset_id[:8]}{'' if whole else SMALL}{media_path.suffix}"


def belongs(name: str, asset_id: str) -> bool:
    """Whether a file of this name shows this asset."""
    return Path(name).stem.removesuffix(SMALL).endswith(f"-{asset_id[:8]}")


def is_whole(name: str) -> bool:
    """Whether a file of this name is the original."""
    return not Path(name).stem.endswith(SMALL)


async def _small(pool: NativePool, file: Attachment, room: int, folder: Path) -> Parcel | None:
    folder.mkdir()
    if copy := await fitted(pool, file.path, file.media_type, room, folder):
        return _parcel(file, copy, COPIES[copy.suffix], whole=False)
    return await _still(pool, file, room, folder / "still.webp")


async def _still(pool: NativePool, file: Attachment, room: int, target: Path) -> Parcel | None:
    function = STILLS.get(file.media_type.partition("/")[0])
    if function is None:
        return None
    try:
        await pool.run(function, {"source": str(file.path), "target": str(target)})
    except EaselError:
        return None
    return _parcel(file, target, "image/webp", whole=False) if target.stat().st_size <= room else None


def _parcel(file: Attachment, path: Path, media_type: str, *, whole: bool) -> Parcel:
    name, alt_text = file_name(file, path, whole=whole), plain(file.alt_text, ALT_MAX)
    return Parcel(file.asset_id, path, name, media_type, alt_text, path.stat().st_size, whole)
