"""Two people who turn out to be one: the accounts move at once, and all rows of the one follow to the other."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, literal, or_
from sqlmodel import Session, col, delete, select, update

from storage import rows
from storage.people import LOCAL
from storage.tables import (
    Account,
    Asset,
    Budget,
    Charge,
    ChargeState,
    Collection,
    Creation,
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
    new_id,
)

CODE_LIFE = timedelta(minutes=10)
WRONG = "wrong:"
"""Begins the row of a wrong try, which counts against its person as long as a code would live."""
BATCH = 100
OF_CREATION: tuple[Any, ...] = (Turn, Step, Post, Inbound, Asset)
PERSONAL: tuple[Any, ...] = (Tag, Look, Placement, Share, Collection, Thread)
FOLLOWING: tuple[Any, ...] = (Creation, Asset, Charge, Vote, Membership, *PERSONAL, *OF_CREATION[:-1])
_NOTHING = {"reserved_micros": 0, "spent_micros": 0}


# --- codes -------------------------------------------------------------------------------------------------------


def add_code(session: Session, user_id: str, sha256: str, at: datetime) -> None:
    """A new code; those that the person showed before count no more."""
    session.exec(delete(JoinCode).where(col(JoinCode.user_id) == user_id, ~col(JoinCode.sha256).startswith(WRONG)))
    session.add(JoinCode(sha256=sha256, user_id=user_id, expires_at=at + CODE_LIFE))


def code(session: Session, sha256: str) -> JoinCode | None:
    """A code's row."""
    return session.get(JoinCode, sha256)


def use(session: Session, sha256: str, at: datetime) -> bool:
    """Use a code up. Of two who enter it at once, one does."""
    used = session.exec(
        update(JoinCode)
        .where(col(JoinCode.sha256) == sha256, col(JoinCode.used_at).is_(None), col(JoinCode.expires_at) > at)
        .values(used_at=at)
    )
    return bool(used.rowcount)


def wrong(session: Session, user_id: str, at: datetime) -> None:
    """Note a wrong try."""
    session.add(JoinCode(sha256=WRONG + new_id(), user_id=user_id, expires_at=at + CODE_LIFE, used_at=at))


def wrongs(session: Session, user_id: str, at: datetime) -> int:
    """How many wrong tries count at a moment."""
    mine = col(JoinCode.user_id) == user_id, col(JoinCode.sha256).startswith(WRONG), col(JoinCode.expires_at) > at
    return int(session.exec(select(func.count()).select_from(JoinCode).where(*mine)).one())


# --- joining -----------------------------------------------------------------------------------------------------


def is_local(session: Session, user_id: str) -> bool:
    """Whether this is the person at this machine, whose id surfaces hold."""
    query = select(Account.id).where(Account.user_id == user_id, Account.platform == LOCAL)
    return session.exec(query).first() is not None


def unite(session: Session, gone: str, stays: str) -> None:
    """From this transaction on, whoever comes by an account or key of `gone` is `stays`, with one budget."""
    session.exec(update(User).where(col(User.joined_to) == gone).values(joined_to=stays))
    session.exec(update(User).where(col(User.id) == gone).values(joined_to=stays, name=""))
    for table in (Account, Token, SignIn):
        session.exec(update(table).where(col(table.user_id) == gone).values(user_id=stays))
    session.exec(delete(JoinCode).where(col(JoinCode.user_id) == gone))
    _move_budgets(session, gone, stays)
    held = select(Charge).where(Charge.user_id == gone, Charge.state == ChargeState.RESERVED)
    _move_charges(session, session.exec(held).all(), gone, stays)


def unmoved(session: Session) -> list[tuple[str, str]]:
    """Joined people of whom rows are still to follow, and whom they follow."""
    left = (exists().where(col(table.user_id) == col(User.id)) for table in FOLLOWING)
    begun = literal("user:").concat(col(User.id))
    counted = exists().where(col(Budget.id) >= begun.concat(":"), col(Budget.id) < begun.concat(";"))
    query = select(User.id, User.joined_to).where(col(User.joined_to).is_not(None), or_(*left, counted))
    return [(gone, stays) for gone, stays in session.exec(query) if stays]


def move(session: Session, gone: str, stays: str) -> bool:
    """Let some rows follow: all that are few, and a batch of what may be many. True while there is more."""
    _rename_collections(session, gone, stays)
    _leave_what_stays_has(session, gone, stays)
    for table in (*PERSONAL, Vote, Membership):
        session.exec(update(table).where(col(table.user_id) == gone).values(user_id=stays))
    session.exec(update(Asset).where(col(Asset.credit_id) == gone).values(credit_id=stays))
    _move_budgets(session, gone, stays)
    moved = _move_creations(session, gone, stays) + _move_uploads(session, gone, stays)
    charges = session.exec(select(Charge).where(Charge.user_id == gone).limit(BATCH)).all()
    _move_charges(session, charges, gone, stays)
    _move_rest(session, gone, stays)
    return moved + len(charges) > 0


def _move_creations(session: Session, gone: str, stays: str) -> int:
    """A creation and all that hangs on it in one transaction, so that whoever looks sees it whole."""
    ids = session.exec(select(Creation.id).where(Creation.user_id == gone).limit(BATCH)).all()
    for table in OF_CREATION if ids else ():
        mine = col(table.creation_id).in_(ids), col(table.user_id) == gone
        session.exec(update(table).where(*mine).values(user_id=stays))
    session.exec(update(Creation).where(col(Creation.id).in_(ids)).values(user_id=stays))
    return len(ids)


def _move_uploads(session: Session, gone: str, stays: str) -> int:
    """What hangs on no creation of theirs."""
    ids = session.exec(select(Asset.id).where(Asset.user_id == gone).limit(BATCH)).all()
    session.exec(update(Asset).where(col(Asset.id).in_(ids)).values(user_id=stays))
    return len(ids)


def _move_rest(session: Session, gone: str, stays: str) -> None:
    """What work in flight wrote in the old name after its creation had moved."""
    if session.exec(select(Creation.id).where(Creation.user_id == gone).limit(1)).first():
        return
    for table in OF_CREATION[:-1]:
        session.exec(update(table).where(col(table.user_id) == gone).values(user_id=stays))


def _rename_collections(session: Session, gone: str, stays: str) -> None:
    """Both have `Summer`: the one that comes is `Summer (2)`."""
    taken = set(session.exec(select(Collection.name).where(col(Collection.user_id).in_((gone, stays)))))
    theirs = set(session.exec(select(Collection.name).where(Collection.user_id == stays)))
    for each in session.exec(select(Collection).where(Collection.user_id == gone)).all():
        if each.name in theirs:
            each.name = _free(each.name, taken)
            taken.add(each.name)
            session.add(each)
    session.flush()


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def _leave_what_stays_has(session: Session, gone: str, stays: str) -> None:
    """Where both voted on one asset, or are in one workspace, theirs counts to whom the other comes."""
    voted = select(Vote.asset_id).where(Vote.user_id == stays)
    session.exec(delete(Vote).where(col(Vote.user_id) == gone, col(Vote.asset_id).in_(voted)))
    known = select(Membership.workspace_id).where(Membership.user_id == stays)
    session.exec(delete(Membership).where(col(Membership.user_id) == gone, col(Membership.workspace_id).in_(known)))


# --- money -------------------------------------------------------------------------------------------------------


def _move_budgets(session: Session, gone: str, stays: str) -> None:
    """What both have spent and hold adds up. Locked as they are read: what is settled just now is waited for."""
    theirs = select(Budget).where(_is_of(gone)).order_by(col(Budget.id)).with_for_update()
    for budget in session.exec(theirs).all():
        kept = Budget(**budget.model_dump() | {"id": _renamed(budget.id, gone, stays)} | _NOTHING)
        rows.claim(session, kept)
        session.exec(
            update(Budget)
            .where(col(Budget.id) == kept.id)
            .values(
                reserved_micros=Budget.reserved_micros + budget.reserved_micros,
                spent_micros=Budget.spent_micros + budget.spent_micros,
            )
        )
        session.delete(budget)
    session.flush()


def _is_of(user_id: str) -> Any:
    """Counters of one person: `user:<id>:<day>` and `member:<workspace>/<id>:<day>`."""
    own = col(Budget.id).startswith(f"user:{user_id}:")
    return own | ((col(Budget.scope) == "member") & col(Budget.id).contains(f"/{user_id}:"))


def _renamed(budget_id: str, gone: str, stays: str) -> str:
    return budget_id.replace(gone, stays) if budget_id.startswith(("user:", "member:")) else budget_id


def _move_charges(session: Session, charges: Iterable[Charge], gone: str, stays: str) -> None:
    """A hold is given back to the counter that has it now."""
    for charge in charges:
        charge.user_id = stays
        charge.budgets = [_renamed(each, gone, stays) for each in charge.budgets]
        session.add(charge)
    session.flush()
