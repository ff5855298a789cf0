"""Files from outside: never stored as they came, only as freshly encoded pixels, under our own caps."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.creation.spool import Spool
from core.errors import Busy, NativeError, NotFound, Unsupported
from core.native.pool import NativePool
from core.providers.base import Kind
from storage import gallery
from storage.database import Database
from storage.errors import Forgotten, StorageBusy
from storage.objects import ObjectStore
from storage.tables import Asset, new_id

TIMEOUT_S = 30.0


class Uploads:
    """Takes pictures from people."""

    def __init__(self, database: Database, objects: ObjectStore, pool: NativePool, spool: Spool) -> None:
        self._database = database
        self._objects = objects
        self._pool = pool
        self._spool = spool

    async def take(self, user_id: str, file: Path, name: str) -> Asset:
        """Check, re-encode and store one picture.

        Raises:
            Unsupported, TooLarge, Invalid: with the sentence why; nothing is stored.
            Busy: it could not be stored now.
        """
        with TemporaryDirectory(dir=self._spool.folder) as folder:
            clean = Path(folder) / "clean"
            facts = await self._sanitised(file, clean)
            asset = await self._asset(user_id, name, clean, facts)
            _, asset.sha256 = await self._spool.measure(
                file
            )  # of the original, so that the same picture is known again
            return await self._stored(asset, clean)

    async def _sanitised(self, file: Path, target: Path) -> dict[str, object]:
        arguments = {"source": str(file), "target": str(target)}
        try:
            facts = await self._pool.run("core.native.pictures:sanitise_upload", arguments, timeout_s=TIMEOUT_S)
        except NativeError as error:
            raise Unsupported("Easel could not read this picture. Please try a PNG, JPEG, WebP or GIF.") from error
        return dict(facts)

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
            object_key=f"{user_id}/uploads/{asset_id}{'.png' if media_type == 'image/png' else '.jpg'}",
            asked=name,
            alt_text=name or "An uploaded picture",
        )

    async def _stored(self, asset: Asset, file: Path) -> Asset:
        try:
            await self._objects.put(asset.object_key, file, asset.media_type)
            await self._database.write(lambda session: gallery.add_upload(session, asset))
        except Forgotten as error:
            await self._objects.delete(asset.object_key)
            raise NotFound from error
        except (StorageBusy, OSError) as error:
            await self._objects.delete(asset.object_key)
            raise Busy("Easel cannot store anything right now. Please try again shortly.") from error
        return asset
