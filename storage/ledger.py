"""Money: reserved before anything paid starts, settled from what it cost, released when it did not happen.

All amounts are integer micro-dollars; periods are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, delete, select, update

from storage import rows
from storage.tables import Budget, Charge, ChargeState, now


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that a reservation must fit into. `micros` None: counted only."""

    scope: str
    key: str
    period: str
    micros: int | None

    @property
    def id(self) -> str:
        """The id of its `Budget` row."""
        return f"{self.scope}:{self.key}:{self.period}"


@dataclass(frozen=True, slots=True)
class Hold:
    """The highest price of one step."""

    step_id: str
    provider: str
    model: str
    micros: int


@dataclass(frozen=True, slots=True)
class Short:
    """Why a reservation was refused."""

    limit: Limit
    left_micros: int


def reserve(
    session: Session,
    limits: Sequence[Limit],
    holds: Sequence[Hold],
    *,
    creation_id: str,
    user_id: str,
    workspace_id: str | None,
) -> Short | None:
    """Hold the price of all steps of a turn in every budget, or of none: the caller rolls back on a `Short`."""
    total = sum(hold.micros for hold in holds)
    for limit in limits:  # always in one order, as they are given back: two that lock the same rows must not cross
        if not _take(session, limit, total):
            return Short(limit, _left(session, limit))
    for hold in holds:
        rows.insert(
            session,
            Charge,
            creation_id=creation_id,
            step_id=hold.step_id,
            user_id=user_id,
            workspace_id=workspace_id,
            provider=hold.provider,
            model=hold.model,
            reserved_micros=hold.micros,
            budgets=[limit.id for limit in limits],
        )
    return None


def settle(session: Session, step_id: str, micros: int) -> bool:
    """Turn a step's hold into what it cost; False where there is none: it was free, or is settled already."""
    return _close(session, step_id, ChargeState.SETTLED, micros)


def settle_whole(session: Session, step_id: str) -> int:
    """Count a step's whole hold as spent, because it may have been; returns how much that was."""
    charge = _held(session, step_id)
    held: int = charge.reserved_micros if charge else 0
    settle(session, step_id, held)
    return held


def release(session: Session, step_id: str) -> None:
    """Give a step's hold back."""
    _close(session, step_id, ChargeState.RELEASED, 0)


def release_all(session: Session, creation_id: str) -> None:
    """Give back what an ended creation still holds."""
    for charge in rows.read(session, _HELD_BY_CREATION, of=creation_id):
        release(session, charge.step_id or "")


def forget(session: Session, user_id: str) -> None:
    """Keep a person's charges without a name, so that totals hold, and drop the counters that were theirs alone."""
    charges = session.exec(select(Charge).where(Charge.user_id == user_id)).all()
    for charge in charges:
        release(session, charge.step_id or "")
    for own in {
        each for charge in charges for each in charge.budgets if each.startswith(("creation:", "user:", "member:"))
    }:
        session.exec(delete(Budget).where(col(Budget.id) == own))
    session.exec(
        update(Charge)
        .where(col(Charge.user_id) == user_id)
        .values(user_id=None, creation_id=None, step_id=None, workspace_id=None, budgets=[])
    )


def spent(session: Session, user_id: str, since: datetime) -> int:
    """What a person's settled work cost since a moment."""
    found = rows.read(session, _SPENT, of=user_id, since=since)
    return int(found[0][0])


@dataclass(frozen=True, slots=True)
class Spending:
    """What one person's calls of one model cost on one day (UTC)."""

    day: str
    user_id: str
    provider: str
    model: str
    calls: int
    usd: float


def spending(session: Session, since: datetime) -> list[Spending]:
    """All settled charges by day, person and model, the oldest first; a forgotten person's have no name."""
    day = func.date(col(Charge.created_at))
    keys = (day, col(Charge.user_id), col(Charge.provider), col(Charge.model))
    query = (
        columns(*keys, func.count(), func.sum(col(Charge.settled_micros)))
        .where(col(Charge.state) == ChargeState.SETTLED, col(Charge.created_at) >= since)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        Spending(str(day), user_id or "", provider, model, calls, int(micros) / 1_000_000)
        for day, user_id, provider, model, calls, micros in session.execute(query)
    ]


def _take(session: Session, limit: Limit, micros: int) -> bool:
    """Hold an amount in one budget; its row is made when it is first asked for."""
    if _raised(session, limit, micros):
        return True
    rows.claim(session, Budget(id=limit.id, scope=limit.scope, period=limit.period))
    return _raised(session, limit, micros)


def _raised(session: Session, limit: Limit, micros: int) -> bool:
    values = {"of": limit.id, "more": micros, "most": limit.micros}
    return bool(rows.write(session, _COUNT if limit.micros is None else _COUNT_WITHIN, values))


def _left(session: Session, limit: Limit) -> int:
    budget = session.get_one(Budget, limit.id)
    return max(0, (limit.micros or 0) - budget.reserved_micros - budget.spent_micros)


def _close(session: Session, step_id: str, state: ChargeState, micros: int) -> bool:
    charge = _held(session, step_id)
    if charge is None:
        return False
    returned = {"held": charge.reserved_micros, "spent": micros}
    if charge.budgets:
        rows.write(session, _RETURN, [returned | {"of": each} for each in charge.budgets])
    closed = {"of": charge.id, "state": state, "settled_micros": micros, "settled_at": now()}
    rows.write(session, _CLOSE, closed)
    return True


def _held(session: Session, step_id: str) -> Any:
    """The charge that holds a step's price, if there is one."""
    return next(iter(rows.read(session, _HELD, of=step_id)), None)


_BUDGETS, _CHARGES = rows.table_of(Budget).c, rows.table_of(Charge).c
_OF: Any = bindparam("of")
_MORE: Any = bindparam("more")
_MOST: Any = bindparam("most", type_=BigInteger)
_COUNT = (
    update_rows(rows.table_of(Budget))
    .where(_BUDGETS.id == _OF)
    .values(reserved_micros=_BUDGETS.reserved_micros + _MORE, limit_micros=_MOST)
)
_COUNT_WITHIN = _COUNT.where(_BUDGETS.reserved_micros + _BUDGETS.spent_micros + _MORE <= _MOST)
_RETURN = (
    update_rows(rows.table_of(Budget))
    .where(_BUDGETS.id == _OF)
    .values(
        reserved_micros=_BUDGETS.reserved_micros - bindparam("held"),
        spent_micros=_BUDGETS.spent_micros + bindparam("spent"),
    )
)
_CLOSE = update_rows(rows.table_of(Charge)).where(_CHARGES.id == _OF)
_RESERVED = columns(_CHARGES.id, _CHARGES.step_id, _CHARGES.budgets, _CHARGES.reserved_micros).where(
    _CHARGES.state == ChargeState.RESERVED
)
_RESERVED = _RESERVED.with_for_update()  # of two who close a charge at once, one gives its hold back
_HELD = _RESERVED.where(_CHARGES.step_id == _OF)
_HELD_BY_CREATION = _RESERVED.where(_CHARGES.creation_id == _OF)
_SPENT = columns(func.coalesce(func.sum(_CHARGES.settled_micros), 0)).where(
    _CHARGES.user_id == _OF, _CHARGES.state == ChargeState.SETTLED, _CHARGES.created_at >= bindparam("since")
)
