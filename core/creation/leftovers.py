"""Finished work in this machine's spool whose step was ended elsewhere: kept safe here, and nobody's any more.

A worker that dies between the slip and the store leaves both on its own disk. Another worker takes its creation over,
fetches the result with the ticket, or says that the call is uncertain; and this machine, started again, would count a
result that waits for the store for ever.
"""

from datetime import timedelta

import structlog

from core.creation.spool import Spool
from core.creation.sweeps import sweep
from storage import creations
from storage.database import Database
from storage.tables import now

EVERY_S = 30.0
IDLE = timedelta(seconds=30)
"""Whoever ends a step here removes its folder within moments."""
log = structlog.get_logger()


class Leftovers:
    """Looks at start and now and then, in each process that carries out."""

    def __init__(self, database: Database, spool: Spool) -> None:
        self._database = database
        self._spool = spool

    async def run(self) -> None:
        """Look until cancelled."""
        await sweep("leftovers", self.look, EVERY_S, at_once=True)

    async def look(self) -> None:
        """Let go of it now."""
        kept = await self._spool.kept(now() - IDLE)
        if not kept:
            return
        open_ = await self._database.read(lambda session: creations.open_steps(session, kept))
        for step_id in kept:
            if step_id not in open_:
                log.info("ended_elsewhere", step=step_id)
                await self._spool.clear(step_id)
