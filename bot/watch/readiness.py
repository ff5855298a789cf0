"""`/readyz`: whether work can be taken, and if not, why."""

import asyncio
from typing import TYPE_CHECKING

from core.creation.spool import Spooled
from storage.counts import alive

if TYPE_CHECKING:
    from bot.app import App

DATABASE_S = 2.0
PLATFORM_S = 60.0
STORE_S = 60.0
"""A finished result is in the store within seconds, a long film within a minute; later, the store did not take it."""
SPOOL_MAX = 5 << 30
"""Bytes: some hundred long films. By then the store has been away for long, and the disk is the next to fail."""


class Readiness:
    """Asks what can only be asked, and collects what the parts of the house say of themselves."""

    def __init__(
        self, app: "App", *, platform_s: float = PLATFORM_S, store_s: float = STORE_S, spool_max: int = SPOOL_MAX
    ) -> None:
        self._app = app
        self._platform_s, self._store_s, self._spool_max = platform_s, store_s, spool_max
        self._asking: asyncio.Task[None] | None = None

    async def reasons(self, spooled: Spooled | None = None) -> list[str]:
        """Sentences for an operator; empty where all is well. `spooled`: what lies in the spool, if that is known."""
        database, files = await asyncio.gather(self._database(), self._files(spooled))
        return [*database, *self._app.not_working(), *files, *self._app.pulse.complaints(self._platform_s)]

    async def _database(self) -> list[str]:
        """All who ask at once share one question, so that a database that hangs is not asked again and again."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._app.database.read(alive), name="is the database there")
        await asyncio.wait((self._asking,), timeout=DATABASE_S)
        if self._asking.done() and not self._asking.cancelled() and self._asking.exception() is None:
            return []
        return ["the database cannot be reached"]

    async def _files(self, spooled: Spooled | None) -> list[str]:
        spooled = spooled or await self._app.spool.waiting()
        reasons = []
        if spooled.oldest_s > self._store_s:
            reasons.append(f"the store of files is away: {spooled.results} finished results wait for it")
        if spooled.size_bytes > self._spool_max:
            reasons.append(f"the spool holds {spooled.size_bytes >> 20} MB")
        return reasons
