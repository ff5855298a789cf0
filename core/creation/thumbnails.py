"""Small pictures of assets, made beside the way: nobody waits for them, and a missing one is made when looked for."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager
from pathlib import Path

from sqlmodel import Session

from core.creation.beside import Beside
from core.native.pool import NativePool, processors
from core.trust.disk import working_folder
from storage import gallery, looks
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset

MEDIA_TYPE = "image/webp"
ENDING = ".thumb.webp"
"""Of a thumbnail's key."""
MAKERS = {"video": "core.native.pictures:poster", "audio": "core.native.waves:waveform"}


class Thumbnails:
    """WebP pictures that fit into 512 pixels: of images themselves, of videos a poster frame, of sounds their waves.

    What a picture looks like is noted with its thumbnail: both come from one decoding.
    """

    def __init__(self, database: Database, objects: ObjectStore, pool: NativePool, folder: Path) -> None:
        self._database = database
        self._objects = objects
        self._pool = pool
        self._folder = folder
        self._beside = Beside("thumbnail", self._made)
        self._looking = Beside("look", self._looked_at)
        self._turn = asyncio.Semaphore(max(1, processors() // 2))  # the other children are for what people wait for

    def soon(self, asset: Asset) -> None:
        """Begin a thumbnail unless it is on its way."""
        self._beside.soon(asset)

    async def key(self, asset: Asset) -> str | None:
        """The thumbnail's key, made first if need be; None where there can be none."""
        return asset.thumbnail_key or await self._beside.ended(asset)

    async def sweep(self) -> None:
        """Make those that an earlier process did not get to, and note the looks that no earlier version noted."""
        for asset in await self._database.read(gallery.without_thumbnail):
            await self.key(asset)
        before: int | None = None
        while page := await self._without_look(before):
            for asset in page:
                await self._looking.ended(asset)
            before = page[-1].seq

    async def drained(self) -> None:
        """Wait until none is under way."""
        await self._beside.drained()
        await self._looking.drained()

    async def settled(self, user_ids: Container[str]) -> None:
        """Wait for those under way of these people's assets."""
        await self._beside.settled(user_ids)
        await self._looking.settled(user_ids)

    async def close(self) -> None:
        """Leave the rest to the next start's sweep."""
        await self._beside.close()
        await self._looking.close()

    async def _made(self, asset: Asset) -> str | None:
        key = f"{asset.object_key.rsplit('.', 1)[0]}{ENDING}"
        maker = MAKERS.get(asset.media_type.split("/")[0], "core.native.pictures:thumbnail")
        async with self._at_hand(asset.object_key) as source, self._turn:
            made = await self._pool.run(maker, {"source": source})
        await self._objects.put(key, b64decode(made["data"]), MEDIA_TYPE)
        if await self._database.change(lambda session: _note(session, asset, key, made.get("look"))):
            return key
        await self._objects.delete(key)  # its asset was deleted meanwhile
        return None

    @asynccontextmanager
    async def _at_hand(self, key: str) -> AsyncIterator[Path]:
        """A local file of an object: the object's own, or one that is fetched for a while."""
        if own := self._objects.local(key):
            if not own.is_file():  # a child that failed would be replaced
                raise FileNotFoundError(key)
            yield own
            return
        async with working_folder(self._folder) as folder:
            yield await self._objects.fetch(key, folder)

    async def _without_look(self, before: int | None) -> list[Asset]:
        return await self._database.read(lambda session: looks.without(session, before))

    async def _looked_at(self, asset: Asset) -> str | None:
        """A thumbnail looks as its asset does."""
        async with self._at_hand(asset.thumbnail_key or "") as small:
            look = await self._pool.run("core.native.pictures:look", {"source": small})
        await self._database.change(lambda session: _note(session, asset, asset.thumbnail_key, look))
        return asset.thumbnail_key


def _note(session: Session, asset: Asset, key: str | None, look: int | None) -> bool:
    """False where the asset is gone."""
    is_there = gallery.mark(session, asset.user_id, asset.id, thumbnail_key=key)
    if is_there and asset.kind != "speech":
        looks.note(session, asset, look)
    return is_there
