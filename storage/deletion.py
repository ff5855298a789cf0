"""Forgetting a person: first a mark that stops everything new, then their rows, in an order that can be resumed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, delete, select, update

from storage import ledger
from storage.people import LOCAL
from storage.tables import (
    UNFINISHED,
    Account,
    Asset,
    Charge,
    Collection,
    Creation,
    CreationState,
    Inbound,
    JoinCode,
    Look,
    Membership,
    Placement,
    Post,
    Share,
    SignIn,
    Step,
    Tag,
    Thread,
    Token,
    Turn,
    User,
    Vote,
    now,
)

OWNED: tuple[Any, ...] = (
    *(Account, Asset, Collection, Creation, Inbound, JoinCode, Look, Membership, Placement, Post),
    *(Share, SignIn, Step, Tag, Token, Turn, Vote),
)
"""Every table whose rows belong to one person each. A thread may go on with somebody else, a charge without anybody."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What was found of a person who asked to be forgotten."""

    persons: list[str]
    """Their own id first, then those of whoever turned out to be them: objects lie under each."""
    at: datetime
    """When they asked."""
    creation_ids: list[str]
    step_ids: list[str]
    rows: dict[str, int]
    """How many rows of each table go."""
    charges: int
    """How many stay, without a name."""


def mark(session: Session, user_id: str) -> bool:
    """Refuse everything new for this person and stop what runs. False where there is no such person."""
    user = session.get(User, user_id)
    if user is None:
        return False
    user.forgotten_at = user.forgotten_at or now()
    session.add(user)
    theirs = col(Creation.user_id).in_(persons(session, user_id))
    session.exec(update(Creation).where(theirs, col(Creation.state).in_(UNFINISHED)).values(cancel_requested_at=now()))
    session.exec(
        update(Creation)
        .where(theirs, col(Creation.state) == CreationState.QUEUED)
        .values(state=CreationState.CANCELLED, finished_at=now())
    )
    return True


def marked(session: Session) -> list[str]:
    """People whose forgetting was begun and not ended."""
    return list(session.exec(select(User.id).where(col(User.forgotten_at).is_not(None))))


def person(session: Session, user_id: str) -> str:
    """The id that a person has by now."""
    return session.exec(select(User.joined_to).where(User.id == user_id)).first() or user_id


def persons(session: Session, user_id: str) -> list[str]:
    """A person's id, and those of all who turned out to be the same one."""
    return [user_id, *session.exec(select(User.id).where(User.joined_to == user_id))]


def began_anew(session: Session, user_id: str, at: datetime) -> bool:
    """Whether there is something newer than their deletion: the person at this machine keeps their id."""
    newer = (
        select(table.id).where(table.user_id == user_id, table.created_at > at + timedelta(seconds=1)).limit(1)
        for table in (Creation, Asset)
    )
    return any(session.exec(query).first() is not None for query in newer)


def unfinished(session: Session, user_id: str) -> bool:
    """Whether any of their creations has not ended."""
    theirs = col(Creation.user_id).in_(persons(session, user_id))
    query = select(Creation.id).where(theirs, col(Creation.state).in_(UNFINISHED))
    return session.exec(query.limit(1)).first() is not None


def remains(session: Session, user_id: str) -> Remains | None:
    """What there is to delete of a person who asked to be forgotten; None where nothing of it is left to do."""
    user = session.get(User, user_id)
    if user is None or user.forgotten_at is None:
        return None
    ids = persons(session, user_id)
    creations = list(session.exec(select(Creation.id).where(col(Creation.user_id).in_(ids))))
    steps = list(session.exec(select(Step.id).where(col(Step.user_id).in_(ids))))
    charges = _count(session, Charge, col(Charge.user_id).in_(ids))
    return Remains(ids, user.forgotten_at, creations, steps, _rows(session, ids), charges)


def _rows(session: Session, ids: list[str]) -> dict[str, int]:
    counts = {table.__tablename__: _count(session, table, col(table.user_id).in_(ids)) for table in OWNED}
    counts["thread"] = _count(session, Thread, _alone(ids))
    return {str(name): count for name, count in sorted(counts.items()) if count}


def _count(session: Session, table: type[SQLModel], where: Any) -> int:
    return int(session.exec(select(func.count()).select_from(table).where(where)).one())


def clear(session: Session, user_id: str) -> None:
    """Delete every row of a person but their own, which keeps the mark until their last object is gone.

    Charges stay, without a name, so that totals hold.
    """
    ids = persons(session, user_id)
    for each in ids:
        ledger.forget(session, each)
    _let_go(session, ids)
    # Tags and looks go after the assets: whoever notes one just now holds its asset's row, which is waited for.
    for table in (Vote, Share, Asset, Tag, Look, Collection, Post, Step, Turn, Inbound):
        session.exec(delete(table).where(col(table.user_id).in_(ids)))
    session.exec(delete(Creation).where(col(Creation.user_id).in_(ids)))
    _leave_threads(session, ids)
    for key in (SignIn, Token, JoinCode, Membership):
        session.exec(delete(key).where(col(key.user_id).in_(ids)))
    _purge_index(session)


def _let_go(session: Session, ids: list[str]) -> None:
    """Take their assets and collections out of everything that points to them, also of others."""
    own = col(Asset.user_id).in_(ids)
    theirs, seqs = select(Asset.id).where(own), select(Asset.seq).where(own)
    walls = select(Collection.id).where(col(Collection.user_id).in_(ids))
    session.exec(delete(Vote).where(col(Vote.asset_id).in_(theirs)))
    hung = col(Placement.asset_seq).in_(seqs) | col(Placement.collection_id).in_(walls)
    session.exec(delete(Placement).where(hung | col(Placement.user_id).in_(ids)))
    session.exec(delete(Share).where(col(Share.asset_id).in_(theirs) | col(Share.collection_id).in_(walls)))
    session.exec(update(Asset).where(col(Asset.credit_id).in_(ids)).values(credit_id=None))


def leave(session: Session, user_id: str) -> None:
    """The person goes, but for the one at this machine: they begin anew with nothing, under the id surfaces hold."""
    ids = persons(session, user_id)
    accounts = session.exec(select(Account).where(col(Account.user_id).in_(ids))).all()
    stays = [account.user_id for account in accounts if account.platform == LOCAL]
    for account in accounts:
        if account.platform != LOCAL:
            session.delete(account)
    session.flush()
    session.exec(update(User).where(col(User.id).in_(stays)).values(forgotten_at=None))
    session.exec(delete(User).where(col(User.id).in_(ids), col(User.id).not_in(stays)))


def _alone(ids: list[str]) -> Any:
    """Their threads in which nobody else made anything."""
    others = select(Creation.id).where(col(Creation.thread_id) == col(Thread.id), col(Creation.user_id).not_in(ids))
    return col(Thread.user_id).in_(ids) & ~others.exists()


def _leave_threads(session: Session, ids: list[str]) -> None:
    """A thread in which others made something goes on without its opener's name and words."""
    session.exec(delete(Thread).where(_alone(ids)))
    for thread in session.exec(select(Thread).where(col(Thread.user_id).in_(ids))).all():
        heir = session.exec(select(Creation.user_id).where(Creation.thread_id == thread.id)).first()
        thread.user_id, thread.title = heir or thread.user_id, ""
        session.add(thread)
    session.flush()


def _purge_index(session: Session) -> None:
    """Deleted words linger in the segments of a full-text index until they are merged."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("INSERT INTO asset_search(asset_search) VALUES ('optimize')")
