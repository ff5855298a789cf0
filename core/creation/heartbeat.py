"""One worker among several: it tells every few seconds that it lives, and does nothing when it cannot be sure that it
still counts as alive.

A process that was stopped for a while, or a machine that slept, wakes without knowing. What it had was given to another
meanwhile. Three things keep the two apart. Rows: a creation names its worker, and who is not named writes nothing.
Calls: before anything leaves the house, the last beat must be young; else it waits for the next one to come through.
And the end: as soon as the beat finds the row ended, the process stops.
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlmodel import Session

from storage import workers
from storage.database import Database
from storage.leader import clock
from storage.tables import Worker

T = TypeVar("T")
log = structlog.get_logger()


class NameTaken(Exception):
    """Another living worker has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a worker beats, and how long it counts as alive without."""

    every_s: float = 5.0
    ttl_s: float = 30.0
    """After so long without a beat, it is dead for all others."""
    sure_s: float = 20.0
    """For so long after a beat began, it may trust that it still counts as alive."""

    @property
    def ttl(self) -> timedelta:
        """The same for the database."""
        return timedelta(seconds=self.ttl_s)


RHYTHM = Rhythm()


class Heartbeat:
    """Beats from `begin` to `leave`. `id` is this start's own."""

    def __init__(self, database: Database, name: str | None, rhythm: Rhythm = RHYTHM) -> None:
        """`name` is the operator's; without one, the machine's is used, and shared by all workers on it."""
        self._database = database
        self._wanted = name
        self._name = name or socket.gethostname()
        self.id = f"{self._name}-{secrets.token_hex(4)}"
        self.rhythm = rhythm
        self.lost = asyncio.Event()
        """Set once this worker counts as dead: the process is to end."""
        self._sure = asyncio.Event()
        self._beat_at = self._steady_since = -1e9
        # A beat must not wait in line behind other queries.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="heartbeat")

    async def begin(self) -> None:
        """Note that this worker is there.

        Raises:
            NameTaken: another worker of this name lives.
        """
        await self._alone()
        row = Worker(id=self.id, name=self._name, host=socket.gethostname())
        await self._run(lambda session: workers.begin(session, row))
        self._steady_since = self._beat_at = clock()
        self._sure.set()

    async def run(self) -> None:
        """Beat until cancelled, or lost."""
        while not self.lost.is_set():
            await asyncio.sleep(self.rhythm.every_s)
            await self._beat()

    @property
    def certain(self) -> bool:
        """Whether this worker surely counts as alive now."""
        return not self.lost.is_set() and clock() - self._beat_at < self.rhythm.sure_s

    @property
    def steady(self) -> bool:
        """Whether it has been beating for a while: whoever has just come back judges nobody else's silence."""
        return self.certain and clock() - self._steady_since >= self.rhythm.every_s * 2

    async def sure(self) -> None:
        """Go on at once where this worker surely counts as alive; else when a beat has come through; else never.

        Never, not an error: whatever wanted to go on is cancelled when the process ends, which it is about to do.
        """
        while not self.certain:
            self._sure.clear()
            await self._sure.wait()

    async def leave(self) -> None:
        """The last word: everything is let go of, and others may take it at once."""
        try:
            await self._run(lambda session: workers.end(session, self.id))
        except Exception as error:  # then it is found dead later
            log.warning("worker_left_silently", error=type(error).__name__)
        self._pool.shutdown(wait=False)

    async def _alone(self) -> None:
        """Wait until a silent namesake counts as dead; one that beats meanwhile keeps the name."""
        seen: dict[str, object] = {}
        while self._wanted:
            found = await self._run(lambda session: workers.living(session, self.rhythm.ttl))
            others = {each.id: each.beat_at for each in found if each.name == self._wanted}
            if any(seen.get(each, beat_at) != beat_at for each, beat_at in others.items()):
                raise NameTaken(f"Another worker called {self._wanted} is at work. Give each a name of its own.")
            if not others:
                return
            if not seen:
                log.info("waiting_for_a_silent_namesake", worker=self._wanted, at_most_s=self.rhythm.ttl_s)
            seen = seen | others
            await asyncio.sleep(self.rhythm.every_s / 5)

    async def _beat(self) -> None:
        began = clock()
        if began - self._beat_at > self.rhythm.sure_s:
            self._steady_since = began
        try:
            alive = await self._run(lambda session: workers.beat(session, self.id))
        except Exception as error:  # the database is away: until it is back, nobody is sure of anything
            log.warning("heartbeat_not_told", worker=self.id, error=type(error).__name__)
            return
        if not alive:
            log.error("worker_declared_dead", worker=self.id)
            self.lost.set()
            return
        self._beat_at = began
        self._sure.set()

    async def _run(self, work: Callable[[Session], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._transaction, work)

    def _transaction(self, work: Callable[[Session], T]) -> T:
        with Session(self._database.engine, expire_on_commit=False) as session:
            result = work(session)
            session.commit()
            return result
