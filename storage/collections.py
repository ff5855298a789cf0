"""Collections: assets that somebody hung side by side. Whoever looks sees those of them that they may see at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, tuple_
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from storage import rows
from storage.tables import Asset, Collection, Placement, Share, UtcDateTime, now
from storage.visibility import WITHHELD, WORKSPACE, may_see

COVERS = 3
PICTURED = ("image", "upload", "video")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: when its last asset was hung, and the asset's number."""

    hung_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Wall:
    """Assets of one collection, the newest hung first, and where the next page begins (None at the end)."""

    assets: tuple[Asset, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A collection as it is seen from afar."""

    collection: Collection
    count: int
    covers: tuple[Asset, ...]


# --- whose they are ------------------------------------------------------------------------------------------------


def own(session: Session, user_id: str, collection_id: str) -> Collection | None:
    """One collection of this person."""
    query = select(Collection).where(Collection.id == collection_id, Collection.user_id == user_id)
    return session.exec(query).first()


def visible(session: Session, user_id: str, collection_id: str, workspaces: Sequence[str]) -> Collection | None:
    """One collection that this person may look at: their own, or one shown in a workspace that they are in."""
    query = select(Collection).where(Collection.id == collection_id, may_look(user_id, workspaces))
    return session.exec(query).first()


def listing(session: Session, user_id: str, workspaces: Sequence[str], limit: int) -> list[Collection]:
    """Every collection that this person may look at, the newest first."""
    query = select(Collection).where(may_look(user_id, workspaces))
    return list(session.exec(query.order_by(col(Collection.created_at).desc(), col(Collection.id)).limit(limit)))


def count_of(session: Session, user_id: str) -> int:
    """How many collections a person has."""
    return session.exec(select(func.count()).where(Collection.user_id == user_id)).one()


def may_look(user_id: str, workspaces: Sequence[str]) -> ColumnElement[bool]:
    """The condition under which this person, seen in these workspaces, looks at a row of `Collection`."""
    mine = col(Collection.user_id) == user_id
    shown = (col(Collection.visibility) == WORKSPACE) & col(Collection.workspace_id).in_(workspaces)
    return or_(mine, shown) if workspaces else mine


# --- making and changing ------------------------------------------------------------------------------------------


def add(session: Session, collection: Collection) -> bool:
    """Store a new collection. False: its owner has one of that name, perhaps since a moment ago."""
    rows.claim(session, collection)
    return own(session, collection.user_id, collection.id) is not None


def rename(session: Session, collection: Collection, name: str) -> bool:
    """Give a collection another name. False: its owner has one of that name, perhaps since a moment ago."""
    try:
        with session.begin_nested():
            change(session, collection, name=name)
    except IntegrityError:
        return False
    return True


def change(session: Session, collection: Collection, **values: Any) -> None:
    """Set columns of a collection."""
    session.exec(update(Collection).where(col(Collection.id) == collection.id).values(**values))


def remove(session: Session, collection: Collection) -> None:
    """Take a collection down; what hung in it stays in its owners' galleries."""
    session.exec(delete(Placement).where(col(Placement.collection_id) == collection.id))
    session.exec(delete(Share).where(col(Share.collection_id) == collection.id))
    session.exec(delete(Collection).where(col(Collection.id) == collection.id))


def hang(session: Session, user_id: str, collection: Collection, assets: Sequence[Asset]) -> None:
    """Hang assets in a collection, as this person; what hangs there stays where it is."""
    at = now()
    for asset in assets:
        row = Placement(collection_id=collection.id, asset_seq=asset.seq or 0, user_id=user_id, created_at=at)
        rows.claim(session, row)


def take_down(session: Session, user_id: str, collection: Collection, asset_ids: Sequence[str]) -> list[str]:
    """Take assets out of a collection: its owner any, everybody else what they hung. Returns which hung there."""
    there = columns(col(Asset.id), col(Asset.seq)).join_from(Placement, Asset, _hung_asset())
    there = there.where(col(Placement.collection_id) == collection.id, col(Asset.id).in_(asset_ids))
    if collection.user_id != user_id:
        there = there.where(or_(col(Placement.user_id) == user_id, col(Asset.user_id) == user_id))
    found = {row[0]: row[1] for row in session.execute(there)}
    these = col(Placement.collection_id) == collection.id, col(Placement.asset_seq).in_(found.values())
    session.exec(delete(Placement).where(*these))
    return [each for each in asset_ids if each in found]


# --- looking ------------------------------------------------------------------------------------------------------


def outlines(
    session: Session, user_id: str, workspaces: Sequence[str], collections: Sequence[Collection]
) -> list[Outline]:
    """How many assets of each this person sees, and the newest hung pictures."""
    ids, seen = [each.id for each in collections], may_see(user_id, workspaces)
    counts, covers = _counts(session, ids, seen), _covers(session, ids, seen)
    return [Outline(each, counts.get(each.id, 0), covers.get(each.id, ())) for each in collections]


def wall(
    session: Session, user_id: str, workspaces: Sequence[str], collection_id: str, limit: int, before: Place | None
) -> Wall:
    """One page of what this person sees of a collection that they may look at."""
    return _page(session, collection_id, may_see(user_id, workspaces), limit, before)


def turned_back(
    session: Session, user_id: str, workspaces: Sequence[str], collection_id: str, limit: int, place: Place
) -> Place | None:
    """Where the page of so many begins that ends at this place; None: it is the first."""
    order = (col(Placement.created_at), col(Placement.asset_seq))
    newer = columns(*order).join_from(Placement, Asset, _hung_asset())
    newer = newer.where(col(Placement.collection_id) == collection_id, may_see(user_id, workspaces))
    newer = newer.where(tuple_(*order) > _written(place)).order_by(*order)
    row = session.execute(newer.offset(limit - 1).limit(1)).first()
    return Place(row[0], row[1]) if row else None


def wall_by_link(session: Session, owner_id: str, collection_id: str, limit: int, before: Place | None) -> Wall:
    """One page of what a link shows: only what the owner made, whoever else hung something there."""
    return _page(session, collection_id, by_link(owner_id), limit, before)


def by_link(owner_id: str) -> ColumnElement[bool]:
    """The condition under which a link to a collection of this person opens an asset in it."""
    return (col(Asset.user_id) == owner_id) & (col(Asset.safety) != WITHHELD)


def hung(session: Session, collection_id: str, asset_id: str, condition: ColumnElement[bool]) -> Asset | None:
    """One asset of a collection."""
    query = select(Asset).join(Placement, _hung_asset())
    return session.exec(query.where(Placement.collection_id == collection_id, Asset.id == asset_id, condition)).first()


def holding(session: Session, asset: Asset, collection_ids: Sequence[str]) -> set[str]:
    """Which of these collections an asset hangs in."""
    wanted = col(Placement.collection_id).in_(collection_ids)
    return set(session.exec(select(Placement.collection_id).where(Placement.asset_seq == asset.seq, wanted)))


def _page(
    session: Session, collection_id: str, condition: ColumnElement[bool], limit: int, before: Place | None
) -> Wall:
    order = (col(Placement.created_at), col(Placement.asset_seq))
    query = columns(Asset, *order).join_from(Placement, Asset, _hung_asset())
    query = query.where(col(Placement.collection_id) == collection_id, condition)
    if before:
        query = query.where(tuple_(*order) < _written(before))
    found = session.execute(query.order_by(*(column.desc() for column in order)).limit(limit + 1)).all()
    end = Place(found[limit - 1][1], found[limit - 1][2]) if len(found) > limit else None
    return Wall(tuple(row[0] for row in found[:limit]), end)


def _written(place: Place) -> Any:
    return tuple_(literal(place.hung_at, UtcDateTime()), literal(place.seq))


def _counts(session: Session, collection_ids: Sequence[str], condition: ColumnElement[bool]) -> dict[str, int]:
    wanted = columns(col(Placement.collection_id), func.count()).join_from(Placement, Asset, _hung_asset())
    wanted = wanted.where(col(Placement.collection_id).in_(collection_ids), condition)
    found = session.execute(wanted.group_by(col(Placement.collection_id)))
    return {row[0]: row[1] for row in found}


def _covers(
    session: Session, collection_ids: Sequence[str], condition: ColumnElement[bool]
) -> dict[str, tuple[Asset, ...]]:
    """The newest hung pictures of each. All by two queries, for there may be hundreds of collections; in one with
    thousands of assets, each place is still found by its index.
    """
    places = (_cover(condition, number) for number in range(COVERS))
    walls = session.execute(columns(col(Collection.id), *places).where(col(Collection.id).in_(collection_ids))).all()
    wanted = {seq for _, *hung_there in walls for seq in hung_there if seq is not None}
    found = {each.seq: each for each in session.exec(select(Asset).where(col(Asset.seq).in_(wanted)))}
    return {one: tuple(found[seq] for seq in hung_there if seq in found) for one, *hung_there in walls}


def _cover(condition: ColumnElement[bool], number: int) -> Any:
    """Which picture hangs at this place of a collection, counted from the newest."""
    order = (col(Placement.created_at).desc(), col(Placement.asset_seq).desc())
    pictured = condition & col(Asset.kind).in_(PICTURED) & (col(Asset.safety) == "")
    there = columns(col(Placement.asset_seq)).join_from(Placement, Asset, _hung_asset())
    there = there.where(col(Placement.collection_id) == col(Collection.id), pictured).order_by(*order)
    return there.limit(1).offset(number).correlate(Collection).scalar_subquery()


def _hung_asset() -> Any:
    return col(Asset.seq) == col(Placement.asset_seq)
