"""What all processes together may do in a time: buckets of tokens in rows, from which each takes a few at once.

Only on PostgreSQL, where there are several processes. Whatever waits in one process is asked for in one transaction, so
a crowd costs few writes, and nobody holds tokens that it does not use at once.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import rows
from storage.database import Database
from storage.errors import StorageBusy
from storage.tables import Allowance

MOST = 10
"""Tokens in one transaction."""
LEAST_WAIT_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast a bucket refills, and how much it holds."""

    per_s: float
    burst: float


def take(session: Session, key: str, rate: Rate, wanted: int) -> int:
    """Take up to so many tokens; returns how many there were."""
    at: datetime = session.scalar(columns(func.clock_timestamp()))  # type: ignore[assignment]
    bucket = select(Allowance).where(col(Allowance.key) == key).with_for_update()
    row = session.exec(bucket).first()
    if row is None:
        rows.claim(session, Allowance(key=key, tokens=rate.burst, at=at))
        row = session.exec(bucket).one()
    there = min(rate.burst, row.tokens + rate.per_s * max(0.0, (at - row.at).total_seconds()))
    granted = min(wanted, int(there))
    row.tokens, row.at = there - granted, max(at, row.at)
    session.add(row)
    return granted


class Shared:
    """One bucket, as one process uses it."""

    def __init__(self, database: Database, key: str, rate: Rate) -> None:
        self._database = database
        self._key = key
        self._rate = rate
        self._waiting: list[asyncio.Future[None]] = []
        self._asking: asyncio.Task[None] | None = None

    async def acquire(self) -> None:
        """Wait until one may go on."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name=f"allowance {self._key}")
        await turn

    async def _ask(self) -> None:
        """For all who wait, in the order in which they came. Who gave up meanwhile loses a token, and nothing else."""
        while self._waiting:
            wanted = min(MOST, len(self._waiting))
            granted = await self._granted(wanted)
            for turn in self._waiting[:granted]:
                if not turn.done():
                    turn.set_result(None)
            del self._waiting[:granted]
            if self._waiting and granted < wanted:
                await asyncio.sleep(max(LEAST_WAIT_S, (wanted - granted) / self._rate.per_s / 2))

    async def _granted(self, wanted: int) -> int:
        try:
            return await self._database.write(lambda session: take(session, self._key, self._rate, wanted))
        except StorageBusy:  # the other side enforces its limit, too: better its "too many" than no end of waiting
            return wanted
