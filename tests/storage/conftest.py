"""Rows for the tests of storage."""

import pytest

from storage.database import Database
from tests.storage.rows import Rows


@pytest.fixture
def rows(database: Database) -> Rows:
    return Rows(database)


@pytest.fixture
def ada(rows: Rows) -> str:
    return rows.person("ada")


@pytest.fixture
def bob(rows: Rows) -> str:
    return rows.person("bob")
