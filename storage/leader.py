"""What only one of several processes may hold, such as a connection to a chat: whoever has PostgreSQL's advisory lock.

The lock hangs on a connection of its own, which PostgreSQL itself ends when nothing is heard on it for a while. So it
is given back when its holder dies, when its machine vanishes, and also when the process is only stopped: no other
process has to judge. A holder that wakes finds out by asking, and does nothing before it has.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from storage.notices import connected

if TYPE_CHECKING:
    from psycopg import AsyncConnection

SPACE = 7_305_442
"""Of PostgreSQL's advisory locks with two numbers, those of leaders."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """How long the lock outlives its holder's silence."""

    every_s: float = 4.0
    """Between two questions whether the lock still stands, or whether it is free."""
    silent_s: float = 18.0
    """After so long PostgreSQL ends the connection (`idle_session_timeout`, PostgreSQL 14)."""
    sure_s: float = 13.0
    """For so long after it asked, the holder may trust the answer."""


LEASE = Lease()


class Leader:
    """Stands for election, again and again. One for each thing that is held."""

    def __init__(self, url: str, name: str, lease: Lease = LEASE) -> None:
        self._url = url
        self._name = name
        self._lease = lease
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
        self._leads = False
        self._asked_at = -1e9
        self._answered = asyncio.Event()

    @property
    def certain(self) -> bool:
        """Whether this process surely leads now."""
        return self._leads and clock() - self._asked_at < self._lease.sure_s

    async def sure(self) -> bool:
        """Whether this process leads: asked first, where the last answer is old."""
        while self._leads and not self.certain:
            self._answered.clear()
            await self._answered.wait()
        return self._leads

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something whenever, and only as long as, this process leads. Until cancelled."""
        while True:
            try:
                await self._once(work)
            except Exception as error:  # whatever breaks the connection: it is made again
                log.warning("no_election", of=self._name, error=type(error).__name__)
            await asyncio.sleep(min(1.0, self._lease.every_s))

    async def _once(self, work: Callable[[], Awaitable[None]]) -> None:
        connection = await connected(self._url)
        try:
            await connection.execute(f"SET idle_session_timeout = {round(self._lease.silent_s * 1_000)}")
            while not await self._asked(connection, f"SELECT pg_try_advisory_lock({SPACE}, {self._key})"):
                await asyncio.sleep(min(2.0, self._lease.every_s))
            await self._lead(connection, work)
        finally:
            with suppress(Exception):
                await connection.close()

    async def _lead(self, connection: "AsyncConnection[Any]", work: Callable[[], Awaitable[None]]) -> None:
        log.info("leads", of=self._name)
        self._leads = True
        doing = asyncio.ensure_future(work())
        try:
            while not doing.done():
                await asyncio.wait((doing,), timeout=self._lease.every_s)
                await self._asked(connection, "SELECT true")
            await doing
        finally:
            self._leads = False
            self._answered.set()
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
            log.info("leads_no_more", of=self._name)

    async def _asked(self, connection: "AsyncConnection[Any]", question: str) -> bool:
        began = clock()
        async with asyncio.timeout(self._lease.every_s):
            row = await (await connection.execute(question)).fetchone()
        self._asked_at = began
        self._answered.set()
        return bool(row and row[0])


def clock() -> float:
    """Seconds that go on while the process is stopped, and while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
