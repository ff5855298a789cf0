"""Rows, files and buckets for the tests of storage."""

from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from storage.database import Database
from storage.s3_wire import Bucket
from tests.fakes import moto as fake_moto
from tests.storage import places
from tests.storage.places import Place
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


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Its address: one server for all tests of one process."""
    with fake_moto.moto() as url:
        yield url


@pytest.fixture(scope="session")
def real_bucket() -> Iterator[Bucket]:
    with places.real_bucket() as bucket:
        yield bucket


@pytest.fixture(params=places.PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Every place in turn."""
    with places.placed(request.param, request, tmp_path) as found:
        yield found


@pytest.fixture
def source(tmp_path: Path) -> Callable[[bytes], Path]:
    """Puts bytes into a file."""

    def write(content: bytes) -> Path:
        path = tmp_path / token_hex(4)
        path.write_bytes(content)
        return path

    return write
