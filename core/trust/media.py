"""Files from outside: never stored as they came, but as fresh pixels or a fresh MP4, under our own caps."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from core.creation.spool import Spool
from core.errors import Busy, NativeError, NotFound, Unsupported
from core.native.containers import is_film
from core.native.pool import NativePool
from core.providers.base import Kind
from core.trust.disk import Disk, working_folder
from storage import gallery
from storage.database import Database
from storage.errors import Forgotten, StorageBusy
from storage.objects import ObjectStore
from storage.tables import Asset, new_id

PICTURE_TIMEOUT_S = 30.0
VIDEO_TIMEOUT_S = 180.0
"""A WebM may have to be encoded anew."""
EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "video/mp4": ".mp4"}


class Uploads:
    """Takes pictures and videos from people."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        pool: NativePool,
        spool: Spool,
        stored: Callable[[Asset], None] = lambda _: None,
    ) -> None:
        """`stored` is told of each: what is made beside it may begin."""
        self._database = database
        self._objects = objects
        self._pool = pool
        self._spool = spool
        self._tell_stored = stored
        self._disk = Disk("uploads")

    async def take(self, user_id: str, file: Path, name: str) -> Asset:
        """Check one picture or video, write it anew and store that.

        Raises:
            Unsupported, TooLarge, Invalid: with the sentence why; nothing is stored.
            Busy: it could not be stored now.
        """
        async with working_folder(self._spool.folder) as folder:
            clean = folder / "clean"
            facts = await self._sanitised(file, clean)
            asset = await self._asset(user_id, name, clean, facts)
            _, asset.sha256 = await self._spool.measure(file)  # of the original, so that it is known again
            return await self._stored(asset, clean)

    async def close(self) -> None:
        """Finish what runs."""
        self._disk.close()

    async def _sanitised(self, file: Path, target: Path) -> dict[str, object]:
        arguments = {"source": str(file), "target": str(target)}
        film = is_film(await self._disk.run(_head, file))
        function = "core.native.remux:remux" if film else "core.native.pictures:sanitise_upload"
        timeout_s = VIDEO_TIMEOUT_S if film else PICTURE_TIMEOUT_S
        try:
            return dict(await self._pool.run(function, arguments, timeout_s=timeout_s))
        except NativeError as error:
            raise Unsupported(_unreadable(film)) from error

    async def _asset(self, user_id: str, name: str, file: Path, facts: dict[str, object]) -> Asset:
        asset_id = new_id()
        media_type = str(facts["media_type"])
        return Asset(
            id=asset_id,
            user_id=user_id,
            kind=Kind.UPLOAD,
            media_type=media_type,
            size_bytes=(await self._spool.measure(file))[0],
            width=int(str(facts["width"])),
            height=int(str(facts["height"])),
            duration_s=float(str(facts["duration_s"])) if "duration_s" in facts else None,
            object_key=f"{user_id}/uploads/{asset_id}{EXTENSIONS[media_type]}",
            asked=name,
            alt_text=name or f"An uploaded {'video' if media_type.startswith('video/') else 'picture'}",
        )

    async def _stored(self, asset: Asset, file: Path) -> Asset:
        try:
            await self._objects.put(asset.object_key, file, asset.media_type)
            await self._database.write(lambda session: gallery.add_upload(session, asset))
        except Forgotten as error:
            await self._objects.delete(asset.object_key)
            raise NotFound from error
        except (StorageBusy, OSError) as error:
            with contextlib.suppress(OSError):  # a store that keeps nothing removes nothing either
                await self._objects.delete(asset.object_key)
            raise Busy("Easel cannot store anything right now. Please try again shortly.") from error
        self._tell_stored(asset)
        return asset


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(16)


def _unreadable(film: bool) -> str:
    if film:
        return "Easel could not read this video. Please try another MP4 or WebM."
    return "Easel could not read this picture. Please try a PNG, JPEG, WebP or GIF."
