"""Small pictures of assets, made beside the way: nobody waits for them, and a missing one is made when looked for."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from core.errors import EaselError
from core.native.pool import NativePool
from storage import gallery
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset

log = structlog.get_logger()
MEDIA_TYPE = "image/webp"
MAKERS = {"video": "core.native.pictures:poster", "audio": "core.native.waves:waveform"}


class Thumbnails:
    """WebP pictures that fit into 512 pixels: of images themselves, of videos a poster frame, of sounds their waves."""

    def __init__(self, database: Database, objects: ObjectStore, pool: NativePool, folder: Path) -> None:
        self._database = database
        self._objects = objects
        self._pool = pool
        self._folder = folder
        self._making: dict[str, asyncio.Task[str | None]] = {}

    def soon(self, asset: Asset) -> None:
        """Begin a thumbnail unless it is on its way."""
        if asset.id not in self._making:
            task = asyncio.create_task(self._make(asset), name="thumbnail")
            self._making[asset.id] = task
            task.add_done_callback(lambda _: self._making.pop(asset.id, None))

    async def key(self, asset: Asset) -> str | None:
        """The thumbnail's key, made first if need be; None where there can be none."""
        if asset.thumbnail_key:
            return asset.thumbnail_key
        self.soon(asset)
        task = self._making.get(asset.id)
        return await asyncio.shield(task) if task else None

    async def sweep(self) -> None:
        """Make those that an earlier process did not get to."""
        for asset in await self._database.read(gallery.without_thumbnail):
            await self.key(asset)

    async def drained(self) -> None:
        """Wait until none is under way."""
        while self._making:
            await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def close(self) -> None:
        """Leave the rest to the next start's sweep."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, asset: Asset) -> str | None:
        try:
            return await self._made(asset)
        except (EaselError, OSError) as error:
            log.warning("thumbnail_failed", asset=asset.id, error=str(error))
            return None

    async def _made(self, asset: Asset) -> str | None:
        key = f"{asset.object_key.rsplit('.', 1)[0]}.thumb.webp"
        with TemporaryDirectory(dir=self._folder) as folder:
            source = await self._objects.fetch(asset.object_key, Path(folder))
            target = Path(folder) / "thumb.webp"
            maker = MAKERS.get(asset.media_type.split("/")[0], "core.native.pictures:thumbnail")
            await self._pool.run(maker, {"source": str(source), "target": str(target)})
            await self._objects.put(key, target, MEDIA_TYPE)
        if await self._noted(asset, key):
            return key
        await self._objects.delete(key)  # its asset was deleted meanwhile
        return None

    async def _noted(self, asset: Asset, key: str) -> bool:
        changed = await self._database.write(
            lambda session: gallery.change(session, asset.user_id, asset.id, thumbnail_key=key)
        )
        return changed is not None
