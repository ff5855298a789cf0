"""Recipes beside the objects, so that the store explains itself without the database. Written beside the way."""

import json
from collections.abc import Container

from sqlmodel import Session

from core.creation.beside import Beside
from core.creation.sweeps import sweep
from core.provenance.recipe import sidecar
from storage import gallery, recipes, visibility
from storage.database import Database
from storage.objects import ObjectStore
from storage.recipes import Ingredients, sidecar_key
from storage.tables import Asset

MEDIA_TYPE = "application/json"
SWEEP_S = 300.0


class Sidecars:
    """One JSON file beside each object. What could not be written is tried again by the sweep."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self._database = database
        self._objects = objects
        self._beside = Beside("sidecar", self._written)

    def soon(self, asset: Asset) -> None:
        """Begin to write one."""
        self._beside.soon(asset)

    async def run(self) -> None:
        """Write, now and then, those that nobody got to, until cancelled."""
        await sweep("sidecars", self.sweep, SWEEP_S, at_once=True)

    async def sweep(self) -> None:
        """Write them now. A page on which none could be written is the last."""
        while assets := await self._database.read(recipes.bare):
            if not any([await self._beside.ended(asset) for asset in assets]):
                return

    async def drained(self) -> None:
        """Wait until none is under way."""
        await self._beside.drained()

    async def settled(self, user_ids: Container[str]) -> None:
        """Wait for those under way of these people's assets."""
        await self._beside.settled(user_ids)

    async def close(self) -> None:
        """Leave the rest to the next start's sweep."""
        await self._beside.close()

    async def _written(self, asset: Asset) -> str | None:
        key = sidecar_key(asset.object_key)
        rows = await self._database.look(lambda session: _rows(session, asset))
        if rows is None:
            return None
        told = json.dumps(sidecar(rows), ensure_ascii=False, indent=1).encode()
        await self._objects.put(key, told, MEDIA_TYPE)
        if await self._database.change(lambda session: gallery.mark(session, asset.user_id, asset.id, sidecar=True)):
            return key
        await self._objects.delete(key)  # its asset was deleted meanwhile
        return None


def _rows(session: Session, asset: Asset) -> Ingredients | None:
    there = visibility.looked_at(session, asset.id)
    is_theirs = there is not None and there.user_id == asset.user_id
    return recipes.ingredients(session, [there])[0] if there and is_theirs else None
