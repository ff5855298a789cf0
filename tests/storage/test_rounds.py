"""Small changes: made together on the loop where SQLite lets them, by a thread where it does not."""

import asyncio
import subprocess
import sys
import threading
from time import monotonic

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage.database import Database
from storage.errors import StorageBusy
from storage.tables import User
from tests.storage.test_database import add, broken, busy, locked, names, too_much, twice

pytestmark = pytest.mark.each_database


def where(session: Session) -> str:
    """The thread that it runs in."""
    session.add(User(name="where"))
    return threading.current_thread().name


@pytest.mark.sqlite_alone
async def test_a_change_is_made_on_the_loop_and_while_something_long_is_written_by_a_thread(database: Database) -> None:
    own = threading.current_thread().name
    assert await database.change(where) == await database.record(where) == own
    async with busy(database):
        later = asyncio.create_task(database.change(where))
        await asyncio.sleep(0.2)
        assert not later.done()
    assert await later != own
    assert await database.change(where) == own


async def test_a_hundred_changes_at_once_are_all_made_beside_writes_and_wishes(database: Database) -> None:
    ways = (database.change, database.change, database.write, database.record)
    await asyncio.gather(*(way(add(f"{i}")) for i in range(25) for way in ways))
    assert sorted(await database.read(names), key=int) == [f"{i}" for i in range(25) for _ in ways]


async def test_of_changes_made_together_one_that_fails_fails_alone(database: Database) -> None:
    works = (add("a"), broken, add("b"), twice, add("c"))
    ended = await asyncio.gather(*map(database.change, works), return_exceptions=True)
    assert [type(each) for each in ended] == [type(None), KeyError, type(None), IntegrityError, type(None)]
    assert sorted(await database.read(names)) == ["a", "b", "c"]
    await database.change(add("d"))
    assert "d" in await database.read(names)


async def test_a_change_that_fails_alone_tells_its_error_and_harms_no_later_one(database: Database) -> None:
    for work, error in ((broken, KeyError), (twice, IntegrityError)):
        with pytest.raises(error):
            await database.change(work)
    await database.change(add("whole"))
    assert await database.read(names) == ["whole"]


async def test_a_row_made_before_is_stored_although_a_change_beside_it_fails(database: Database) -> None:
    new = User(name="new")
    ended = await asyncio.gather(
        *map(database.change, (lambda session: session.add(new), broken, add("later"))), return_exceptions=True
    )
    assert [type(each) for each in ended] == [type(None), KeyError, type(None)]
    assert sorted(await database.read(names)) == ["later", "new"]
    assert new.name == "new"


async def test_what_a_change_returned_can_be_read_after_it(database: Database) -> None:
    await database.change(add("known"))
    one, other = await asyncio.gather(*(database.change(lambda s: s.exec(select(User)).one()) for _ in range(2)))
    assert (one.name, other.name, one is other) == ("known", "known", False)


@pytest.mark.sqlite_alone
async def test_a_later_change_of_one_round_sees_the_earlier_and_reads_it_anew(database: Database) -> None:
    def renamed(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE user SET name = 'new'")

    await database.change(add("old"))
    read = [lambda session: session.exec(select(User)).one().name] * 2
    assert await asyncio.gather(*map(database.change, (read[0], renamed, read[1]))) == ["old", None, "new"]


async def test_what_is_changed_is_committed_before_anybody_is_told(database: Database) -> None:
    other = Database(database.url)

    async def changed(name: str) -> bool:
        await database.change(add(name))
        return name in await other.read(names) and name in await database.look(names)

    try:
        assert all(await asyncio.gather(*(changed(f"{i}") for i in range(40))))
    finally:
        other.close()


async def test_a_change_waits_for_another_process_and_holds_up_neither_looks_nor_the_loop(database: Database) -> None:
    await database.change(add("before"))
    with locked(database) as holder:
        waiting = asyncio.create_task(database.change(add("patient")))
        begun = monotonic()
        for _ in range(10):
            await asyncio.sleep(0.05)
            assert await database.look(names) == ["before"]
        assert monotonic() - begun < 3
        assert not waiting.done()
        holder.communicate("\n")
        await waiting
    assert sorted(await database.read(names)) == ["before", "patient"]


@pytest.mark.sqlite_alone
async def test_a_disk_that_is_full_is_said_to_each(database: Database) -> None:
    works = (add("before"), too_much)
    ended = await asyncio.gather(*map(database.change, works), return_exceptions=True)
    assert StorageBusy in {type(each) for each in ended}
    assert await database.read(names) == (["before"] if ended[0] is None else [])


async def test_a_change_that_nobody_waits_for_any_more_before_its_round_is_left_out(database: Database) -> None:
    waiting = [asyncio.create_task(database.change(add(name))) for name in ("a", "b", "c")]
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert sorted(await database.read(names)) == ["a", "c"]


@pytest.mark.sqlite_alone
async def test_a_loop_that_closes_in_the_middle_of_a_round_leaves_a_database_that_works(database: Database) -> None:
    async def broken_off() -> None:
        asyncio.get_running_loop().call_later(0.005, asyncio.current_task().cancel)  # type: ignore[union-attr]
        for i in range(10_000):
            await database.change(add(f"{i}"))

    def on_another_loop() -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(broken_off())

    for _ in range(3):
        await asyncio.to_thread(on_another_loop)
    await database.change(add("after"))
    assert "after" in await database.read(names)


KILLED = """
import asyncio, os, sys
from storage.database import Database
from storage.tables import User

async def main():
    database = Database(sys.argv[1])
    async def told(name):
        await database.change(lambda session: session.add(User(name=name)))
        os.write(1, f"{name}\\n".encode())
    await asyncio.gather(*(told(f"{i}") for i in range(200)))
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


@pytest.mark.sqlite_alone
async def test_what_was_told_stands_after_a_kill(database: Database) -> None:
    command = [sys.executable, "-c", KILLED, database.url]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert run.returncode == -9, run.stderr
    assert sorted(run.stdout.split(), key=int) == [f"{i}" for i in range(200)]
    assert set(await database.read(names)) >= set(run.stdout.split())
