"""What has been kept long enough: assets and words go in small batches, as each costs; keys go at once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select, update

from storage import rows
from storage.tables import (
    UNFINISHED,
    Allowance,
    Asset,
    Creation,
    Inbound,
    JoinCode,
    Placement,
    Share,
    SignIn,
    Turn,
    Vote,
    now,
)

BATCH = 200


def claim(session: Session, name: str, at: datetime, every: timedelta) -> bool:
    """Whether this process does a night's work. Of several that ask, one does, and none again before its time."""
    key = f"nightly:{name}"
    rows.claim(session, Allowance(key=key, tokens=0.0, at=at - 2 * every))
    mine = update(Allowance).where(col(Allowance.key) == key, col(Allowance.at) <= at - every).values(at=at)
    return bool(session.exec(mine).rowcount)


def unused_uploads(session: Session, before: datetime, after: int) -> list[Asset]:
    """Uploads that nobody marked or hung up, and that nothing which is there was made from; by `seq`."""
    later = aliased(Asset)
    names_it = cast(col(later.inputs), Text).contains(col(Asset.id))
    made = exists().where(col(later.user_id) == col(Asset.user_id), col(later.seq) > col(Asset.seq), names_it)
    query = _let_go(before, after).where(
        col(Asset.kind) == "upload",
        col(Asset.tags) == "",
        ~exists().where(col(Vote.asset_id) == col(Asset.id)),
        ~exists().where(col(later.parent_id) == col(Asset.id)),
        ~made,
    )
    return list(session.exec(query.limit(BATCH)))


def old_assets(session: Session, before: datetime, after: int) -> list[Asset]:
    """Assets from before a moment, but for favourites and those in a collection; by `seq`."""
    return list(session.exec(_let_go(before, after).limit(BATCH)))


def _let_go(before: datetime, after: int) -> Any:
    """Old, not a favourite, in no collection, shown by no link, and not what somebody works from just now."""
    share = exists().where(col(Share.asset_id) == col(Asset.id), col(Share.revoked_at).is_(None))
    works = exists().where(
        col(Creation.user_id) == col(Asset.user_id),
        col(Creation.state).in_(UNFINISHED),
        cast(col(Creation.inputs), Text).contains(col(Asset.id)),
    )
    return (
        select(Asset)
        .where(col(Asset.created_at) < before, col(Asset.seq) > after, col(Asset.favourite).is_(False))
        .where(~exists().where(col(Placement.asset_seq) == col(Asset.seq)), ~share, ~works)
        .order_by(col(Asset.seq))
    )


def blank_turns(session: Session, before: datetime) -> int:
    """Take a planner's words out of ended creations; which calls led to which results stays. Returns how many."""
    ended = col(Creation.state).not_in(UNFINISHED)
    query = select(Turn).join(Creation, col(Creation.id) == col(Turn.creation_id)).where(ended)
    query = query.where(col(Turn.created_at) < before, col(Turn.blanked_at).is_(None))
    found = list(session.exec(query.limit(BATCH)))
    for turn in found:
        turn.text, turn.answers, turn.blanked_at = "", {}, now()
        turn.calls = [call | {"arguments": "{}"} for call in turn.calls]
        session.add(turn)
    return len(found)


def let_keys_go(session: Session, before: datetime, at: datetime) -> int:
    """Delivery keys from before a moment, and sign-in links, join codes and shares that open nothing any more."""
    spent = at - timedelta(days=1)
    gone = (
        delete(Inbound).where(col(Inbound.created_at) < before),
        delete(SignIn).where(col(SignIn.expires_at) < spent),
        delete(JoinCode).where(col(JoinCode.expires_at) < spent),
        delete(Share).where(or_(col(Share.expires_at) < before, col(Share.revoked_at) < before)),
    )
    return sum(session.exec(each).rowcount for each in gone)
