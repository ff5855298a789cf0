"""Words that people give to what they made: a row for each, and all of them on the asset, where search finds them."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from storage import rows
from storage.tables import Asset, Tag


def give(session: Session, asset: Asset, names: Sequence[str]) -> None:
    """Let an asset have these tags and no others."""
    if asset.tags.split() == list(names):
        return
    mine = col(Tag.user_id) == asset.user_id, col(Tag.asset_seq) == asset.seq
    session.exec(delete(Tag).where(*mine, col(Tag.name).not_in(names)))
    for name in names:
        rows.claim(session, Tag(user_id=asset.user_id, name=name, asset_seq=asset.seq or 0))
    asset.tags = " ".join(names)
    session.add(asset)
    session.flush()


def listing(session: Session, user_id: str) -> list[tuple[str, int]]:
    """A person's tags and how many assets have each, the most used first."""
    count = func.count().label("count")
    wanted = columns(col(Tag.name), count).where(col(Tag.user_id) == user_id).group_by(col(Tag.name))
    return [(name, used) for name, used in session.execute(wanted.order_by(count.desc(), col(Tag.name)))]


def carrying(session: Session, user_id: str, name: str, limit: int) -> list[Asset]:
    """Some of a person's assets that have a tag; nobody else changes them meanwhile."""
    query = select(Asset).join(Tag, col(Tag.asset_seq) == col(Asset.seq)).order_by(col(Asset.seq)).limit(limit)
    mine = query.where(Tag.user_id == user_id, Tag.name == name)
    return list(session.exec(mine.with_for_update(of=Asset, **rows.LOCKED)))


def exists(session: Session, user_id: str, name: str) -> bool:
    """Whether a person uses a tag."""
    return session.exec(select(Tag.name).where(Tag.user_id == user_id, Tag.name == name).limit(1)).first() is not None
