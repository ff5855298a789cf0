"""Links that show one asset or collection to whoever holds them: made, listed, taken back, looked at when opened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select, update

from storage import collections
from storage.tables import Asset, Collection, Placement, Share, User


def found(session: Session, share_id: str) -> Share | None:
    """A link's row, whatever became of it; None once its owner asked to be forgotten."""
    query = select(Share).join(User, col(User.id) == col(Share.user_id))
    return session.exec(query.where(Share.id == share_id, col(User.forgotten_at).is_(None))).first()


def open_of(
    session: Session, user_id: str, at: datetime, *, asset_id: str | None = None, collection_id: str | None = None
) -> list[Share]:
    """A person's links that open something now, the newest first: of one asset, one collection, or all of them."""
    query = select(Share).where(Share.user_id == user_id, _is_open(at))
    if asset_id:
        query = query.where(Share.asset_id == asset_id)
    if collection_id:
        query = query.where(Share.collection_id == collection_id)
    return list(session.exec(query.order_by(col(Share.created_at).desc(), col(Share.id)).limit(500)))


def around(session: Session, asset: Asset, at: datetime) -> list[Share]:
    """The open links of its owner's collections that show an asset, too."""
    query = (
        select(Share)
        .join(Placement, col(Placement.collection_id) == col(Share.collection_id))
        .where(Share.user_id == asset.user_id, col(Placement.asset_seq) == asset.seq, _is_open(at))
    )
    return list(session.exec(query.order_by(col(Share.created_at).desc(), col(Share.id))))


def revoke(
    session: Session,
    user_id: str,
    at: datetime,
    *,
    share_id: str | None = None,
    asset_id: str | None = None,
    collection_id: str | None = None,
) -> int:
    """Take back one link, or all of one asset or collection. Returns how many were open."""
    named = (
        (Share.id, share_id),
        (Share.asset_id, asset_id),
        (Share.collection_id, collection_id),
    )
    which = [col(column) == value for column, value in named if value]
    assert which
    taken = session.exec(update(Share).where(col(Share.user_id) == user_id, _is_open(at), *which).values(revoked_at=at))
    return taken.rowcount


def asset(session: Session, share: Share, asset_id: str | None) -> Asset | None:
    """The asset that a link opens: its own, or one that its owner made and that hangs in its collection."""
    if share.collection_id:
        wanted = collections.by_link(share.user_id)
        return collections.hung(session, share.collection_id, asset_id, wanted) if asset_id else None
    if asset_id not in (None, share.asset_id):
        return None
    return session.exec(select(Asset).where(Asset.id == share.asset_id, Asset.user_id == share.user_id)).first()


def lasting(session: Session, asset_id: str) -> tuple[str, int] | None:
    """Whose an asset is, and how often its owner ended its lasting links."""
    wanted = columns(col(Asset.user_id), col(Asset.links_ended)).where(col(Asset.id) == asset_id)
    row = session.execute(wanted).first()
    return (row[0], row[1]) if row else None


def collection(session: Session, share: Share) -> Collection | None:
    """The collection that a link opens."""
    return collections.own(session, share.user_id, share.collection_id) if share.collection_id else None


def names(session: Session, user_id: str, links: Sequence[Share]) -> dict[str, str]:
    """What the collections are called that a person's links open, by their ids."""
    ids = {each.collection_id for each in links if each.collection_id}
    if not ids:
        return {}
    wanted = columns(col(Collection.id), col(Collection.name))
    own = col(Collection.user_id) == user_id
    return {row[0]: row[1] for row in session.execute(wanted.where(own, col(Collection.id).in_(ids)))}


def _is_open(at: datetime) -> ColumnElement[bool]:
    return col(Share.revoked_at).is_(None) & or_(col(Share.expires_at).is_(None), col(Share.expires_at) > at)
