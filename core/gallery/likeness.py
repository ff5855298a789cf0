"""More like this: what looks like an asset, and what was made from words like its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.creation.view import AssetView, shown_to
from core.errors import NotFound
from storage import kindred, looks, visibility
from storage.database import Database
from storage.tables import Asset

LIMIT_MAX = 100
FAR = 16
"""In so many of 64 bits two looks that are nothing alike may still agree by chance; half of it is hardly alike."""


@dataclass(frozen=True, slots=True)
class Like:
    """An asset, and how much it is like the one asked about: each from 0 to 1."""

    asset: AssetView
    look: float
    words: float


class Likeness:
    """Finds likes among a person's own assets, and where they wish it, among what their workspaces show."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def like(
        self, user_id: str, asset_id: str, *, limit: int = 20, workspaces: Sequence[str] = (), others: bool = False
    ) -> list[Like]:
        """The likest first, without the asset itself. `workspaces`: where they are; `others`: look there as well.

        Raises:
            NotFound: there is no such asset, or they may not see it.
        """
        limit = max(1, min(limit, LIMIT_MAX))

        def work(session: Session) -> list[Like]:
            one = visibility.visible(session, user_id, asset_id, workspaces)
            if one is None:
                raise NotFound
            return _like(session, user_id, one, limit, workspaces if others else ())

        return await self._database.read(work)


def _like(session: Session, user_id: str, one: Asset, limit: int, workspaces: Sequence[str]) -> list[Like]:
    alike, words, assets = dict[str, float](), dict[str, float](), dict[str, Asset]()
    bits = looks.bits_of(session, one)
    for near in looks.near(session, user_id, bits, limit=limit + 1, workspaces=workspaces) if bits is not None else ():
        assets[near.asset.id], alike[near.asset.id] = near.asset, 1 - near.distance / FAR
    for each in kindred.kindred(session, user_id, one, limit=limit, workspaces=workspaces):
        assets[each.asset.id], words[each.asset.id] = each.asset, each.share
    assets.pop(one.id, None)

    def likest(asset: Asset) -> tuple[float, int]:
        return -alike.get(asset.id, 0.0) - words.get(asset.id, 0.0), -(asset.seq or 0)

    best = sorted(assets.values(), key=likest)[:limit]
    notes = visibility.notes(session, user_id, best)
    return [Like(shown_to(user_id, each, notes), alike.get(each.id, 0.0), words.get(each.id, 0.0)) for each in best]
