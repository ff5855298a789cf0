"""Words that people give to what they made: a row for each, and all of them on the asset, where search finds them."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from storage.rows import insert_of
from storage.tables import Asset, Tag


def give(session: Session, asset: Asset, names: Sequence[str]) -> None:
    """Let an asset have these tags and no others."""
    if asset.tags.split() == list(names):
        return
    mine = col(Tag.user_id) == asset.user_id, col(Tag.asset_seq) == asset.seq
    session.exec(delete(Tag).where(*mine, col(Tag.name).not_in(names)))
    for name in names:
        row = {"user_id": asset.user_id, "name": name, "asset_seq": asset.seq}
        session.execute(insert_of(session)(Tag).values(**row).on_conflict_do_nothing())
    asset.tags = " ".join(names)
    session.add(asset)
    session.flush()


def listing(session: Session, user_id: str) -> list[tuple[str, int]]:
    """A person's tags and how many assets have each, the most used first."""
    count = func.count().label("count")
    wanted = columns(col(Tag.name), count).where(col(Tag.user_id) == user_id).group_by(col(Tag.name))
    return [(name, used) for name, used in session.execute(wanted.order_by(count.desc(), col(Tag.name)))]


def carrying(session: Session, user_id: str, name: str, limit: int) -> list[Asset]:
    """Some of a person's assets that have a tag."""
    query = select(Asset).join(Tag, col(Tag.asset_seq) == col(Asset.seq))
    return list(session.exec(query.where(Tag.user_id == user_id, Tag.name == name).limit(limit)))


def exists(session: Session, user_id: str, name: str) -> bool:
    """Whether a person uses a tag."""
    return session.exec(select(Tag.name).where(Tag.user_id == user_id, Tag.name == name).limit(1)).first() is not None
