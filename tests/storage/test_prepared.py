"""What runs past the mapper gives and takes the same values as the mapper does, on either database."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, select

from storage import rows as plain
from storage.database import Database
from storage.tables import Asset, Charge, ChargeState, Creation, CreationState, Look, Step, Thread, Turn, User, now
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database

CHARGES = plain.table_of(Charge)
BY_ID = columns(CHARGES).where(CHARGES.c.id == bindparam("of"))
WORDS = {"budgets": ["user:a:2026", "", "ü “quoted” \\ ' %s :of"], "provider": "it's", "model": "100 %"}


def charge(session: Session, **values: Any) -> str:
    plain.insert(session, Charge, id="c", **values)
    return "c"


async def test_a_row_inserted_without_an_object_is_as_one_of_the_class(database: Database) -> None:
    before = now()
    await database.write(lambda session: charge(session, reserved_micros=2**40, **WORDS))
    found = await database.read(lambda session: session.get_one(Charge, "c"))
    assert (found.budgets, found.provider, found.model) == (WORDS["budgets"], "it's", "100 %")
    assert (found.state, found.reserved_micros, found.settled_micros) == (ChargeState.RESERVED, 2**40, 0)
    assert found.settled_at is None
    assert found.workspace_id is None
    assert before <= found.created_at <= now()


@pytest.mark.parametrize("kind", [User, Thread, Creation, Turn, Step, Asset, Charge, Look])
def test_the_defaults_are_the_class_s(kind: type[SQLModel]) -> None:
    required = {name: "x" for name, field in kind.model_fields.items() if field.is_required()}
    row = kind(**required)
    made = {name: getattr(row, name) for name in kind.model_fields if name not in required}
    told = {name: make() for name, make in plain._defaults(kind)}
    assert told.keys() == {name for name, value in made.items() if value is not None}
    assert {name: type(value) for name, value in told.items()} == {name: type(made[name]) for name in told}


def test_what_is_read_is_what_the_mapper_reads(rows: Rows) -> None:
    ada = rows.person("ada")
    creation = rows.creation(ada)
    step = rows.step(creation, arguments={"prompt": "a “lighthouse”", "n": [1, {}]}, progress=0.5)
    (asset,) = rows.assets(creation, step)

    def both(session: Session) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        pairs = []
        for kind, key in ((Creation, creation.id), (Step, step.id), (Asset, asset.id), (Thread, creation.thread_id)):
            table = plain.table_of(kind)
            (found,) = plain.read(session, columns(table).where(table.c.id == bindparam("of")), of=key)
            mapped = session.exec(select(kind).where(kind.id == key)).one()  # type: ignore[attr-defined]
            pairs.append((found._asdict(), mapped.model_dump()))
        return pairs

    for found, mapped in rows.read(both):
        assert found == mapped
        assert {name: type(value) for name, value in found.items()} == {n: type(v) for n, v in mapped.items()}


async def test_values_of_a_statement_s_own_and_given_ones_keep_their_places(database: Database) -> None:
    raised = update_rows(CHARGES).where(CHARGES.c.state == ChargeState.RESERVED, CHARGES.c.id == bindparam("of"))
    raised = raised.values(settled_micros=CHARGES.c.settled_micros + bindparam("more"), model="changed")
    berlin = timezone(timedelta(hours=2))

    def work(session: Session) -> tuple[int, int, Any]:
        charge(session)
        at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=berlin)
        hits = plain.write(session, raised, {"of": "c", "more": 7, "settled_at": at})
        misses = plain.write(session, raised, [{"of": "no", "more": 1}, {"of": "nor", "more": 1}])
        return hits, misses, plain.read(session, BY_ID, of="c")[0]

    hits, misses, found = await database.write(work)
    assert (hits, misses) == (1, 0)
    assert (found.settled_micros, found.model) == (7, "changed")
    assert found.settled_at == datetime(2026, 1, 2, 1, 4, 5, 678, tzinfo=UTC)
    assert found.settled_at.tzinfo is UTC


async def test_a_naive_time_and_a_missing_value_are_refused(database: Database) -> None:
    def naive(session: Session) -> None:
        charge(session, settled_at=datetime(2026, 1, 1))

    with pytest.raises(Exception, match="naive"):
        await database.write(naive)
    with pytest.raises(Exception, match="of"):
        await database.read(lambda session: plain.read(session, BY_ID))
    assert await database.read(lambda session: plain.read(session, BY_ID, of="c")) == []


async def test_a_key_that_is_taken_is_the_same_error_and_tells_no_value(database: Database) -> None:
    def again(session: Session) -> None:
        charge(session)
        charge(session, provider="a secret word")

    with pytest.raises(IntegrityError) as caught:
        await database.write(again)
    assert "secret" not in str(caught.value)


async def test_lists_of_any_length_returned_rows_and_counts(database: Database) -> None:
    those = columns(CHARGES.c.id).where(CHARGES.c.id.in_(bindparam("those", expanding=True))).order_by(CHARGES.c.id)
    counted = columns(func.count().label("many")).where(CHARGES.c.id == bindparam("of"))
    settled = update_rows(CHARGES).where(CHARGES.c.id == bindparam("of")).values(settled_micros=3)
    settled = settled.returning(CHARGES.c.settled_micros, CHARGES.c.budgets)

    def work(session: Session) -> list[Any]:
        for each in ("a", "b", "c"):
            plain.insert(session, Charge, id=each, budgets=[each])
        found = [[row.id for row in plain.read(session, those, those=ids)] for ids in (["a"], ["a", "c", "x"], [])]
        (many,) = plain.read(session, counted, of="a")
        (row,) = plain.read(session, settled, of="b")
        return [*found, many.many, tuple(row)]

    assert await database.write(work) == [["a"], ["a", "c"], [], 1, (3, ["b"])]


def test_the_state_of_a_creation_is_its_word(rows: Rows) -> None:
    creation = rows.creation(rows.person("ada"))
    table = plain.table_of(Creation)
    query = columns(table.c.state).where(table.c.state == CreationState.QUEUED, table.c.id == bindparam("of"))
    (found,) = rows.read(lambda session: plain.read(session, query, of=creation.id))
    assert found.state is CreationState.QUEUED
