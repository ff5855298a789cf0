"""A few numbers over all rows, for whoever watches the house: cheap enough to be asked every few seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col

from storage.tables import UNFINISHED, Budget, Creation, CreationState


@dataclass(frozen=True, slots=True)
class Counts:
    """What there is to do, and what is left to spend."""

    unfinished: dict[CreationState, int]
    oldest_queued_s: float
    """How long the first in line has waited; 0 where nobody waits."""
    budget: dict[str, int]
    """Today's budget of the whole installation in micro-dollars: `reserved`, `spent`, and `limit` if there is one."""


def counts(session: Session, at: datetime) -> Counts:
    """All of them, from two indexed looks."""
    states = (col(Creation.state), func.count(), func.min(col(Creation.created_at)))
    query = columns(*states).where(col(Creation.state).in_(UNFINISHED)).group_by(col(Creation.state))
    found = {state: (count, oldest) for state, count, oldest in session.execute(query)}
    queued = found.get(CreationState.QUEUED)
    return Counts(
        {state: found[state][0] if state in found else 0 for state in UNFINISHED},
        max(0.0, (at - queued[1]).total_seconds()) if queued else 0.0,
        _budget(session, at),
    )


def _budget(session: Session, at: datetime) -> dict[str, int]:
    budget = session.get(Budget, f"total:all:{at.astimezone(UTC):%Y-%m-%d}")
    if budget is None:
        return {"reserved": 0, "spent": 0}
    limit = {} if budget.limit_micros is None else {"limit": budget.limit_micros}
    return {"reserved": budget.reserved_micros, "spent": budget.spent_micros} | limit


def alive(session: Session) -> None:
    """Ask for nothing: it answers, or it raises."""
    session.execute(columns(1))
