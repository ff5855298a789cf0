"""What a database that was put back must not go on with."""

from sqlmodel import Session, col, select, update

from storage import creations, ledger
from storage.tables import UNFINISHED, Creation, CreationState, now

SENTENCE = "A backup of Easel was put back while this was under way. Please try again."


def interrupt(session: Session) -> int:
    """End what waited or ran when the backup was made: it may have been carried out since, and paid. Returns how many.

    What it held is free again; what it had made by then stays.
    """
    ids = list(session.exec(select(Creation.id).where(col(Creation.state).in_(UNFINISHED))))
    for creation_id in ids:
        ledger.release_all(session, creation_id)
        creations.close_steps(session, creation_id)
    session.exec(
        update(Creation)
        .where(col(Creation.id).in_(ids))
        .values(
            state=CreationState.FAILED,
            error_code="interrupted",
            error_message=SENTENCE,
            finished_at=now(),
            revision=Creation.revision + 1,
        )
    )
    return len(ids)
