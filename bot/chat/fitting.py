"""Copies of files that fit what a platform takes; the original stays in the gallery."""

from pathlib import Path

from core.errors import NativeError, TooLarge
from core.native.pool import NativePool

TIMEOUT_S = 180.0
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "video/mp4": ".mp4", "audio/mpeg": ".mp3"}


async def fitted(pool: NativePool, source: Path, media_type: str, limit_bytes: int, folder: Path) -> Path | None:
    """A smaller copy inside `folder` of at most `limit_bytes`; None where there can be none."""
    target = folder / f"{source.stem}-small"
    arguments = {"source": str(source), "target": str(target), "media_type": media_type, "limit_bytes": limit_bytes}
    return await _made(pool, "core.native.shrink:shrink", arguments, target)


async def as_png(pool: NativePool, source: Path, folder: Path) -> Path | None:
    """The same picture as PNG inside `folder`; None where it cannot be read."""
    target = folder / f"{source.stem}-shown"
    return await _made(pool, "core.native.shrink:as_png", {"source": str(source), "target": str(target)}, target)


async def _made(pool: NativePool, function: str, arguments: dict[str, object], target: Path) -> Path | None:
    try:
        facts = await pool.run(function, arguments, timeout_s=TIMEOUT_S)
    except (TooLarge, NativeError):
        return None
    return target.rename(target.with_suffix(ENDINGS[facts["media_type"]]))
