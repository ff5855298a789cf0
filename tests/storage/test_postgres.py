"""What only a server can do: go away, come back, answer too late, and let several write at once."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select as select_ready
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import String, bindparam, text
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, delete, select, update

from storage import postgres as postgres_storage
from storage.database import Database
from storage.errors import StorageBusy
from storage.migrate import HEAD, migrate, revision
from storage.rows import table_of
from storage.tables import User
from tests.outsider import ask
from tests.postgres import Server

Way = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def kept_in() -> str:
    return "postgres"


def add(name: str) -> Callable[[Session], None]:
    return lambda session: session.add(User(name=name))


def names(session: Session) -> list[str]:
    return sorted(session.exec(select(User.name)))


@contextmanager
def away(server: Server, how: str) -> Iterator[Callable[[], None]]:
    """The server is gone, or holds its breath, until the function is called."""
    go, come = {"stopped": (server.stop, server.start), "paused": (server.pause, server.resume)}[how]
    back = threading.Lock()

    def once() -> None:
        if back.acquire(blocking=False):
            come()

    go()
    try:
        yield once
    finally:
        once()


AWAY = pytest.mark.parametrize("how", ["stopped", "paused"])


@AWAY
async def test_what_is_read_and_written_while_the_server_is_away_waits_for_it(
    database: Database, postgres: Server, how: str
) -> None:
    await database.write(add("before"))
    with away(postgres, how) as back:
        reading = asyncio.create_task(database.read(names))
        writing = [asyncio.create_task(database.write(add(f"{number}"))) for number in range(8)]
        await asyncio.sleep(2)
        assert not any(task.done() for task in (reading, *writing))
        back()
        assert "before" in await asyncio.wait_for(reading, 5)
        await asyncio.wait_for(asyncio.gather(*writing), 5)
    assert await database.read(names) == [*"01234567", "before"]


@AWAY
async def test_a_wish_is_refused_in_time_and_not_taken_behind_its_person_s_back(
    database: Database, postgres: Server, how: str
) -> None:
    await database.record(add("before"))
    with away(postgres, how) as back:
        began = monotonic()
        ended = await asyncio.gather(*(database.record(add("late")) for _ in range(6)), return_exceptions=True)
        assert monotonic() - began < 2.9
        assert {type(each) for each in ended} == {StorageBusy}
        back()
        await database.record(add("after"))
    assert await database.read(names) == ["after", "before"]


async def test_a_server_that_stays_away_is_said_as_busy(database: Database, postgres: Server) -> None:
    hasty = Database(database.url, away_s=1.0)
    try:
        with away(postgres, "stopped"):
            for way in (hasty.read, hasty.write):
                with pytest.raises(StorageBusy):
                    await asyncio.wait_for(way(names), 30)
    finally:
        hasty.close()


# --- answers that are lost ---------------------------------------------------------------------------------------


class Cutter:
    """A wire to the server, cut once, at the COMMIT of a change: before it arrives, or before its answer does."""

    def __init__(self, port: int, *, arrives: bool, at: bytes = b"UPDATE") -> None:
        self._port, self._arrives, self._at = port, arrives, at
        self.cut = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inside, _ = self._listener.accept()
                outside = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._carry, args=(inside, outside), daemon=True).start()

    def _carry(self, inside: socket.socket, outside: socket.socket) -> None:
        """Between two messages PostgreSQL and its client wait for each other, so one thread carries both ways."""
        begun = False
        with suppress(OSError), inside, outside:
            while True:
                for source in select_ready([inside, outside], [], [])[0]:
                    if not (data := source.recv(65_536)):
                        return
                    begun = begun or self._at in data
                    last = begun and source is inside and b"COMMIT" in data and not self.cut.is_set()
                    if last:
                        self.cut.set()
                    if not last or self._arrives:
                        (outside if source is inside else inside).sendall(data)
                    if last:
                        if self._arrives:
                            outside.recv(1)  # it was carried out
                        return


@pytest.mark.parametrize("arrives", [True, False], ids=["that was carried out", "that never arrived"])
@pytest.mark.parametrize("way", ["write", "record"])
async def test_a_commit_without_an_answer_counts_once(database: Database, way: str, arrives: bool) -> None:
    url = database.engine.url
    assert url.port
    wire = Cutter(url.port, arrives=arrives)
    through = Database(url.set(port=wire.port).render_as_string(hide_password=False))
    write: Way = getattr(through, way)
    await database.write(add("grows"))
    longer = update(User).values(name=col(User.name) + "!")
    try:
        await asyncio.wait_for(write(lambda session: session.exec(longer)), 10)
    finally:
        through.close()
        wire.close()
    assert wire.cut.is_set()
    assert await database.read(names) == ["grows!"]


@pytest.mark.parametrize("arrives", [True, False], ids=["carried out", "never arrived"])
async def test_a_row_made_before_the_work_is_stored_by_the_attempt_that_counts(
    database: Database, arrives: bool
) -> None:
    """An attempt that fails gives its objects back as new ones: the next would pass over what it takes for stored."""
    url = database.engine.url
    assert url.port
    wire = Cutter(url.port, arrives=arrives, at=b"INSERT")
    through = Database(url.set(port=wire.port).render_as_string(hide_password=False))
    await database.write(add("known"))
    new = User(name="new")

    def work(session: Session) -> User:
        session.add(new)
        return session.exec(select(User).where(User.name == "known")).one()

    try:
        known = await asyncio.wait_for(through.write(work), 10)
    finally:
        through.close()
        wire.close()
    assert wire.cut.is_set()
    assert (known.name, new.name) == ("known", "new")
    assert sorted(await database.read(names)) == ["known", "new"]


# --- several at once ---------------------------------------------------------------------------------------------


async def test_of_two_that_wait_for_each_other_both_come_through(database: Database) -> None:
    for name in ("a", "b"):
        await database.write(add(name))
    met = threading.Barrier(2)

    def crossing(order: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            for name in order:
                session.exec(update(User).where(User.name.startswith(name)).values(name=col(User.name) + "!"))
                with suppress(threading.BrokenBarrierError):
                    met.wait(1)

        return work

    await asyncio.wait_for(asyncio.gather(*(database.write(crossing(order)) for order in ("ab", "ba"))), 20)
    assert await database.read(names) == ["a!!", "b!!"]


@pytest.mark.parametrize("at_once", [1, 2], ids=["one row", "several rows"])
async def test_one_that_is_stopped_in_the_middle_lets_others_go_on_and_begins_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(postgres_storage, "IDLE_S", 1)
    for name in ("a", "b"):
        await database.write(add(name))
    stopped = Database(database.url)
    held, woken = threading.Event(), threading.Event()
    longer = (
        update_rows(table_of(User)).where(col(User.name) == bindparam("of")).values(name=bindparam("to", type_=String))
    )

    def stopping(session: Session) -> None:
        session.connection().execute(longer, [{"of": name, "to": f"{name}!"} for name in "ab"[:at_once]])
        if not held.is_set():
            held.set()
            woken.wait(30)

    try:
        sleeping = asyncio.create_task(stopped.write(stopping))
        await asyncio.to_thread(held.wait, 10)
        await asyncio.wait_for(database.write(lambda session: session.exec(delete(User).where(User.name == "a"))), 4)
        woken.set()
        await asyncio.wait_for(sleeping, 10)
    finally:
        woken.set()
        stopped.close()
    assert await database.read(names) == (["b"] if at_once == 1 else ["b!"])


async def test_a_row_that_stands_already_is_still_an_error(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    await database.write(lambda session: session.add(User(id="same", name="first")))
    with pytest.raises(IntegrityError):
        await database.write(lambda session: session.add(User(id="same", name="second")))
    assert await database.read(names) == ["first"]


def test_of_machines_that_start_at_once_one_makes_the_tables(postgres: Server) -> None:
    url = postgres.empty()
    houses = [Database(url) for _ in range(3)]
    did: list[bool] = []
    threads = [threading.Thread(target=lambda each=each: did.append(migrate(each.engine))) for each in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(did) == [False, False, True]
    assert revision(houses[0].engine) == HEAD
    for each in houses:
        each.close()
    postgres.drop(url)


# --- as on SQLite ------------------------------------------------------------------------------------------------


async def test_a_zero_byte_in_a_text_is_left_out_and_no_error(database: Database) -> None:
    await database.write(add("a\0b"))
    assert await database.read(names) == ["ab"]


async def test_days_are_utc_days_wherever_the_server_stands(database: Database) -> None:
    ask(database.url, f"ALTER DATABASE \"{database.engine.url.database}\" SET timezone TO 'Asia/Tokyo'")
    database.engine.dispose()
    assert await database.read(lambda session: session.execute(text("SHOW timezone")).scalar()) == "UTC"


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="read-only"):
        await database.read(lambda session: session.execute(update(User).values(name="x")))
