from datetime import timedelta

import pytest
from sqlmodel import Session

from storage import deletion, finding, ledger, people, posts
from storage.creations import admit
from storage.finding import Query
from storage.ledger import Hold, Limit
from storage.tables import Budget, CreationState, Thread, new_id
from tests.storage.rows import Rows, erase

pytestmark = pytest.mark.each_database

WORDS = "a very private lighthouse"
TOTAL = Limit("total", "all", "2026-01-01", None)


def fill(rows: Rows, user_id: str) -> None:
    """Something in every table that knows people."""
    asset = rows.made(user_id, WORDS, prompt=WORDS)[0]

    def work(session: Session) -> None:
        people.add_token(session, "local")
        people.add_sign_in(session, user_id)
        from storage.tables import Creation

        creation = session.get_one(Creation, asset.creation_id)
        posts.intend(session, creation, "rest:-:-:t", posts.STATUS)
        limits = [Limit("creation", creation.id, "once", None), Limit("user", user_id, "2026-01-01", None), TOTAL]
        for step, micros in ((settled := new_id(), 7), (new_id(), 5)):
            holds = [Hold(step, "fake", "m", micros)]
            ledger.reserve(session, limits, holds, creation_id=creation.id, user_id=user_id, workspace_id=None)
        ledger.settle(session, settled, 7)

    rows.write(work)
    rows.write(lambda session: session.add(people.Token(name=WORDS, sha256=user_id, user_id=user_id)))


def test_every_row_of_a_person_goes_and_every_row_of_the_other_stays(rows: Rows, ada: str, bob: str) -> None:
    fill(rows, ada)
    fill(rows, bob)
    before = {table: [row for row in found if bob in str(row)] for table, found in rows.dump().items()}
    rows.write(lambda session: deletion.mark(session, ada))
    rows.write(lambda session: erase(session, ada))
    after = rows.dump()
    assert [table for table, found in after.items() if ada in str(found)] == []
    segments = "asset_search_data"  # of the index, merged while it forgets
    for table, kept in before.items():
        assert table == segments or all(row in after[table] for row in kept), table
    assert len(rows.read(lambda session: finding.page(session, bob, Query(words="private"))).assets) == 1


@pytest.mark.sqlite_alone
def test_a_person_s_words_are_in_no_byte_of_the_database(rows: Rows, ada: str) -> None:
    fill(rows, ada)
    rows.write(lambda session: erase(session, ada))
    rows.database.close()
    assert rows.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for word in ("private", "lighthouse", ada):
        assert word.encode() not in rows.path.read_bytes()


def test_totals_hold_without_a_name_and_nothing_stays_reserved(rows: Rows, ada: str) -> None:
    fill(rows, ada)
    rows.write(lambda session: erase(session, ada))
    total = rows.read(lambda session: session.get_one(Budget, TOTAL.id))
    assert (total.reserved_micros, total.spent_micros) == (0, 7)
    assert sorted(rows.sql("SELECT settled_micros, user_id, creation_id FROM charge")) == [
        (0, None, None),
        (7, None, None),
    ]


def test_marking_stops_everything_of_a_person_and_nothing_of_another(rows: Rows, ada: str, bob: str) -> None:
    waiting, running, other = rows.creation(ada), rows.creation(ada), rows.creation(bob)
    rows.write(lambda session: admit(session, running.id, "w", timedelta(hours=1)))
    assert rows.write(lambda session: deletion.mark(session, ada)) is True
    states = dict(rows.sql("SELECT id, state FROM creation"))
    asked = dict(rows.sql("SELECT id, cancel_requested_at IS NOT NULL FROM creation"))
    assert states == {
        waiting.id: CreationState.CANCELLED,
        running.id: CreationState.RUNNING,
        other.id: CreationState.QUEUED,
    }
    assert (asked[running.id], asked[other.id]) == (1, 0)
    assert rows.read(deletion.marked) == [ada]


def test_nobody_is_forgotten_who_was_never_here(rows: Rows) -> None:
    assert rows.write(lambda session: deletion.mark(session, "0" * 32)) is False


def test_erasing_again_does_no_harm(rows: Rows, ada: str) -> None:
    fill(rows, ada)
    for _ in range(2):
        rows.write(lambda session: erase(session, ada))
    assert rows.read(deletion.marked) == []


def test_a_thread_in_which_another_made_something_goes_on_without_its_opener(rows: Rows, ada: str, bob: str) -> None:
    rows.creation(ada, thread_ref="slack:T:C:1", prompt=WORDS)
    theirs = rows.creation(bob, thread_ref="slack:T:C:1")
    rows.creation(ada, thread_ref="slack:T:C:2", prompt=WORDS)
    rows.write(lambda session: erase(session, ada))
    thread = rows.read(lambda session: session.get_one(Thread, theirs.thread_id))
    assert (thread.user_id, thread.title) == (bob, "")
    assert rows.sql("SELECT count(*) FROM thread") == [(1,)]


def test_a_forgotten_account_comes_back_as_a_new_person(rows: Rows, ada: str) -> None:
    rows.write(lambda session: erase(session, ada))
    assert rows.person("ada") != ada
