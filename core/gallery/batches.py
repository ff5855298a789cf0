"""The same done to many assets at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import Invalid, NotFound
from core.studio import Studio
from storage import gallery, visibility
from storage.database import Database

BATCH_MAX = 200
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """Which assets it was done to; of the others, nobody says whether they are missing or somebody else's."""

    done: tuple[str, ...]
    missing: tuple[str, ...]


def batch(asset_ids: Sequence[str], done: Sequence[str]) -> Batch:
    """What came of it.

    Raises:
        NotFound: there was nothing to do it to.
    """
    if not done:
        raise NotFound
    made = set(done)
    return Batch(tuple(done), tuple(each for each in dict.fromkeys(asset_ids) if each not in made))


def checked(asset_ids: Sequence[str]) -> list[str]:
    """Each id once.

    Raises:
        Invalid: none, or too many at once.
    """
    ids = list(dict.fromkeys(asset_ids))
    if not 0 < len(ids) <= BATCH_MAX:
        raise Invalid(f"Name 1 to {BATCH_MAX} assets at once.", "batch_size")
    return ids


class Batches:
    """Favourites and deletion; tags, collections and visibility take many at once themselves."""

    def __init__(self, database: Database, studio: Studio) -> None:
        self._database = database
        self._studio = studio

    async def favourite(self, user_id: str, asset_ids: Sequence[str], favourite: bool) -> Batch:
        """Mark assets as favourites, or as none."""
        ids = checked(asset_ids)

        def work(session: Session) -> list[str]:
            own = [each.id for each in visibility.own_of(session, user_id, ids)]
            for asset_id in own:
                gallery.mark(session, user_id, asset_id, favourite=favourite)
            return own

        return batch(ids, await self._database.write(work))

    async def delete(self, user_id: str, asset_ids: Sequence[str]) -> Batch:
        """Delete assets for good, each as if it were alone."""
        ids, room = checked(asset_ids), asyncio.Semaphore(AT_ONCE)

        async def gone(asset_id: str) -> bool:
            async with room:
                try:
                    await self._studio.delete(user_id, asset_id)
                except NotFound:
                    return False
                return True

        ends = await asyncio.gather(*map(gone, ids))
        return batch(ids, [asset_id for asset_id, end in zip(ids, ends, strict=True) if end])
