"""The middle durable step: one tool call, from intent to stored asset. Run again, it goes on from its row."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlmodel import Session

from core.creation import jobs
from core.creation.asking import Asking
from core.creation.jobs import Job
from core.creation.keeping import Keeping
from core.creation.leaving import Leaving
from core.creation.ordering import Ordering
from core.creation.spool import Spool
from core.creation.stops import Stopped, Stops
from core.errors import NativeError, ProviderError, UserError
from core.providers.base import Output
from storage import creations, ledger
from storage.changes import Changes
from storage.database import Database
from storage.errors import NotOurs, StoreAway
from storage.tables import StepState, now

log = structlog.get_logger()
GONE = "forgotten"
STORE_AWAY = "Made, and kept safe until the store of files is back"
STOP_WORDS = {
    "cancelled": "You cancelled this.",
    "deadline": "This took longer than its time limit, so Easel stopped it.",
}


class Making:
    """Carries out tool calls."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        stops: Stops,
        spool: Spool,
        ordering: Ordering,
        asking: Asking,
        keeping: Keeping,
        leaving: Leaving,
    ) -> None:
        self._database = database
        self._changes = changes
        self._stops = stops
        self._spool = spool
        self._ordering = ordering
        self._asking = asking
        self._keeping = keeping
        self._leaving = leaving

    async def make(self, step_id: str) -> str:
        """Bring one step to its final state, and return it."""
        return await self._ended(step_id, self._to_the_end)

    async def failed(self, step_id: str, code: str, message: str) -> str:
        """End a step that met a bug."""

        async def fail(job: Job) -> None:
            await self._fail(job, code, message, perhaps_paid=not await self._asking.cancel(job))

        return await self._ended(step_id, fail)

    async def _ended(self, step_id: str, end: Callable[[Job], Awaitable[None]]) -> str:
        job = await self._job(step_id)
        if job is None:
            await self._spool.clear(step_id)
            return GONE
        if job.step.state.final:
            await self._keeping.clear_if_failed(job)  # a crash, or another worker, may have come before that
        else:
            with self._leaving.step(job.creation.id):
                await end(job)
        await asyncio.gather(self._spool.clear(step_id), self._keeping.clear_preview(job))
        return job.step.state

    async def _to_the_end(self, job: Job) -> None:
        try:
            await self._carry_out(job)
        except Stopped as stop:
            await self._stopped(job, stop.reason)
        except UserError as error:
            await self._fail(job, error.code, error.message)
        except ProviderError as error:
            await self._fail(job, error.code, error.message, perhaps_paid=error.perhaps_paid)
        except NotOurs:
            await self._keeping.clear_if_failed(job)
            raise
        except NativeError:
            log.exception("media_failed", step=job.step.id)
            await self._fail(job, "media_failed", "The file could not be made here. Please try again.")

    async def _carry_out(self, job: Job) -> None:
        """Ask within the deadline. What is made then waits for the store as long as that takes, or until a cancel."""
        folder, made = await self._spool.open(job.step.id)
        if made:
            job, output = await self._with_what_is_left(job), made
        else:
            job, output = await self._stops.during(job.creation.id, self._asked(job, folder))
        try:
            storing = self._keeping.store(job, output)
            assets = await self._stops.during(job.creation.id, storing, despite_deadline=True)
        except StoreAway:
            await self._waits(job)
            raise
        await self._keeping.tell(job, assets, output)

    async def _asked(self, job: Job, folder: Path) -> tuple[Job, Output]:
        await self._needed(job)
        job = await self._ordering.with_sources(job)
        return job, await self._asking.ask(job, folder)

    async def _with_what_is_left(self, job: Job) -> Job:
        """A source that was deleted after the work was paid takes nothing away from the result."""
        try:
            return await self._ordering.with_sources(job)
        except UserError:
            return job

    async def _waits(self, job: Job) -> None:
        """Say once why nothing comes yet, and keep the net for overdue creations away."""
        if job.step.spooled_at is None:
            await self._changes.write(
                job.creation.id,
                lambda session: creations.change_step(
                    session, job.step, spooled_at=now(), progress=None, detail=STORE_AWAY
                ),
            )

    async def _needed(self, job: Job) -> None:
        """Wait for the steps whose results this one works from, and for no other."""
        if not job.step.needs:
            return
        with self._changes.listening(job.creation.id) as changed:
            while True:
                changed.clear()
                found = await self._database.look(lambda session: jobs.states(session, job.step.needs))
                if all(state.final for state in found):
                    break
                with self._leaving.resting(job.creation.id):
                    await changed.wait()
        if any(state != StepState.COMPLETE for state in found):
            raise UserError("It needed a result that could not be made.", "input_missing")

    # --- ends other than a result ---------------------------------------------------------------------------------

    async def _stopped(self, job: Job, reason: str) -> None:
        """Tell the provider, and end the step."""
        free = await self._asking.cancel(job)
        state = StepState.CANCELLED if reason == "cancelled" else StepState.ERROR
        await self._fail(job, reason, STOP_WORDS[reason], state=state, perhaps_paid=not free)

    async def _fail(
        self,
        job: Job,
        code: str,
        message: str,
        *,
        state: StepState = StepState.ERROR,
        perhaps_paid: bool = False,
    ) -> None:
        """End a step with a sentence. Its money goes back, unless it may have been spent: then the whole counts."""

        def work(session: Session) -> None:
            spent = ledger.settle_whole(session, job.step.id) if perhaps_paid else 0
            ledger.release(session, job.step.id)
            creations.change_step(
                session,
                job.step,
                state=state,
                error_code=code,
                error_message=message,
                cost_micros=spent,
                finished_at=now(),
            )

        try:
            await self._changes.write(job.creation.id, work)
        finally:  # after the write: who slept may find that another worker has ended the step, and how
            await self._keeping.clear_if_failed(job)

    async def _job(self, step_id: str) -> Job | None:
        return await self._database.look(lambda session: jobs.job_of(session, step_id))
