"""Files for one person's eyes: small pictures of what they see, and an own asset whole where it fits."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord

from bot.discord.looking import Looks
from bot.discord.markup import plain
from core.creation.view import AssetView
from core.errors import Forbidden, NotFound
from core.trust.disk import working_folder

ALT_MAX = 1_024
"""https://docs.discord.com/developers/resources/message#attachment-object."""
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class _File:
    """A file, and the name it is uploaded by."""

    path: Path
    name: str


@asynccontextmanager
async def thumbnails(who: Looks, assets: Iterable[AssetView]) -> AsyncIterator[dict[str, discord.File]]:
    """Asset id → its small picture, open for uploading. There is none of what is held back, and none of sounds: a row
    of bars among pictures says nothing.
    """
    async with working_folder() as folder:
        files: dict[str, discord.File] = {}
        for asset in assets:
            found = None if asset.kind == "speech" else await _thumbnail(who, asset, folder)
            if found:
                files[asset.id] = _opened(found, asset)
        try:
            yield files
        finally:
            for file in files.values():
                file.close()


@asynccontextmanager
async def whole(who: Looks, asset: AssetView, limit_bytes: int) -> AsyncIterator[list[discord.File]]:
    """The asset itself where it fits, else its small picture; above a sound, what it looks like."""
    async with working_folder() as folder:
        original = await _original(who, asset, limit_bytes, folder)
        small = await _thumbnail(who, asset, folder) if original is None or asset.kind == "speech" else None
        files = [_opened(each, asset) for each in (small, original) if each]
        try:
            yield files
        finally:
            for file in files:
                file.close()


async def _original(who: Looks, asset: AssetView, limit_bytes: int, folder: Path) -> _File | None:
    if asset.size_bytes > limit_bytes:
        return None
    try:
        _, key = await who.desk.studio.content(who.user_id, asset.id, who.workspaces)
        path = await who.desk.app.objects.fetch(key, folder)
    except (Forbidden, NotFound, FileNotFoundError):
        return None
    return _File(path, f"easel-{asset.version or 'picture'}{path.suffix}")


async def _thumbnail(who: Looks, asset: AssetView, folder: Path) -> _File | None:
    try:
        key = await who.desk.studio.thumbnail(who.user_id, asset.id, who.workspaces)
        path = await who.desk.app.objects.fetch(key, folder) if key else None
    except (Forbidden, NotFound, FileNotFoundError):
        return None
    return _File(path, small_name(asset)) if path else None


def small_name(asset: AssetView) -> str:
    """What an asset's small picture is called in a message."""
    return f"{asset.id}.webp"


def _opened(file: _File, asset: AssetView) -> discord.File:
    return discord.File(
        file.path, filename=file.name, description=plain(asset.alt_text or asset.asked, ALT_MAX) or None
    )
