import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Integer
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel

from core.creation.view import AssetView
from storage.database import Database
from storage.migrate import HEAD, migrate, revision
from storage.tables import Asset, Creation, CreationState, StepState, User, new_id
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database


def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    def ours(name: str | None, kind: str, _: object) -> bool:
        search = {"table": "asset_search", "index": "asset_search", "column": "search"}
        return not (kind in search and (name or "").startswith(search[kind]))

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert migrate(database.engine) is False
    assert revision(database.engine) == HEAD


def test_the_head_named_in_code_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from storage.migrate import FOLDER

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_public_ids_are_128_random_bits_in_hex() -> None:
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_no_id_that_is_shown_counts_up() -> None:
    numbered = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.primary_key
        if isinstance(column.type, Integer | BigInteger)
    }
    assert numbered == {("asset", "seq"), ("look", "asset_seq"), ("tag", "asset_seq"), ("placement", "asset_seq")}
    assert "seq" not in {field.name for field in fields(AssetView)}


def test_a_naive_time_is_refused(rows: Rows, ada: str) -> None:
    with pytest.raises(StatementError, match="naive"):
        rows.write(lambda session: session.add(User(created_at=datetime(2026, 1, 1))))


def test_times_come_back_aware_and_in_utc(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    there = datetime(2026, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    def work(session):  # type: ignore[no-untyped-def]
        row = session.get_one(Creation, creation.id)
        row.deadline_at = there
        session.add(row)

    rows.write(work)
    back = rows.read(lambda session: session.get_one(Creation, creation.id)).deadline_at
    assert back == there
    assert back.tzinfo is UTC


@pytest.mark.parametrize(
    ("letter", "version"),
    [(0, "v3"), (1, "v3b"), (2, "v3c"), (25, "v3z"), (26, "v3aa"), (27, "v3ab"), (51, "v3az"), (52, "v3ba")],
)
def test_versions_are_a_round_and_letters(letter: int, version: str) -> None:
    assert _asset(3, letter).version == version


def test_no_two_letters_are_the_same() -> None:
    assert len({_asset(1, letter).version for letter in range(2_000)}) == 2_000


def test_an_upload_has_no_version() -> None:
    assert _asset(0, 0).version == ""


def test_final_states_are_the_last_three() -> None:
    assert [state for state in CreationState if state.final] == ["succeeded", "failed", "cancelled"]
    assert [state for state in StepState if state.final] == ["complete", "error", "cancelled"]


def _asset(number: int, letter: int) -> Asset:
    return Asset(user_id="u", kind="image", media_type="image/png", object_key="k", round=number, letter=letter)
