"""Showing what one made: to a workspace, or by links that end and can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core.creation.view import AssetView, asset_view
from core.errors import Conflict, Gone, Invalid, NotFound
from core.gallery.batches import Batch, batch, checked
from core.gallery.collections import workspace_for
from core.gallery.membership import Viewer
from storage import collections, gallery, shares, visibility
from storage.collections import Place
from storage.database import Database
from storage.finding import PAGE_MAX
from storage.tables import Asset, Collection, Share, now
from storage.visibility import LINK, PRIVATE, WORKSPACE

LASTS_LEAST_S, LASTS_MOST_S = 3600, 366 * 24 * 3600
OPEN_MAX = 100
"""Links of one thing that are open at once."""
ENDED = "This link has ended. Ask whoever gave it to you for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A link, as its owner sees it. Its address hangs on a secret, so whoever shows it makes it."""

    id: str
    asset_id: str | None
    collection_id: str | None
    collection: str
    """The collection's name; empty for a link of one asset."""
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SharedWall:
    """A collection as a link shows it, and where its next page begins."""

    name: str
    assets: tuple[AssetView, ...]
    next: Place | None


class Sharing:
    """Only owners share. What a link opens is looked up each time that somebody comes with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- workspaces -----------------------------------------------------------------------------------------------

    async def show(self, viewer: Viewer, asset_ids: Sequence[str], to: str, workspace_id: str | None = None) -> Batch:
        """Show assets to a workspace, or to nobody else; the latter takes back the links that were made of them.

        What was made in a workspace can be shown there alone, other things wherever one is a member.

        Raises:
            Conflict: one of them cannot be shown there; nothing is changed.
        """
        ids = checked(asset_ids)
        if to not in (PRIVATE, WORKSPACE):
            raise Invalid("An asset is `private` or shown to its `workspace`; for a link, make one.", "visibility")

        def work(session: Session) -> list[str]:
            own = visibility.own_of(session, viewer.user_id, ids)
            for asset in own:
                if to == WORKSPACE:
                    _open_to(session, viewer, asset, workspace_id)
                else:
                    shares.revoke(session, viewer.user_id, now(), asset_id=asset.id)
                    gallery.mark(session, viewer.user_id, asset.id, visibility=PRIVATE)
            return [asset.id for asset in own]

        return batch(ids, await self._database.write(work))

    # --- links, for their owner -----------------------------------------------------------------------------------

    async def link(
        self,
        user_id: str,
        *,
        asset_id: str | None = None,
        collection_id: str | None = None,
        lasts_s: int | None = None,
    ) -> ShareView:
        """Make a link to one asset or one collection that ends after a while, or (None) only when it is taken back.

        A collection's link shows what its owner made and hung there, also later; nothing that others hung.
        """
        ends = _end(lasts_s)

        def work(session: Session) -> ShareView:
            share = Share(user_id=user_id, asset_id=asset_id, collection_id=collection_id, expires_at=ends)
            thing = _thing(session, user_id, asset_id, collection_id)
            if len(_links(session, user_id, thing)) >= OPEN_MAX:
                raise Conflict(f"There are {OPEN_MAX} links to this: please take one back first.", "too_many")
            session.add(share)
            if thing.visibility == PRIVATE:
                _set(session, thing, LINK)
            session.flush()
            return _view(session, share)

        return await self._database.write(work)

    async def links(
        self, user_id: str, *, asset_id: str | None = None, collection_id: str | None = None
    ) -> list[ShareView]:
        """The links that open something now, the newest first: of one thing, or all of them.

        Those of an asset come with those of the collections that it hangs in: they show it as well.
        """

        def work(session: Session) -> list[ShareView]:
            thing = _thing(session, user_id, asset_id, collection_id) if asset_id or collection_id else None
            return _views(session, user_id, _links(session, user_id, thing))

        return await self._database.read(work)

    async def revoke(self, user_id: str, share_id: str) -> None:
        """Take one link back."""

        def work(session: Session) -> None:
            share = shares.found(session, share_id)
            if share is None or share.user_id != user_id:
                raise NotFound
            shares.revoke(session, user_id, now(), share_id=share_id)
            _settle(session, share)

        await self._database.write(work)

    async def stop(self, user_id: str, asset_id: str) -> int:
        """End every link of an asset, also those that stand in chats. Returns how many of those made here were open."""

        def work(session: Session) -> int:
            asset = visibility.visible(session, user_id, asset_id)
            if asset is None:
                raise NotFound
            ended = shares.revoke(session, user_id, now(), asset_id=asset_id)
            shown = PRIVATE if asset.visibility == LINK else asset.visibility
            gallery.mark(session, user_id, asset_id, visibility=shown, links_ended=asset.links_ended + 1)
            return ended

        return await self._database.write(work)

    # --- links, for whoever holds one -----------------------------------------------------------------------------

    async def lasting(self, asset_id: str) -> tuple[str, int]:
        """Whose an asset is and how often its lasting links were ended, for a caller who is about to check a key."""
        found = await self._database.read(lambda session: shares.lasting(session, asset_id))
        if found is None:
            raise NotFound
        return found

    async def opened(self, share_id: str) -> ShareView:
        """What a link opens now.

        Raises:
            NotFound: its owner deleted what it showed.
            Gone: it has ended, or was taken back.
        """
        return await self._database.read(lambda session: _view(session, _open(session, share_id)))

    async def asset(self, share_id: str, asset_id: str | None = None) -> tuple[str, str]:
        """The owner and the id of the asset that a link opens: its own, or this one of its collection."""

        def work(session: Session) -> tuple[str, str]:
            share = _open(session, share_id)
            found = shares.asset(session, share, asset_id)
            if found is None:
                raise NotFound
            return share.user_id, found.id

        return await self._database.read(work)

    async def wall(self, share_id: str, limit: int = 60, before: Place | None = None) -> SharedWall:
        """What a collection's link shows, the newest hung first."""
        most = max(1, min(limit, PAGE_MAX))

        def work(session: Session) -> SharedWall:
            share = _open(session, share_id)
            found = shares.collection(session, share)
            if found is None:
                raise NotFound
            wall = collections.wall_by_link(session, share.user_id, found.id, most, before)
            return SharedWall(found.name, tuple(map(asset_view, wall.assets)), wall.next)

        return await self._database.read(work)


def _open(session: Session, share_id: str) -> Share:
    share = shares.found(session, share_id)
    if share is None:
        raise NotFound
    if share.revoked_at or (share.expires_at and share.expires_at <= now()):
        raise Gone(ENDED)
    return share


def _open_to(session: Session, viewer: Viewer, asset: Asset, workspace_id: str | None) -> None:
    if asset.workspace_id and workspace_id not in (None, asset.workspace_id):
        raise Conflict("What was made in one workspace cannot be shown to another.", "other_workspace")
    home = workspace_for(viewer, workspace_id, asset.workspace_id)
    gallery.mark(session, viewer.user_id, asset.id, visibility=WORKSPACE, workspace_id=home)


def _thing(session: Session, user_id: str, asset_id: str | None, collection_id: str | None) -> Asset | Collection:
    """The one thing that is named, if it is theirs."""
    if (asset_id is None) == (collection_id is None):
        raise Invalid("Name one asset or one collection.", "one_thing")
    asset = visibility.visible(session, user_id, asset_id) if asset_id else None
    found = asset or (collections.own(session, user_id, collection_id) if collection_id else None)
    if found is None:
        raise NotFound
    return found


def _links(session: Session, user_id: str, thing: Asset | Collection | None) -> list[Share]:
    """The open links of one thing of theirs, or all."""
    if isinstance(thing, Asset):
        own = shares.open_of(session, user_id, now(), asset_id=thing.id)
        return [*own, *shares.around(session, thing, now())]
    return shares.open_of(session, user_id, now(), collection_id=thing.id if thing else None)


def _settle(session: Session, share: Share) -> None:
    """What was shown by links alone is private again once the last of them is gone."""
    if shares.open_of(session, share.user_id, now(), asset_id=share.asset_id, collection_id=share.collection_id):
        return
    thing = _thing(session, share.user_id, share.asset_id, share.collection_id)
    if thing.visibility == LINK:
        _set(session, thing, PRIVATE)


def _set(session: Session, thing: Asset | Collection, to: str) -> None:
    if isinstance(thing, Asset):
        gallery.mark(session, thing.user_id, thing.id, visibility=to)
    else:
        collections.change(session, thing, visibility=to)


def _view(session: Session, share: Share) -> ShareView:
    return _views(session, share.user_id, [share])[0]


def _views(session: Session, user_id: str, links: Sequence[Share]) -> list[ShareView]:
    names = shares.names(session, user_id, links)
    return [
        ShareView(
            id=share.id,
            asset_id=share.asset_id,
            collection_id=share.collection_id,
            collection=names.get(share.collection_id or "", ""),
            expires_at=share.expires_at,
            created_at=share.created_at,
        )
        for share in links
    ]


def _end(lasts_s: int | None) -> datetime | None:
    if lasts_s is None:
        return None
    if not LASTS_LEAST_S <= lasts_s <= LASTS_MOST_S:
        raise Invalid("A link lasts an hour to a year, or until you take it back.", "lasts")
    return now() + timedelta(seconds=lasts_s)
