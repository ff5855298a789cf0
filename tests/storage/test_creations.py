import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from storage import creations
from storage.database import Database
from storage.deletion import mark
from storage.errors import Forgotten
from storage.tables import Creation, CreationState, Inbound, Thread, now
from tests.storage.rows import Rows, wish

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


def test_the_same_event_makes_one_creation(rows: Rows, ada: str) -> None:
    new = wish(ada, event_key="discord:1")
    first = rows.write(lambda session: creations.record(session, new))
    again = rows.write(lambda session: creations.record(session, new))
    assert first == (again[0], True)
    assert again[1] is False
    assert len(rows.sql("SELECT * FROM creation")) == len(rows.sql("SELECT * FROM inbound")) == 1


async def test_twenty_deliveries_of_one_event_at_once_make_one_creation(database: Database) -> None:
    from storage import people

    ada = await database.write(lambda session: people.local_user(session).id)
    other = Database(database.url)  # as a second process would
    try:
        found = await asyncio.gather(
            *(
                each.record(lambda session: creations.record(session, wish(ada, event_key="slack:Ev1")))
                for each in (database, other) * 10
            )
        )
    finally:
        other.close()
    assert len({creation_id for creation_id, _ in found}) == 1
    assert [is_new for _, is_new in found].count(True) == 1
    rows = await database.read(lambda s: (len(s.exec(select(Creation)).all()), len(s.exec(select(Inbound)).all())))
    assert rows == (1, 1)


def test_another_event_makes_another_creation_in_the_same_thread(rows: Rows, ada: str) -> None:
    one, two = (rows.creation(ada, thread_ref="rest:-:-:t") for _ in range(2))
    assert one.id != two.id
    assert one.thread_id == two.thread_id


def test_a_forgotten_person_can_record_nothing(rows: Rows, ada: str) -> None:
    rows.write(lambda session: mark(session, ada))
    with pytest.raises(Forgotten):
        rows.write(lambda session: creations.record(session, wish(ada)))
    with pytest.raises(Forgotten):
        rows.write(lambda session: creations.record(session, wish("0" * 32)))
    assert rows.sql("SELECT * FROM creation") == rows.sql("SELECT * FROM inbound") == []


def test_a_stranger_sees_no_creation_and_cannot_cancel_it(rows: Rows, ada: str, bob: str) -> None:
    creation = rows.creation(ada)
    assert rows.read(lambda session: creations.snapshot(session, creation.id, bob)) is None
    assert rows.read(lambda session: creations.snapshot(session, creation.id, ada)) is not None
    assert rows.write(lambda session: creations.cancel(session, bob, creation.id)) is None
    assert rows.sql("SELECT state FROM creation") == [("queued",)]


def test_a_thread_is_open_to_its_owner_and_to_its_workspace_only(rows: Rows, ada: str, bob: str) -> None:
    from storage.people import workspace_of

    team = rows.write(lambda session: workspace_of(session, "slack", "T1").id)
    other = rows.write(lambda session: workspace_of(session, "slack", "T2").id)
    rows.creation(ada, thread_ref="slack:T1:C:1", workspace_id=team)
    rows.creation(ada, thread_ref="rest:-:-:private")

    def open_to(user: str, workspace: str | None, ref: str) -> bool:
        return rows.read(lambda session: creations.thread_of(session, user, workspace, ref)) is not None

    assert open_to(ada, None, "slack:T1:C:1")
    assert open_to(bob, team, "slack:T1:C:1")
    assert not open_to(bob, other, "slack:T1:C:1")
    assert not open_to(bob, None, "slack:T1:C:1")
    assert not open_to(bob, None, "rest:-:-:private")
    assert not open_to(ada, None, "rest:-:-:missing")


async def test_of_two_workers_that_admit_one_creation_one_wins(database: Database) -> None:
    from storage import people

    ada = await database.write(lambda session: people.local_user(session).id)
    creation_id, _ = await database.write(lambda session: creations.record(session, wish(ada)))
    other = Database(database.url)
    try:
        won = await asyncio.gather(
            *(
                each.write(lambda session, name=name: creations.admit(session, creation_id, name, HOUR))
                for name, each in (("one", database), ("two", other))
            )
        )
    finally:
        other.close()
    assert sorted(won) == [False, True]
    creation = await database.read(lambda session: session.get_one(Creation, creation_id))
    assert creation.state == CreationState.RUNNING
    assert creation.worker == ("one" if won[0] else "two")
    assert creation.deadline_at and creation.started_at
    assert creation.deadline_at - creation.started_at == HOUR


def test_cancelling_what_waits_ends_it_at_once(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    assert rows.write(lambda session: creations.cancel(session, ada, creation.id)) == CreationState.QUEUED
    ended = rows.read(lambda session: session.get_one(Creation, creation.id))
    assert ended.state == CreationState.CANCELLED
    assert ended.finished_at is not None
    assert ended.revision > creation.revision
    assert rows.write(lambda session: creations.admit(session, creation.id, "w", HOUR)) is False


def test_cancelling_what_runs_asks_it_to_stop_once(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    rows.write(lambda session: creations.admit(session, creation.id, "w", HOUR))
    rows.write(lambda session: creations.cancel(session, ada, creation.id))
    asked = rows.read(lambda session: session.get_one(Creation, creation.id))
    assert asked.state == CreationState.RUNNING
    assert rows.read(lambda session: creations.stopped(session, now())) == {creation.id: "cancelled"}
    rows.write(lambda session: creations.cancel(session, ada, creation.id))
    again = rows.read(lambda session: session.get_one(Creation, creation.id))
    assert (again.cancel_requested_at, again.revision) == (asked.cancel_requested_at, asked.revision)


@pytest.mark.parametrize("state", [state for state in CreationState if state.final])
def test_what_has_ended_is_left_as_it_is(rows: Rows, ada: str, state: CreationState) -> None:
    creation = rows.creation(ada)
    rows.write(lambda session: creations.change(session, creation.id, state=state, reply="the end"))
    assert rows.write(lambda session: creations.cancel(session, ada, creation.id)) == state
    rows.write(lambda session: creations.change(session, creation.id, state=CreationState.RUNNING, reply="changed"))
    ended = rows.read(lambda session: session.get_one(Creation, creation.id))
    assert (ended.state, ended.reply, ended.cancel_requested_at) == (state, "the end", None)


def test_a_deadline_that_passed_stops_a_creation_and_only_then(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    rows.write(lambda session: creations.admit(session, creation.id, "w", HOUR))
    assert rows.read(lambda session: creations.stopped(session, now())) == {}
    assert rows.read(lambda session: creations.stopped(session, now() + 2 * HOUR)) == {creation.id: "deadline"}


def test_an_ended_step_keeps_its_end(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    step = rows.step(creation)
    for state in ("complete", "error"):
        rows.write(lambda session, state=state: creations.change_step(session, step, state=state))
    assert rows.sql("SELECT state FROM step") == [("complete",)]


def test_a_round_is_counted_once_per_creation(rows: Rows, ada: str) -> None:
    one, two = (rows.creation(ada, thread_ref="rest:-:-:t") for _ in range(2))

    def number(creation: Creation) -> tuple[int, bool]:
        return rows.write(lambda session: creations.next_round(session, session.get_one(Creation, creation.id)))

    assert [number(two), number(two), number(one), number(two)] == [(1, True), (1, False), (2, True), (1, False)]


def test_a_thread_tells_its_newest_creations_oldest_first(rows: Rows, ada: str) -> None:
    made = [rows.creation(ada, thread_ref="rest:-:-:t", prompt=str(i)) for i in range(5)]

    def prompts(session: Session) -> list[str]:
        told = creations.thread_snapshots(session, made[0].thread_id, made[3].created_at, limit=3)
        return [each.creation.prompt for each in told]

    assert rows.read(prompts) == ["1", "2", "3"]


def test_a_person_s_threads_are_listed_by_their_newest_creation(rows: Rows, ada: str, bob: str) -> None:
    for ref in ("a", "b", "a"):
        rows.creation(ada, thread_ref=f"rest:-:-:{ref}")
    rows.creation(bob, thread_ref="rest:-:-:c")
    threads: list[Thread] = rows.read(lambda session: creations.recent_threads(session, ada))
    assert [thread.ref for thread in threads] == ["rest:-:-:a", "rest:-:-:b"]
