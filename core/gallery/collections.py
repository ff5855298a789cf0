"""Collections: what a person hangs side by side, for themselves or with a workspace."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.creation.view import SOMEBODY, AssetView, shown_to
from core.errors import Conflict, Invalid, NotFound
from core.gallery.batches import Batch, batch, checked
from core.gallery.membership import Viewer
from core.trust.words import clean
from storage import collections, shares, visibility
from storage.collections import Place
from storage.database import Database
from storage.finding import PAGE_MAX
from storage.tables import Asset, Collection, now
from storage.visibility import PRIVATE, WORKSPACE

NAME_MAX = 80
PER_PERSON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A collection as the one who looks sees it."""

    id: str
    name: str
    visibility: str
    workspace_id: str | None
    mine: bool
    owner: str
    """What its owner is called, where that is not the one who looks."""
    count: int
    """How many of its assets the one who looks may see."""
    covers: tuple[AssetView, ...]
    """The newest pictures that hang in it; a few."""
    holds: bool
    """Whether the asset that was asked about hangs in it."""
    created_at: datetime


class Collections:
    """Making, filling and looking. Nothing becomes visible by being hung: each asset is shown by its own owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- looking --------------------------------------------------------------------------------------------------

    async def listing(self, viewer: Viewer, asset_id: str | None = None) -> list[CollectionView]:
        """One's own collections and those shown in one's workspaces, the newest first; `asset_id`: which hold it?

        Raises:
            NotFound: an asset that they do not see.
        """

        def work(session: Session) -> list[CollectionView]:
            asset = _asset(session, viewer, asset_id) if asset_id else None
            return _views(session, viewer, _known(session, viewer), asset)

        return await self._database.read(work)

    async def named(self, viewer: Viewer) -> list[tuple[str, str]]:
        """Their ids and names alone, in the same order: for where somebody types, and for lists."""
        found = await self._database.read(lambda session: _known(session, viewer))
        return [(each.id, each.name) for each in found]

    async def matching(self, viewer: Viewer, words: str, most: int) -> list[CollectionView]:
        """The newest whose name has these words in it."""
        part = words.casefold()

        def work(session: Session) -> list[CollectionView]:
            found = [each for each in _known(session, viewer) if part in each.name.casefold()]
            return _views(session, viewer, found[:most])

        return await self._database.read(work)

    async def offered(self, viewer: Viewer, asset_id: str, most: int) -> list[CollectionView]:
        """Where an asset may hang, for a form: those that hold it first, then the newest."""

        def work(session: Session) -> list[CollectionView]:
            asset = _asset(session, viewer, asset_id)
            known = _known(session, viewer)
            holding = collections.holding(session, asset, [each.id for each in known])
            known.sort(key=lambda each: each.id not in holding)
            return _views(session, viewer, known[:most], asset)

        return await self._database.read(work)

    async def one(self, viewer: Viewer, collection_id: str) -> CollectionView:
        """One collection."""
        return await self._database.read(lambda session: _view(session, viewer, collection_id))

    async def page(
        self, viewer: Viewer, collection_id: str, limit: int = 40, before: Place | None = None
    ) -> tuple[list[AssetView], Place | None]:
        """What hangs in a collection, the newest hung first, and where the next page begins."""
        most = max(1, min(limit, PAGE_MAX))

        def work(session: Session) -> tuple[list[AssetView], Place | None]:
            _visible(session, viewer, collection_id)
            wall = collections.wall(session, viewer.user_id, viewer.workspaces, collection_id, most, before)
            notes = visibility.notes(session, viewer.user_id, wall.assets)
            return [shown_to(viewer.user_id, each, notes) for each in wall.assets], wall.next

        return await self._database.read(work)

    async def turned_back(self, viewer: Viewer, collection_id: str, limit: int, place: Place) -> Place | None:
        """Where the page of `limit` begins that ends at `place`, which a page began after; None: it is the first."""

        def work(session: Session) -> Place | None:
            _visible(session, viewer, collection_id)
            who = (viewer.user_id, viewer.workspaces)
            return collections.turned_back(session, *who, collection_id, limit, place)

        return await self._database.read(work)

    # --- making ---------------------------------------------------------------------------------------------------

    async def make(self, user_id: str, name: str) -> CollectionView:
        """A new collection, for its maker alone."""
        made = Collection(user_id=user_id, name=_named(name))

        def work(session: Session) -> CollectionView:
            if collections.count_of(session, user_id) >= PER_PERSON:
                raise Conflict(f"You have {PER_PERSON} collections: please delete one first.", "too_many")
            if not collections.add(session, made):
                raise _taken()
            return _view(session, Viewer(user_id), made.id)

        return await self._database.write(work)

    async def rename(self, user_id: str, collection_id: str, name: str) -> None:
        """Give a collection another name."""
        wanted = _named(name)

        def work(session: Session) -> None:
            if not collections.rename(session, _own(session, user_id, collection_id), wanted):
                raise _taken()

        await self._database.write(work)

    async def delete(self, user_id: str, collection_id: str) -> None:
        """Take a collection down, with its links; what hung in it stays in the gallery."""
        await self._database.write(lambda session: collections.remove(session, _own(session, user_id, collection_id)))

    async def show(self, viewer: Viewer, collection_id: str, to: str, workspace_id: str | None = None) -> None:
        """Let a workspace look and hang things, too, or nobody else. The assets themselves stay as they are shown.

        Taken back, its links end as well.

        Raises:
            Conflict: no workspace that the person is known to be in.
        """

        def work(session: Session) -> None:
            found = _own(session, viewer.user_id, collection_id)
            if to == WORKSPACE:
                home = workspace_for(viewer, workspace_id, found.workspace_id)
                collections.change(session, found, visibility=WORKSPACE, workspace_id=home)
            elif to == PRIVATE:
                shares.revoke(session, viewer.user_id, now(), collection_id=found.id)
                collections.change(session, found, visibility=PRIVATE, workspace_id=None)
            else:
                raise Invalid("A collection is `private` or shown to a `workspace`; for a link, make one.")

        await self._database.write(work)

    # --- filling --------------------------------------------------------------------------------------------------

    async def hang(self, viewer: Viewer, collection_id: str, asset_ids: Sequence[str]) -> Batch:
        """Hang assets in one's own collection, or in one that a workspace shares.

        Raises:
            Conflict: in another's collection, something that its workspace may not see.
        """
        ids = checked(asset_ids)

        def work(session: Session) -> list[str]:
            found = _visible(session, viewer, collection_id)
            assets = visibility.visible_of(session, viewer.user_id, ids, viewer.workspaces)
            _hang(session, viewer, found, assets)
            return [each.id for each in assets]

        return batch(ids, await self._database.write(work))

    async def take_down(self, viewer: Viewer, collection_id: str, asset_ids: Sequence[str]) -> Batch:
        """Take assets out of a collection: its owner any, others what they hung or made."""
        ids = checked(asset_ids)

        def work(session: Session) -> list[str]:
            found = _visible(session, viewer, collection_id)
            return collections.take_down(session, viewer.user_id, found, ids)

        return batch(ids, await self._database.write(work))

    async def arrange(self, viewer: Viewer, asset_id: str, wanted: Container[str], held: Container[str]) -> None:
        """What a form says of where an asset hangs: in the `wanted` ones, where it was shown as hanging in `held`.

        What was changed elsewhere since the form was shown stays as it is, and what is gone by now is no matter.

        Raises:
            NotFound: an asset that they do not see.
            Conflict: as for hanging; then nothing is changed.
        """

        def work(session: Session) -> None:
            asset = _asset(session, viewer, asset_id)
            known = _known(session, viewer)
            there = collections.holding(session, asset, [each.id for each in known])
            for each in known:
                if each.id in wanted and each.id not in held and each.id not in there:
                    _hang(session, viewer, each, [asset])
                elif each.id in held and each.id not in wanted:
                    collections.take_down(session, viewer.user_id, each, [asset.id])

        await self._database.write(work)


def workspace_for(viewer: Viewer, wanted: str | None, home: str | None = None) -> str:
    """The workspace that something is shown to: its own, the one that is named, or the only one there is.

    Raises:
        Conflict: the person is not known to be in it, or it is not clear which.
    """
    choice = wanted or home or (viewer.workspaces[0] if len(viewer.workspaces) == 1 else None)
    if choice is None and viewer.workspaces:
        raise Conflict("You are in several workspaces: name one of them in `workspace`.", "which_workspace")
    if choice is None or choice not in viewer.workspaces:
        raise Conflict("Say a word to Easel in that workspace first: it then knows that you are in it.", "no_workspace")
    return choice


def _known(session: Session, viewer: Viewer) -> list[Collection]:
    return collections.listing(session, viewer.user_id, viewer.workspaces, PER_PERSON)


def _view(session: Session, viewer: Viewer, collection_id: str) -> CollectionView:
    return _views(session, viewer, [_visible(session, viewer, collection_id)])[0]


def _views(
    session: Session, viewer: Viewer, found: Sequence[Collection], asset: Asset | None = None
) -> list[CollectionView]:
    ids, others = [each.id for each in found], {each.user_id for each in found} - {viewer.user_id}
    names = visibility.names(session, others)
    holding = collections.holding(session, asset, ids) if asset else set()
    outlines = collections.outlines(session, viewer.user_id, viewer.workspaces, found)
    return [
        CollectionView(
            id=row.id,
            name=row.name,
            visibility=row.visibility,
            workspace_id=row.workspace_id,
            mine=row.user_id == viewer.user_id,
            owner="" if row.user_id == viewer.user_id else names.get(row.user_id) or SOMEBODY,
            count=outline.count,
            covers=tuple(shown_to(viewer.user_id, each, visibility.NOTHING) for each in outline.covers),
            holds=row.id in holding,
            created_at=row.created_at,
        )
        for outline in outlines
        for row in (outline.collection,)
    ]


def _own(session: Session, user_id: str, collection_id: str) -> Collection:
    found = collections.own(session, user_id, collection_id)
    if found is None:
        raise NotFound
    return found


def _visible(session: Session, viewer: Viewer, collection_id: str) -> Collection:
    found = collections.visible(session, viewer.user_id, collection_id, viewer.workspaces)
    if found is None:
        raise NotFound
    return found


def _asset(session: Session, viewer: Viewer, asset_id: str) -> Asset:
    found = visibility.visible(session, viewer.user_id, asset_id, viewer.workspaces)
    if found is None:
        raise NotFound
    return found


def _hang(session: Session, viewer: Viewer, collection: Collection, assets: Sequence[Asset]) -> None:
    if collection.user_id != viewer.user_id:
        _check_shown(collection, assets)
    collections.hang(session, viewer.user_id, collection, assets)


def _check_shown(collection: Collection, assets: Sequence[Asset]) -> None:
    if any(each.visibility != WORKSPACE or each.workspace_id != collection.workspace_id for each in assets):
        raise Conflict("Only what the whole workspace may see can hang here: show it to the workspace first.", "hidden")


def _named(name: str) -> str:
    words = " ".join(clean(name).split())
    if not words:
        raise Invalid("A collection needs a name.", "bad_name")
    if len(words) > NAME_MAX:
        raise Invalid(f"A collection's name has at most {NAME_MAX} characters.", "bad_name")
    return words


def _taken() -> Conflict:
    return Conflict("You have a collection of that name already.", "name_taken")
