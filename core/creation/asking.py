"""One order at the providers: intent, call, ticket, polls; and another model where the first surely did not run."""

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from core.agent.catalogue import Catalogue, Model
from core.creation.earlier import Earlier
from core.creation.jobs import Job
from core.creation.keeping import preview_key
from core.creation.leaving import Leaving
from core.creation.ordering import Ordering
from core.creation.patience import Patience
from core.creation.recovering import Recovering
from core.creation.rooms import MayBegin, Rooms
from core.creation.spool import Spool
from core.errors import ProviderError, Uncertain
from core.providers.base import Failed, Order, Output, Provider, Refused, Ticket, Waiting
from core.providers.fitting import fit
from storage import creations
from storage.changes import Changes
from storage.objects import ObjectStore
from storage.tables import StepState, now

TICKET_GRACE_S = 1.0
TELL_EVERY_S = 1.0
"""How often progress is written down, however often it is polled: nobody is shown it more often."""
CANCEL_WAIT_S = 5.0
PREVIEW_S = 5.0
log = structlog.get_logger()
Answer = Ticket | Output | Refused | Failed


class Asking:
    """Gets orders made. Money moves only between a committed intent and a committed outcome."""

    def __init__(
        self,
        changes: Changes,
        objects: ObjectStore,
        ordering: Ordering,
        providers: Mapping[str, Provider],
        catalogue: Catalogue,
        rooms: Rooms,
        spool: Spool,
        earlier: Earlier,
        leaving: Leaving,
        recovering: Recovering,
        *,
        poll_s: float | None,
    ) -> None:
        self._changes = changes
        self._objects = objects
        self._ordering = ordering
        self._providers = providers
        self._catalogue = catalogue
        self._rooms = rooms
        self._spool = spool
        self._earlier = earlier
        self._leaving = leaving
        self._recovering = recovering
        self._poll_s = poll_s

    async def ask(self, job: Job, folder: Path) -> Output:
        """Ask the step's models one after the other, as far as that is allowed. What is made is kept in the spool.

        Raises:
            ProviderError: refused, failed, or `Uncertain`: with the sentence why.
        """
        patience = Patience()
        moves: list[str] = []
        while True:
            model = self._ordering.model(job)
            order, notes = fit(await self._order(job, folder), model)
            answer = await self._answer(job, order, (*moves, *notes))
            if isinstance(answer, Output):
                return answer
            if isinstance(answer, Refused):
                raise ProviderError(answer.message, answer.code, perhaps_paid=answer.billed)
            other = self._next(job) if answer.elsewhere else None
            gap_s = None if answer.again_s is None else patience.gap_s(answer.again_s, alone=other is None)
            if gap_s is not None:
                await self._again(job, gap_s)
            elif other:
                moves.append(f"{model.title} could not be used, so {other.title} made it.")
                await self._move(job, model, other)
                patience = Patience()
            else:
                raise _failed(answer)

    async def cancel(self, job: Job) -> bool:
        """Tell the provider; True where it surely charges nothing."""
        provider = self._providers[job.step.provider or ""]
        if ticket := await self._ticket(job):
            return await _told(provider, ticket)
        return provider.repeatable or job.step.intent_at is None

    # --- one model ------------------------------------------------------------------------------------------------

    async def _order(self, job: Job, folder: Path) -> Order:
        async def preview(file: Path) -> None:
            """A rough picture is worth no wait: the paid call that brought it goes on without. Of a creation that is
            another worker's by now it would lie there for ever.
            """
            key = preview_key(job)
            if not await self._changes.still_ours(job.creation.id):
                return
            with contextlib.suppress(OSError):  # a TimeoutError is one
                async with asyncio.timeout(PREVIEW_S):
                    await self._objects.put(key, file, "image/png")
                await self._mark(job, preview_key=key, progress=min(0.9, (job.step.progress or 0) + 0.3))

        return await self._ordering.order(job, folder, preview)

    async def _answer(self, job: Job, order: Order, notes: Sequence[str]) -> Output | Refused | Failed:
        provider = self._providers[job.step.provider or ""]
        ticket = await self._ticket(job)
        if ticket is None:
            answer = await self._submit(job, order, provider, notes)
            if not isinstance(answer, Ticket):
                return answer
            ticket = answer
        await self._keep(job, ticket)
        return await self._kept(job, await self._polled(job, order, provider, ticket), notes)

    async def _ticket(self, job: Job) -> Ticket | None:
        """Of the call that is under way. Where a kill came between its slip and its row, only the slip has it."""
        if job.step.ticket:
            return Ticket(**job.step.ticket)
        return await self._spool.ticket(job.step.id, job.step.attempts) if job.step.intent_at else None

    async def _submit(self, job: Job, order: Order, provider: Provider, notes: Sequence[str]) -> Answer:
        """Call, unless an earlier run did. Where nobody can say what became of a call, its provider is asked."""
        if became := await self._earlier.call(job, order, provider):
            return became
        answer = await self._prepared(job, order, provider, notes)
        if isinstance(answer, Failed) and answer.perhaps_paid:
            became = await self._earlier.call(job, order, provider)
            return became if isinstance(became, Ticket) else answer
        return answer

    async def _prepared(self, job: Job, order: Order, provider: Provider, notes: Sequence[str]) -> Answer:
        """Do what is free, commit the intent, then call."""
        ready = await provider.prepare(order)
        if isinstance(ready, Failed):
            return ready
        if provider.repeatable:
            await self._intend(job, _at_once)
            return await self._called(job, ready, provider, notes)
        may_begin = partial(self._leaving.begins, job.creation.id, job.step.estimate_s)
        await may_begin()
        async with self._recovering.call():
            await self._intend(job, may_begin)
            return await self._called(job, ready, provider, notes)

    async def _intend(self, job: Job, may_begin: MayBegin) -> None:
        await self._rooms.enter(
            job,
            may_begin,
            state=StepState.IN_PROGRESS,
            started_at=job.step.started_at or now(),
            attempts=job.step.attempts + 1,
            detail="",
        )

    async def _called(self, job: Job, order: Order, provider: Provider, notes: Sequence[str]) -> Answer:
        """Call the provider. Stopped in the middle, a paid call gets a moment to hand over its ticket or what it made.

        With the ticket the provider can be told to stop, or a later run goes on; without it, nobody could tell.
        """
        call = asyncio.ensure_future(self._placed(job, order, provider, notes))
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            if not provider.repeatable:
                await asyncio.wait((call,), timeout=TICKET_GRACE_S)
            if call.done() and not call.exception() and isinstance(ticket := call.result(), Ticket):
                await self._keep(job, ticket)
            raise
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)

    async def _placed(self, job: Job, order: Order, provider: Provider, notes: Sequence[str]) -> Answer:
        """What comes at once is kept at once, whether anybody still waits for it or not."""
        answer = await provider.submit(order)
        if not isinstance(answer, Ticket):
            return await self._kept(job, answer, notes)
        with contextlib.suppress(OSError):  # the row will have it
            await self._spool.note(job.step.id, job.step.attempts, answer)
        return answer

    async def _kept(
        self, job: Job, answer: Output | Refused | Failed, notes: Sequence[str]
    ) -> Output | Refused | Failed:
        """With its slip in the spool, what was made is never made again."""
        if not isinstance(answer, Output):
            return answer
        return await self._spool.keep(job.step.id, replace(answer, notes=(*notes, *answer.notes)))

    async def _keep(self, job: Job, ticket: Ticket) -> None:
        """Commit the ticket: from now on a later run only polls, on whatever machine."""
        await self._mark(job, ticket={"id": ticket.id, "data": ticket.data})

    async def _polled(self, job: Job, order: Order, provider: Provider, ticket: Ticket) -> Output | Refused | Failed:
        told_at = 0.0
        while True:
            await asyncio.sleep((self._poll_s or provider.poll_s) * random.uniform(0.9, 1.1))
            answer = await provider.poll(ticket, order)
            if not isinstance(answer, Waiting):
                return answer
            if answer.detail != job.step.detail or monotonic() - told_at >= TELL_EVERY_S:
                told_at = monotonic()
                await self._mark(job, progress=answer.progress, detail=answer.detail)

    # --- the next model -------------------------------------------------------------------------------------------

    async def _again(self, job: Job, wait_s: float) -> None:
        """It surely did not run: the intent is taken back before the wait."""
        await self._mark(job, intent_at=None, detail=f"Busy; trying again in {wait_s:.0f} s")
        await asyncio.sleep(wait_s)

    def _next(self, job: Job) -> Model | None:
        """The next candidate that is alive."""
        candidates = job.step.candidates
        later = candidates[candidates.index(job.step.model) + 1 :] if job.step.model in candidates else []
        usable = {model.id: model for model in self._catalogue.models}
        return next((usable[each] for each in later if each in usable), None)

    async def _move(self, job: Job, model: Model, other: Model) -> None:
        await self._mark(
            job,
            provider=other.provider,
            model=other.id,
            intent_at=None,
            ticket=None,
            progress=None,
            estimate_s=other.usual_s(job.step.arguments.get("duration_s")),
            detail=f"{model.title} could not be used; {other.title} is asked",
        )

    async def _mark(self, job: Job, **values: Any) -> None:
        if any(getattr(job.step, name) != value for name, value in values.items()):
            await self._changes.write(
                job.creation.id, lambda session: creations.change_step(session, job.step, **values)
            )


async def _at_once() -> None:
    """What costs nothing may begin at any time."""


async def _told(provider: Provider, ticket: Ticket) -> bool:
    """A provider that cannot be told to stop works on, and may charge for it."""
    try:
        async with asyncio.timeout(CANCEL_WAIT_S):
            return await provider.cancel(ticket)
    except (ProviderError, OSError) as error:
        log.warning("provider_not_told", provider=provider.name, error=type(error).__name__)
        return False


def _failed(answer: Failed) -> ProviderError:
    return Uncertain(answer.message) if answer.perhaps_paid else ProviderError(answer.message, answer.code)
