"""Forgetting a person: first a mark that stops everything new, then their rows, in an order that can be resumed."""

from dataclasses import dataclass

from sqlmodel import Session, col, delete, select, update

from storage import ledger
from storage.people import LOCAL
from storage.tables import (
    UNFINISHED,
    Account,
    Asset,
    Collection,
    Creation,
    CreationState,
    Inbound,
    JoinCode,
    Look,
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


@dataclass(frozen=True, slots=True)
class Remains:
    """What was found of a person when they asked to be forgotten."""

    creation_ids: list[str]
    assets: int


def mark(session: Session, user_id: str) -> bool:
    """Refuse everything new for this person and stop what runs. False where there is no such person."""
    user = session.get(User, user_id)
    if user is None:
        return False
    user.forgotten_at = user.forgotten_at or now()
    session.add(user)
    session.exec(
        update(Creation)
        .where(col(Creation.user_id) == user_id, col(Creation.state).in_(UNFINISHED))
        .values(cancel_requested_at=now())
    )
    session.exec(
        update(Creation)
        .where(col(Creation.user_id) == user_id, col(Creation.state) == CreationState.QUEUED)
        .values(state=CreationState.CANCELLED, finished_at=now())
    )
    return True


def marked(session: Session) -> list[str]:
    """People whose forgetting was begun and not ended."""
    return list(session.exec(select(User.id).where(col(User.forgotten_at).is_not(None))))


def remains(session: Session, user_id: str) -> Remains:
    """What there is to delete."""
    ids = list(session.exec(select(Creation.id).where(Creation.user_id == user_id)))
    assets = len(session.exec(select(Asset.seq).where(Asset.user_id == user_id)).all())
    return Remains(ids, assets)


def erase(session: Session, user_id: str) -> None:
    """Delete every row of a person. Charges stay, without a name, so that totals hold."""
    ledger.forget(session, user_id)
    _let_go(session, user_id)
    for table in (Vote, Share, Asset, Post, Step, Turn, Inbound):
        session.exec(delete(table).where(col(table.user_id) == user_id))
    session.exec(delete(Creation).where(col(Creation.user_id) == user_id))
    _leave_threads(session, user_id)
    for key in (SignIn, Token, JoinCode):
        session.exec(delete(key).where(col(key.user_id) == user_id))
    _leave(session, user_id)
    _purge_index(session)


def _let_go(session: Session, user_id: str) -> None:
    """Take their assets and collections out of everything that points to them, also of others."""
    theirs, seqs = select(Asset.id).where(Asset.user_id == user_id), select(Asset.seq).where(Asset.user_id == user_id)
    walls = select(Collection.id).where(Collection.user_id == user_id)
    session.exec(delete(Vote).where(col(Vote.asset_id).in_(theirs)))
    session.exec(delete(Placement).where(col(Placement.asset_seq).in_(seqs) | col(Placement.collection_id).in_(walls)))
    for table in (Tag, Look, Collection):
        session.exec(delete(table).where(col(table.user_id) == user_id))
    session.exec(update(Asset).where(col(Asset.credit_id) == user_id).values(credit_id=None))


def _leave(session: Session, user_id: str) -> None:
    """The person goes, but for the one at this machine: they begin anew with nothing, under the id surfaces hold."""
    accounts = session.exec(select(Account).where(Account.user_id == user_id)).all()
    if any(account.platform == LOCAL for account in accounts):
        session.exec(update(User).where(col(User.id) == user_id).values(forgotten_at=None))
        return
    session.exec(delete(Account).where(col(Account.user_id) == user_id))
    session.exec(delete(User).where(col(User.id) == user_id))


def _leave_threads(session: Session, user_id: str) -> None:
    """A thread in which others made something goes on without its opener's name and words."""
    mine = select(Thread.id).where(Thread.user_id == user_id)
    shared = select(Creation.thread_id).where(col(Creation.thread_id).in_(mine))
    session.exec(delete(Thread).where(col(Thread.user_id) == user_id, col(Thread.id).not_in(shared)))
    for thread in session.exec(select(Thread).where(Thread.user_id == user_id)).all():
        heir = session.exec(select(Creation.user_id).where(Creation.thread_id == thread.id)).first()
        thread.user_id, thread.title = heir or thread.user_id, ""
        session.add(thread)
    session.flush()


def _purge_index(session: Session) -> None:
    """Deleted words linger in the segments of a full-text index until they are merged."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("INSERT INTO asset_search(asset_search) VALUES ('optimize')")
