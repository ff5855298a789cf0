"""Who is at work on a shared PostgreSQL: rows that beat, and what becomes of the work of those that stopped.

Times are the database's own, so that no machine's clock decides who is dead. Functions take a `Session`.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select, update

from storage.tables import AT_WORK, Creation, Worker

CLAIM = timedelta(seconds=10)
"""How long whoever takes over is given; then another may try."""


def begin(session: Session, worker: Worker) -> None:
    """Note a worker that starts."""
    moment = session.scalar(columns(func.now()))
    assert moment
    worker.started_at = worker.beat_at = moment
    session.add(worker)


def beat(session: Session, worker_id: str) -> bool:
    """Tell that a worker lives; False where it left, or was found dead."""
    alive = update(Worker).where(col(Worker.id) == worker_id, col(Worker.ended_at).is_(None))
    return bool(session.exec(alive.values(beat_at=func.now())).rowcount)


def end(session: Session, worker_id: str) -> None:
    """A worker leaves: it has let go of everything, and others may take it at once."""
    session.exec(update(Worker).where(col(Worker.id) == worker_id).values(ended_at=func.now()))


def holds(session: Session, worker_id: str) -> bool:
    """Whether a worker still counts as alive. Until this transaction ends, nobody can find it dead."""
    alive = select(Worker.id).where(Worker.id == worker_id, col(Worker.ended_at).is_(None))
    return session.exec(alive.with_for_update(read=True)).first() is not None


def living(session: Session, ttl: timedelta) -> list[Worker]:
    """Those who are at work, the longest there first."""
    fresh = (col(Worker.ended_at).is_(None), col(Worker.beat_at) > func.now() - ttl)
    return list(session.exec(select(Worker).where(*fresh).order_by(col(Worker.started_at), col(Worker.id))))


def dead(session: Session, ttl: timedelta) -> list[str]:
    """Those who left, or have not been heard of for so long, and whose work nobody is taking over just now."""
    return list(session.exec(select(Worker.id).where(_gone(ttl), _unclaimed())))


def claim(session: Session, dead_id: str, ttl: timedelta) -> bool:
    """Declare one dead and begin to take over what it had. Of several that try, one succeeds."""
    gone = update(Worker).where(col(Worker.id) == dead_id, _gone(ttl), _unclaimed())
    ended = func.coalesce(col(Worker.ended_at), func.now())
    return bool(session.exec(gone.values(ended_at=ended, claimed_at=func.now())).rowcount)


def bury(session: Session, dead_id: str) -> None:
    """Nothing of it is left to be taken over."""
    session.exec(delete(Worker).where(col(Worker.id) == dead_id))


def strangers(session: Session, known: Sequence[str] = ()) -> set[str]:
    """Ids under which creations are at work, or which are among `known`, of workers that have no row at all."""
    at_work = columns(col(Creation.worker)).where(col(Creation.state).in_(AT_WORK)).distinct()
    found = {each for each in session.scalars(at_work) if each} | set(known)
    rows = list(session.exec(select(Worker.id)))
    return found - set(rows)


def adopt(session: Session, dead_id: str, worker_id: str, but: Sequence[str]) -> list[str]:
    """Take over the creations of a dead worker that the engine never had in hand; returns their ids."""
    left = select(Creation.id).where(Creation.worker == dead_id, col(Creation.state).in_(AT_WORK))
    found = [each for each in session.exec(left) if each not in set(but)]
    return [each for each in found if take(session, each, worker_id, dead_id)]


def take(session: Session, creation_id: str, worker_id: str, of: str | None = None) -> bool:
    """Make a creation one's own; `of`: only if it is still that one's."""
    own = update(Creation).where(col(Creation.id) == creation_id)
    own = own.where(col(Creation.worker) == of) if of else own
    return bool(session.exec(own.values(worker=worker_id)).rowcount)


def _gone(ttl: timedelta) -> ColumnElement[bool]:
    return or_(col(Worker.ended_at).is_not(None), col(Worker.beat_at) < func.now() - ttl)


def _unclaimed() -> ColumnElement[bool]:
    return or_(col(Worker.claimed_at).is_(None), col(Worker.claimed_at) < func.now() - CLAIM)
