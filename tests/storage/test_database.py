import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage.database import Database, normal_url
from storage.errors import StorageBusy
from storage.tables import User

pytestmark = pytest.mark.each_database

HOLDER = """
import sqlite3, sys, psycopg
url = sys.argv[1]
if url.startswith("sqlite"):
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
else:
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute('LOCK TABLE "user" IN EXCLUSIVE MODE')
print("held", flush=True)
sys.stdin.readline()
connection.commit()
connection.close()
"""


@contextmanager
def locked(database: Database) -> Iterator["subprocess.Popen[str]"]:
    """Another process writes, and does not end."""
    command = [sys.executable, "-c", HOLDER, database.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            if holder.poll() is None:
                holder.communicate("\n")


def add(name: str = "") -> "callable":  # type: ignore[valid-type]
    return lambda session: session.add(User(name=name))


def names(session: Session) -> list[str]:
    return list(session.exec(select(User.name)))


def broken(session: Session) -> None:
    session.add(User(name="half"))
    session.flush()
    raise KeyError("a bug")


def twice(session: Session) -> None:
    session.add_all((User(id="same", name="one"), User(id="same", name="two")))


def too_much(session: Session) -> None:
    session.connection().exec_driver_sql("PRAGMA max_page_count=1")
    session.add(User(name="x" * 100_000))
    session.flush()


@pytest.mark.sqlite_alone
@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
async def test_every_connection_survives_a_power_cut(database: Database, pragma: str, value: object) -> None:
    def ask(session: Session) -> object:
        return session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar()

    for way in (database.read, database.write, database.record):
        assert await way(ask) == value


async def test_a_wish_is_refused_within_a_second_and_a_half_while_another_process_writes(database: Database) -> None:
    with locked(database):
        began = monotonic()
        with pytest.raises(StorageBusy):
            await database.record(add())
        assert monotonic() - began < 1.5
    assert await database.read(names) == []


async def test_many_wishes_at_once_are_all_refused_as_quickly(database: Database) -> None:
    with locked(database):
        began = monotonic()
        ended = await asyncio.gather(*(database.record(add()) for _ in range(10)), return_exceptions=True)
        assert monotonic() - began < 2
    assert {type(each) for each in ended} == {StorageBusy}


async def test_a_wish_does_not_wait_behind_the_line_of_other_writes(database: Database) -> None:
    with locked(database):
        writes = [asyncio.create_task(database.write(add("late"))) for _ in range(3)]
        await asyncio.sleep(0.1)
        began = monotonic()
        with pytest.raises(StorageBusy):
            await database.record(add())
        assert monotonic() - began < 1.5
    await asyncio.gather(*writes)


async def test_a_write_waits_for_a_lock_that_is_soon_free(database: Database) -> None:
    with locked(database) as holder:
        writing = asyncio.create_task(database.write(add("patient")))
        await asyncio.sleep(1.2)
        assert not writing.done()
        holder.communicate("\n")
        await writing
    assert await database.read(names) == ["patient"]


async def test_reading_goes_on_while_another_process_writes(database: Database) -> None:
    await database.write(add("before"))
    with locked(database):
        assert await asyncio.wait_for(database.read(names), 4) == ["before"]


async def test_reading_goes_on_while_we_write_and_sees_only_what_was_committed(database: Database) -> None:
    inside, go = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        session.add(User(name="new"))
        session.flush()
        inside.set()
        go.wait(10)

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inside.wait, 5)
    assert await asyncio.wait_for(database.read(names), 5) == []
    go.set()
    await writing
    assert await database.read(names) == ["new"]


async def test_a_read_sees_one_moment_even_while_others_write(database: Database) -> None:
    seen, go = threading.Event(), threading.Event()

    def twice(session: Session) -> tuple[int, int]:
        first = len(names(session))
        seen.set()
        go.wait(5)
        return first, len(names(session))

    reading = asyncio.create_task(database.read(twice))
    await asyncio.to_thread(seen.wait, 5)
    await database.write(add())
    go.set()
    assert await reading == (0, 0)


async def test_an_error_in_a_transaction_stores_nothing_and_harms_no_later_one(database: Database) -> None:
    for way in (database.write, database.record):
        with pytest.raises(KeyError):
            await way(broken)
    await database.write(add("whole"))
    assert await database.read(names) == ["whole"]


@pytest.mark.sqlite_alone
async def test_a_full_disk_is_said_as_busy_and_stores_nothing(database: Database) -> None:
    with pytest.raises(StorageBusy):
        await database.write(too_much)
    assert await database.read(names) == []


async def test_a_hundred_writers_lose_nothing(database: Database) -> None:
    await asyncio.gather(*(database.write(add(str(i))) for i in range(100)))
    assert sorted(await database.read(names), key=int) == [str(i) for i in range(100)]


async def test_two_processes_write_side_by_side(database: Database, tmp_path: Path) -> None:
    other = Database(database.url)
    try:
        await asyncio.gather(*(each.write(add()) for each in (database, other) * 30))
    finally:
        other.close()
    assert len(await database.read(names)) == 60


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("given", ["postgres://u:p@h/d", "postgresql://u:p@h/d"])
def test_addresses_are_taken_as_hosts_hand_them_out(given: str) -> None:
    assert normal_url(given) == "postgresql+psycopg://u:p@h/d"


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[None]:
    """Our own writer is held up, so that what is written meanwhile waits in line and is then written together."""
    inside, go = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        inside.set()
        go.wait(10)

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inside.wait, 5)
    try:
        yield
    finally:
        go.set()
        await writing


async def test_of_writes_that_waited_together_one_that_fails_fails_alone(database: Database) -> None:
    async with busy(database):
        works = (add("a"), broken, add("b"), twice, add("c"))
        line = asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
        await asyncio.sleep(0.1)
    ended = await line
    assert [type(each) for each in ended] == [type(None), KeyError, type(None), IntegrityError, type(None)]
    assert sorted(await database.read(names)) == ["a", "b", "c"]


async def test_a_row_made_before_is_stored_although_one_that_waited_with_it_fails(database: Database) -> None:
    new = User(name="new")

    def broken(session: Session) -> None:
        raise KeyError("a bug")

    def added(session: Session) -> User:
        session.add(new)
        return session.exec(select(User).where(User.name == "known")).one()

    await database.write(add("known"))
    async with busy(database):
        line = asyncio.gather(*map(database.write, (added, broken, add("later"))), return_exceptions=True)
        await asyncio.sleep(0.1)
    known, error, _ = await line
    assert (known.name, new.name, type(error)) == ("known", "new", KeyError)
    assert sorted(await database.read(names)) == ["known", "later", "new"]


@pytest.mark.sqlite_alone
async def test_a_write_may_not_take_back_what_it_shares(database: Database) -> None:
    async with busy(database):
        works = (add("a"), lambda session: session.rollback(), add("b"))
        line = asyncio.gather(*map(database.write, works), return_exceptions=True)
        await asyncio.sleep(0.1)
    await line
    assert sorted(await database.read(names)) == ["a", "b"]


@pytest.mark.sqlite_alone
async def test_a_later_write_of_those_that_waited_together_sees_the_earlier(database: Database) -> None:
    async with busy(database):
        line = asyncio.gather(database.write(add("first")), database.write(names))
        await asyncio.sleep(0.1)
    assert await line == [None, ["first"]]


@pytest.mark.sqlite_alone
async def test_a_disk_that_is_full_for_one_of_them_stores_none_of_them_and_tells_each(database: Database) -> None:
    async with busy(database):
        works = (add("before"), too_much)
        line = asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
        await asyncio.sleep(0.1)
    assert {type(each) for each in await line} == {StorageBusy}
    assert await database.read(names) == []


@pytest.mark.sqlite_alone
async def test_a_write_that_nobody_waits_for_any_more_is_left_out(database: Database) -> None:
    async with busy(database):
        waiting = [asyncio.create_task(database.write(add(name))) for name in ("a", "b", "c")]
        await asyncio.sleep(0.1)
        waiting[1].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, return_exceptions=True)
    assert sorted(await database.read(names)) == ["a", "c"]


async def test_what_was_written_together_is_committed_before_anybody_is_told(database: Database) -> None:
    other = Database(database.url)

    async def written(name: str) -> bool:
        await database.write(add(name))
        return name in await other.read(names)

    try:
        async with busy(database):
            line = asyncio.gather(*(written(str(i)) for i in range(40)))
            await asyncio.sleep(0.1)
        assert all(await line)
    finally:
        other.close()
