"""The last net: a creation that outlived its deadline without an end, for whatever reason, is ended."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from core.creation.sweeps import sweep
from storage import creations
from storage.database import Database
from storage.tables import now

EVERY_S = 30.0
GRACE = timedelta(minutes=2)
"""Time for the normal way: cancelling at the provider, settling, delivering."""
log = structlog.get_logger()


class Overdue:
    """Ends what nobody ends any more."""

    def __init__(self, database: Database, finish: Callable[[str], Awaitable[str]]) -> None:
        self._database = database
        self._finish = finish

    async def run(self) -> None:
        """Look until cancelled."""
        await sweep("overdue", self._sweep, EVERY_S)

    async def _sweep(self) -> None:
        for creation_id in await self._database.read(lambda session: creations.overdue(session, now() - GRACE)):
            log.error("creation_overdue", creation=creation_id)
            await self._finish(creation_id)
