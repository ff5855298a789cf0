"""What PostgreSQL needs: connections that notice when their server is gone, and transactions whose end gets known.

Several write at once here, where SQLite has one writer. So what reads a row, thinks and writes it takes the row's lock
with the read, and whoever loses a race (a deadlock, a row that two wanted to insert) begins again and finds what the
winner wrote.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session

from storage.errors import StorageBusy
from storage.patience import LOCK_WAIT_MS, RECORD_WITHIN_S, Patience, left_ms

T = TypeVar("T")

READERS, WRITERS, RECORDERS = 4, 4, 4
AWAY_S = 60.0
"""How long work waits for a server that restarts or moves; then it is as if it were locked."""
PAUSE_S = 0.05
PAUSE_MAX_S = 2.0
CLASHES = 5
"""How often a transaction that lost a race is made again."""
STATEMENT_S = 60
IDLE_S = 10
"""A process that was stopped in the middle of a transaction must not hold its locks for ever."""
OPTIONS = {
    "connect_timeout": 5,
    # A machine that vanishes says nothing: its silence is noticed after some 25 s.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
LOST_A_RACE = frozenset({"40001", "40P01", "23505", "23503"})
"""Serialization failure, deadlock; a row that another one had inserted, or deleted, at the same moment."""
COMING_OR_GOING = frozenset({"57P01", "57P02", "57P03", "53300"})
"""Shut down, crashed, starting; no connection left."""
STANDBY = "25006"
"""Nothing may be written yet: a standby that is just becoming the server."""


class Clash(Exception):
    """Another transaction was faster: nothing of this one stands."""


class Away(Exception):
    """The server is not there: nothing of the transaction stands."""


class Unsure(Exception):
    """The server went away while it was committing."""

    def __init__(self, number: str, result: Any) -> None:
        super().__init__(number)
        self.number, self.result = number, result


class Run(Protocol):
    """Runs a function in a thread."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """What the function returns."""


class Postgres:
    """Reads, writes and wishes on a server, which takes several at once."""

    def __init__(self, engine: Engine, away_s: float) -> None:
        """`away_s`: how long a server that cannot be reached is waited for."""
        self._engine = engine
        self._away_s = away_s
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="db-write")
        self._recorders = ThreadPoolExecutor(RECORDERS, thread_name_prefix="db-record")
        self._patience = Patience()

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run queries that all see one moment."""
        return await self._steadily(self._readers, partial(read, self._engine, work), self._away_s)

    async def look(self, work: Callable[[Session], T]) -> T:
        """As `read`: no query of a server is answered at once."""
        return await self.read(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction, again where another one was faster or the server was gone."""
        attempt = partial(write, self._engine, work, LOCK_WAIT_MS)
        return await self._steadily(self._writers, attempt, self._away_s)

    async def change(self, work: Callable[[Session], T]) -> T:
        """Run a small transaction in a thread: the server is too far away to wait for it on the loop."""
        return await self.write(work)

    async def record(self, work: Callable[[Session], T]) -> T:
        """Run the transaction of a wish, in threads of its own."""
        came = monotonic()
        try:
            async with asyncio.timeout(RECORD_WITHIN_S):
                attempt = partial(self._record, work, came)
                return await self._steadily(self._recorders, attempt, RECORD_WITHIN_S)
        except TimeoutError as error:
            raise StorageBusy("too many wishes at once") from error

    async def purge(self) -> None:
        """There is no log of ours to empty."""

    def close(self) -> None:
        """Finish what runs and close every connection."""
        for pool in (self._readers, self._writers, self._recorders):
            pool.shutdown(wait=True)
        shut(self._engine)

    def _record(self, work: Callable[[Session], T], came: float) -> T:
        """What waited too long is left: its person was told so, and will ask again."""
        wait_ms = left_ms(self._patience.until(came))
        result = write(self._engine, work, wait_ms, until=came + RECORD_WITHIN_S)
        self._patience.got_through()
        return result

    async def _steadily(self, pool: ThreadPoolExecutor, attempt: Callable[[], T], within_s: float) -> T:
        run = partial(asyncio.get_running_loop().run_in_executor, pool)
        return await steadily(run, attempt, self._engine, within_s)


def make_engine(url: str) -> Engine:
    """An engine that does not ask before each use whether a connection still stands: what breaks is begun again."""
    connections = READERS + WRITERS + RECORDERS
    engine = create_engine(url, pool_size=connections, hide_parameters=True, connect_args=OPTIONS)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "do_executemany", _one_by_one)
    engine.dialect.supports_sane_multi_rowcount = False  # each statement counts its own rows
    return engine


def shut(engine: Engine) -> None:
    """Close every connection for good; one that some thread still holds, as soon as it is given back."""
    event.listen(engine, "checkin", lambda _, record: record.close())
    engine.dispose()


def read(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run queries that all see one moment.

    Raises:
        Away: the server is gone.
        StorageBusy: it takes too long.
    """
    try:
        with Session(engine, expire_on_commit=False) as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            return work(session)
    except DBAPIError as error:
        raise _meaning(error) from error


def write(engine: Engine, work: Callable[[Session], T], wait_ms: int, *, until: float | None = None) -> T:
    """Run one transaction, which is left where it is not ready to commit at `until`.

    Raises:
        Away, Clash: nothing was stored, and it may be made again.
        Unsure: it may have been stored.
        StorageBusy: nothing was stored; a lock was not free, or there is no time or no disk left.
    """
    with Session(engine, expire_on_commit=False) as session, _giving_back(session):
        try:
            number = _begin(session.connection(), wait_ms)
            result = work(session)
            session.flush()
        except DBAPIError as error:
            raise (Away() if _state(error) == STANDBY else _meaning(error)) from error
        if until is not None and monotonic() > until:
            raise StorageBusy("nobody waits for it any more")
        try:
            session.commit()
        except DBAPIError as error:
            meaning = _meaning(error)
            raise Unsure(number, result) if isinstance(meaning, Away) else meaning from error
        return result


@contextmanager
def _giving_back(session: Session) -> Iterator[None]:
    """Let objects that a failed attempt added be new again: the next would pass over them as stored.

    What it had loaded is let go before, so that it keeps its values: the attempt may turn out to have been committed.
    """
    try:
        yield
    except BaseException:
        session.expunge_all()
        with suppress(DBAPIError):
            session.rollback()
        raise


async def steadily(run: Run, attempt: Callable[[], T], engine: Engine, within_s: float) -> T:
    """Make an attempt until it comes to an end.

    A commit whose answer was lost is not made again blindly, because not every transaction may be made twice (a sum
    that is added to, a version that is counted on). PostgreSQL remembers how each one ended: it is asked.

    Raises:
        StorageBusy: the server stayed away for `within_s`, or others were faster time after time.
    """
    until, pause, clashes = monotonic() + within_s, PAUSE_S, 0
    while True:
        try:
            return await run(attempt)
        except Unsure as unsure:
            if await steadily(run, partial(_committed, engine, unsure.number), engine, until - monotonic()):
                return unsure.result  # type: ignore[no-any-return]
        except Clash as clash:
            clashes += 1
            if clashes == CLASHES:
                raise _lost(clash) from clash
            await asyncio.sleep(random.uniform(0, PAUSE_S * clashes))
        except Away as away:
            if monotonic() + pause > until:
                raise StorageBusy("the database cannot be reached") from away
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_MAX_S)


def _begin(connection: Connection, wait_ms: int) -> str:
    """Bound the wait for locks, and ask for the transaction's number on the way."""
    return str(connection.execute(_BEGIN, {"wait": str(wait_ms)}).scalar_one())


_BEGIN = text("SELECT pg_current_xact_id()::text FROM set_config('lock_timeout', :wait, true)")
_STATUS = text("SELECT pg_xact_status(CAST(:number AS xid8))")


def _committed(engine: Engine, number: str) -> bool:
    """Whether a transaction was committed.

    Raises:
        Away: nobody can say now; it may even be going on, where its server has not noticed that we are gone.
    """
    try:
        with engine.connect() as connection:
            status = connection.execute(_STATUS, {"number": number}).scalar()
    except DBAPIError as error:
        meaning = _meaning(error)
        if isinstance(meaning, Away | StorageBusy):
            raise Away from error
        return False  # a number of the future: this server, an earlier standby, never heard of it
    if status == "in progress":
        raise Away
    return bool(status == "committed")


def _meaning(error: DBAPIError) -> Exception:
    state = _state(error)
    if error.connection_invalidated or state in COMING_OR_GOING or (state is None and _is_operational(error)):
        return Away()
    if state in LOST_A_RACE:
        clash = Clash()
        clash.__cause__ = error
        return clash
    if _is_operational(error):
        return StorageBusy("the database is locked, too slow or its disk is full")
    return error


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _lost(clash: Clash) -> BaseException:
    """What a transaction ends with that loses time after time: a lock that is never free, or a row that stands."""
    cause = clash.__cause__
    return cause if isinstance(cause, IntegrityError) else StorageBusy("others are faster time after time")


def _is_operational(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError)


def _prepare(connection: Any, _: object) -> None:
    """Days are UTC days; nothing runs for ever; and text may hold what SQLite takes, too."""
    connection.execute(
        f"SET TIME ZONE 'UTC'; SET statement_timeout = '{STATEMENT_S}s'; "
        f"SET idle_in_transaction_session_timeout = '{IDLE_S}s'"
    )
    connection.commit()
    connection.adapters.register_dumper(str, _text())


def _one_by_one(cursor: Any, statement: str, values: Iterable[Any], _: object) -> bool:
    """Run a statement for several sets of values without psycopg's pipeline.

    That ends with a flush, after which the server no longer counts how long we are silent: a process stopped there
    would hold its locks for ever after all.
    """
    for each in values:
        cursor.execute(statement, each)
    return True


def _text() -> Any:
    """PostgreSQL alone refuses text with a zero byte, which no person typed."""
    from psycopg.types.string import StrDumperUnknown

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", ""))

    return Text
