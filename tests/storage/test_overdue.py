from datetime import timedelta

import pytest
from sqlmodel import col, update

from storage import creations
from storage.tables import Step, StepState, now
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database


def test_what_is_made_and_waits_for_the_store_alone_is_not_overdue(rows: Rows, ada: str) -> None:
    late, waits = rows.creation(ada), rows.creation(ada)
    for creation in (late, waits):
        rows.write(lambda session, of=creation.id: creations.admit(session, of, "w", timedelta(0)))
    rows.step(late)
    step = rows.step(waits)
    spooled = update(Step).where(col(Step.id) == step.id)
    rows.write(lambda session: session.exec(spooled.values(spooled_at=now())))
    later = now() + timedelta(minutes=5)
    assert rows.read(lambda session: creations.overdue(session, later)) == [late.id]
    rows.write(lambda session: session.exec(spooled.values(state=StepState.ERROR)))
    assert set(rows.read(lambda session: creations.overdue(session, later))) == {late.id, waits.id}
