"""What processes tell each other through PostgreSQL's LISTEN and NOTIFY: that something changed, never what.

Notices are gathered and sent right after the transactions that they tell of, not inside them: PostgreSQL commits those
that notify one after the other, which took twelve connections from 10,300 commits a second to 3,500. What a process
that dies in between leaves unsaid is found by the slow looks that go on beside this.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import text

from storage.database import Database

if TYPE_CHECKING:
    from psycopg import AsyncConnection

CHANNEL = "easel"
TOGETHER_S = 0.05
"""Notices within this time go in one message: each costs every process half a millisecond to hear."""
MOST = 150
"""Ids in one message: PostgreSQL takes 8,000 bytes (https://www.postgresql.org/docs/current/sql-notify.html)."""
AGAIN_S = (0.2, 1.0, 3.0)
"""Waits after a connection that broke; the last one repeats."""
PING_S = 10.0
"""A connection that is silent for so long is asked whether it still stands."""
ANSWER_S = 5.0
MISSED = "missed"
"""Told to the hearers themselves: the connection was away, and anything may have been said meanwhile."""
_SAY = text(f"SELECT pg_notify('{CHANNEL}', :said)")
log = structlog.get_logger()
Hear = Callable[[str, list[str]], None]


class Notices:
    """Listens on a connection of its own, made again whenever it breaks. What it said itself it does not hear."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._me = secrets.token_hex(4)
        self._hearers: list[Hear] = []
        self._unsaid: dict[str, set[str]] = {}
        self._something = asyncio.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="notices")
        self.up = False
        """Whether what others say is heard now."""

    def hear(self, hearer: Hear) -> None:
        """Tell a hearer of everything that other processes say: the word and its ids."""
        self._hearers.append(hearer)

    def say(self, word: str, ids: Iterable[str] = ()) -> None:
        """Tell the other processes, in a moment."""
        self._unsaid.setdefault(word, set()).update(ids)
        self._something.set()

    async def run(self) -> None:
        """Listen and speak until cancelled."""
        try:
            await asyncio.gather(self._listen(), self._speak())
        finally:
            self.up = False

    async def close(self) -> None:
        """Say what is still to be said, and let go."""
        if messages := list(self._messages()):
            with suppress(Exception):
                await asyncio.get_running_loop().run_in_executor(self._pool, self._send, messages)
        self._pool.shutdown(wait=False)

    # --- hearing --------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        failures = 0
        while True:
            began = monotonic()
            try:
                await self._heard()
            except Exception as error:  # whatever breaks a connection, the next one is the remedy
                failures = 0 if monotonic() - began > PING_S else failures + 1
                log.warning("notices_not_heard", error=type(error).__name__)
            finally:
                self.up = False
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])

    async def _heard(self) -> None:
        connection = await connected(self._database.url)
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.up = True
            self._tell(MISSED, [])
            while True:
                async for notice in connection.notifies(timeout=PING_S):
                    self._take(notice.payload)
                async with asyncio.timeout(ANSWER_S):
                    await connection.execute("SELECT 1")
        finally:
            with suppress(Exception):
                await connection.close()

    def _take(self, said: str) -> None:
        by, *notices = said.split(";")
        for notice in notices if by != self._me else ():
            word, *ids = notice.split(" ")
            self._tell(word, ids)

    def _tell(self, word: str, ids: list[str]) -> None:
        for hearer in self._hearers:
            hearer(word, ids)

    # --- saying ---------------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(TOGETHER_S)
            messages = list(self._messages())
            try:
                await asyncio.get_running_loop().run_in_executor(self._pool, self._send, messages)
            except Exception as error:  # who does not hear it now looks later
                log.warning("notices_not_said", error=type(error).__name__)

    def _messages(self) -> Iterator[str]:
        """What is to be said, in as few messages as hold it; none where nothing is."""
        self._something.clear()
        unsaid, self._unsaid = self._unsaid, {}
        notices, held = [self._me], 0
        for word, ids in unsaid.items():
            for some in batched(sorted(ids)) or [[]]:
                if held + len(some) > MOST:
                    yield ";".join(notices)
                    notices, held = [self._me], 0
                notices.append(" ".join((word, *some)))
                held += len(some)
        if len(notices) > 1:
            yield ";".join(notices)

    def _send(self, messages: list[str]) -> None:
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for message in messages:
                connection.execute(_SAY, {"said": message})


def batched(ids: list[str]) -> list[list[str]]:
    """The ids, in lists that fit into a message."""
    return [ids[start : start + MOST] for start in range(0, len(ids), MOST)]


async def connected(url: str) -> "AsyncConnection[Any]":
    """A connection of one's own, outside any pool. `url` as SQLAlchemy spells it."""
    from psycopg import AsyncConnection

    from storage.postgres import OPTIONS

    plain = url.replace("+psycopg", "", 1)
    return await AsyncConnection.connect(plain, autocommit=True, **OPTIONS)  # type: ignore[arg-type]
