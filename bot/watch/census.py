"""`/metrics`: what was counted while it happened, and what is looked up when somebody asks."""

import asyncio
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog

from bot.watch.readiness import Readiness
from storage.counts import counts
from storage.tables import now

if TYPE_CHECKING:
    from bot.app import App

USD = 1_000_000
ROWS_S = 5.0
log = structlog.get_logger()


class Census:
    """Writes down all figures of a process."""

    def __init__(self, app: "App", readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness
        self._figures = app.watch.figures
        self._figures.build.labels(version("easel"), platform.python_version()).set(1)

    async def text(self) -> bytes:
        """Everything in Prometheus' own format. What cannot be looked up now keeps its last figure."""
        looked = await asyncio.gather(self._rows(), self._spool_and_ready(), self._engine(), return_exceptions=True)
        for error in looked:
            if isinstance(error, Exception):
                log.warning("figure_not_to_be_had", error=type(error).__name__)
        self._figures.worker.clear()  # it has no name before it has joined the others
        self._figures.worker.labels(self._app.machines.worker_id, "yes" if self._app.workbench else "no").set(1)
        self._figures.native_busy.set(self._app.pool.busy)
        self._figures.native_waiting.set(self._app.pool.waiting)
        return self._figures.text()

    async def _rows(self) -> None:
        async with asyncio.timeout(ROWS_S):
            found = await self._app.database.read(lambda session: counts(session, now()))
        for state, count in found.unfinished.items():
            self._figures.creations.labels(state.value).set(count)
        self._figures.oldest_queued.set(found.oldest_queued_s)
        for what, micros in found.budget.items():
            self._figures.budget.labels(what).set(micros / USD)

    async def _spool_and_ready(self) -> None:
        """Whoever cannot look into the spool cannot say either whether all is well."""
        spooled = await self._app.spool.waiting()
        self._figures.spool.set(spooled.results)
        self._figures.spool_bytes.set(spooled.size_bytes)
        self._figures.spool_oldest.set(spooled.oldest_s)
        self._figures.ready.set(not await self._readiness.reasons(spooled))

    async def _engine(self) -> None:
        bench = self._app.workbench
        if bench and bench.done() and not bench.cancelled() and not bench.exception():
            async with asyncio.timeout(ROWS_S):
                self._figures.engine_pending.set(len(await bench.result().engine.unfinished()))
