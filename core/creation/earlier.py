"""A call whose end nobody saw: it is looked for at its provider before anything is paid again, or given up."""

import asyncio
from datetime import datetime

import structlog

from core.creation.jobs import Job
from core.creation.ordering import Ordering, highest_price
from core.providers.base import Became, Failed, NotBegun, Order, Provider, Ticket, Unknown
from storage import creations
from storage.database import Database

PERHAPS_CHARGED = (
    "Easel was interrupted here, so this may have been charged although nothing arrived. "
    "Try again, or try another model."
)
log = structlog.get_logger()


class Earlier:
    """What became of calls that ended between an intent and its outcome: by a kill, or without an answer."""

    def __init__(self, database: Database, ordering: Ordering, *, alone: bool, rerun_uncertain_micros: int) -> None:
        """`alone`: who made a call is surely dead. One of several workers may only sleep, and make it when it wakes."""
        self._alone = alone
        self._database = database
        self._ordering = ordering
        self._rerun_uncertain_micros = rerun_uncertain_micros

    async def call(self, job: Job, order: Order, provider: Provider) -> Ticket | Failed | None:
        """The ticket that it brought, or why the step is given up; None where a call may be made.

        An intent without an outcome says that one began, and may have been paid.
        """
        since = job.step.intent_at
        if since is None or provider.repeatable:
            return None
        while isinstance(became := await self._look(order, provider, since), Unknown) and became.again_s:
            await asyncio.sleep(became.again_s)
        log.info("earlier_call", provider=provider.name, step=job.step.id, became=type(became).__name__)
        if isinstance(became, Ticket):
            return became
        if (isinstance(became, NotBegun) and self._alone) or self._may_rerun(job):
            return None
        return Failed(PERHAPS_CHARGED, "uncertain", perhaps_paid=True)

    async def _look(self, order: Order, provider: Provider, since: datetime) -> Became:
        taken = await self._database.read(lambda session: creations.tickets(session, provider.name, since))
        return await provider.find(order, since, taken)

    def _may_rerun(self, job: Job) -> bool:
        """An operator may allow paying twice, up to a price."""
        price = highest_price(self._ordering.model(job), job.step.arguments, job.step.source_s)
        return price <= self._rerun_uncertain_micros
