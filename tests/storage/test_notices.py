"""What processes tell each other through PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from storage.database import Database
from storage.notices import MISSED, Notices
from storage.tables import new_id
from tests.conftest import POSTGRES
from tests.postgres import Server

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)
Heard = list[tuple[str, list[str]]]


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[Notices, Heard]]:
    """A process that hears."""
    database = Database(url)
    notices, heard = Notices(database), Heard()
    notices.hear(lambda word, ids: heard.append((word, ids)))
    running = asyncio.create_task(notices.run())
    try:
        await until(lambda: notices.up)
        yield notices, heard
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await notices.close()
        database.close()


async def until(holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.01)


async def test_what_one_process_says_the_other_hears_and_not_itself(database_url: str) -> None:
    async with listening(database_url) as (one, own), listening(database_url) as (_, other):
        one.say("changed", ["a", "b"])
        one.say("wish")
        await until(lambda: len(other) == 3)
        assert sorted(other) == [("changed", ["a", "b"]), (MISSED, []), ("wish", [])]
        assert own == [(MISSED, [])]


async def test_a_thousand_changes_at_once_are_all_heard(database_url: str) -> None:
    ids = sorted(new_id() for _ in range(1_000))
    async with listening(database_url) as (one, _), listening(database_url) as (_, other):
        one.say("changed", ids)
        one.say("ended", ids[:1])
        await until(lambda: any(word == "ended" for word, _ in other))
        assert sorted(each for word, some in other if word == "changed" for each in some) == ids


async def test_a_server_that_was_restarted_is_heard_again_and_the_gap_is_told(
    database_url: str, postgres: Server
) -> None:
    async with listening(database_url) as (one, _), listening(database_url) as (other, heard):
        await asyncio.to_thread(postgres.stop)
        await until(lambda: not other.up and not one.up)
        await asyncio.to_thread(postgres.start)
        await until(lambda: other.up and one.up)
        assert heard[-1] == (MISSED, [])
        one.say("wish")
        await until(lambda: heard[-1] == ("wish", []))


async def test_whoever_has_nothing_to_say_connects_to_nobody(database_url: str) -> None:
    database = Database(database_url)
    pool: Any = database.engine.pool
    silent, saying = Notices(database), Notices(database)
    await silent.close()
    assert pool.checkedin() == 0
    saying.say("wish")
    await saying.close()
    assert pool.checkedin() == 1
    database.close()
