"""What all processes together may do in a time."""

import asyncio
from collections.abc import Iterator
from time import monotonic

import pytest

from storage.allowances import Rate, Shared, take
from storage.database import Database
from tests.conftest import POSTGRES

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)
RATE = Rate(per_s=50, burst=5)


@pytest.fixture
def others(database_url: str) -> Iterator[Database]:
    """Another process's connections."""
    built = Database(database_url)
    yield built
    built.close()


async def test_two_processes_together_keep_to_one_rate(database: Database, others: Database) -> None:
    buckets = [Shared(each, "discord", RATE) for each in (database, others)]
    began = monotonic()
    await asyncio.gather(*(bucket.acquire() for bucket in buckets for _ in range(40)))
    assert monotonic() - began >= (80 - RATE.burst) / RATE.per_s - 0.05


async def test_a_bucket_holds_no_more_than_its_burst(database: Database) -> None:
    assert await database.write(lambda session: take(session, "a", RATE, 10)) == 5
    await asyncio.sleep(0.3)
    assert await database.write(lambda session: take(session, "a", RATE, 10)) == 5


async def test_who_waits_in_one_process_shares_one_transaction(database: Database) -> None:
    bucket = Shared(database, "b", Rate(per_s=1_000, burst=100))
    began = monotonic()
    await asyncio.gather(*(bucket.acquire() for _ in range(100)))
    assert monotonic() - began < 1
