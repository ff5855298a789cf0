"""The middle durable step: one tool call, from intent to stored asset. Run again, it goes on from its row."""

import asyncio
import json
import mimetypes
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import structlog
from sqlmodel import Session, select

from core.agent.catalogue import Catalogue
from core.agent.loop import named_refs
from core.agent.tools import TOOLS
from core.creation.spool import Spool
from core.creation.stops import Stopped, Stops
from core.creation.thumbnails import Thumbnails
from core.creation.titles import shortened
from core.errors import NativeError, ProviderError, Uncertain, UserError
from core.providers.base import Failed, Kind, Made, Order, Output, Provider, Refused, Source, Ticket, Tool, Waiting
from storage import creations, gallery, ledger
from storage.changes import Changes
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset, Creation, Step, StepState, new_id, now

log = structlog.get_logger()
ALT_MAX = 300
UNCERTAIN = "uncertain"
EXTENSIONS = {"image/webp": ".webp", "audio/mpeg": ".mp3", "audio/wav": ".wav", "image/jpeg": ".jpg"}
STOP_WORDS = {
    "cancelled": "You cancelled this.",
    "deadline": "This took longer than its time limit, so Easel stopped it.",
}


@dataclass(frozen=True, slots=True)
class Job:
    """The rows of one tool call, and what it works from."""

    creation: Creation
    step: Step
    sources: tuple[Asset, ...] = ()


class Making:
    """Carries out tool calls. Money moves only between the committed intent and the committed outcome."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        stops: Stops,
        objects: ObjectStore,
        spool: Spool,
        thumbnails: Thumbnails,
        providers: Mapping[str, Provider],
        catalogue: Catalogue,
        *,
        poll_s: float | None = None,
        rerun_uncertain_micros: int = 0,
    ) -> None:
        self._database = database
        self._changes = changes
        self._stops = stops
        self._objects = objects
        self._spool = spool
        self._thumbnails = thumbnails
        self._providers = providers
        self._catalogue = catalogue
        self._poll_s = poll_s
        self._rerun_uncertain_micros = rerun_uncertain_micros

    async def make(self, step_id: str) -> str:
        """Bring one step to its final state, and return it."""
        job = await self._database.read(lambda session: _job(session, step_id))
        if job is None:
            return "forgotten"
        if job.step.state.final:
            return job.step.state
        try:
            await self._stops.during(job.creation.id, self._carry_out(job))
        except Stopped as stop:
            await self._stopped(job, stop.reason)
        except (UserError, ProviderError) as error:
            await self._fail(job, error.code, error.message)
        except NativeError:
            log.exception("media_failed", step=step_id)
            await self._fail(job, "media_failed", "The file could not be made here. Please try again.")
        await self._spool.clear(step_id)
        return job.step.state

    async def failed(self, step_id: str, code: str, message: str) -> str:
        """End a step that met a bug."""
        job = await self._database.read(lambda session: _job(session, step_id))
        if job and not job.step.state.final:
            await self._fail(job, code, message)
        await self._spool.clear(step_id)
        return job.step.state if job else "forgotten"

    async def _fail(self, job: Job, code: str, message: str) -> None:
        """End a step with a sentence; its money goes back unless it may have been spent."""

        def work(session: Session) -> None:
            creations.change_step(
                session,
                job.step,
                state=StepState.ERROR,
                error_code=code,
                error_message=message,
                cost_micros=ledger.settle_whole(session, job.step.id) if code == UNCERTAIN else 0,
                finished_at=now(),
            )
            ledger.release(session, job.step.id)

        await self._changes.write(job.creation.id, work)

    # --- the way of one call --------------------------------------------------------------------------------------

    async def _carry_out(self, job: Job) -> None:
        await self._needed(job)
        job = await self._with_sources(job)
        folder, output = await self._spool.open(job.step.id)
        order = await self._order(job, folder)
        if output is None:
            output = await self._output(job, order)
            await self._spool.keep(job.step.id, output)
        await self._keep(job, order, output)

    async def _needed(self, job: Job) -> None:
        """Wait for the steps whose results this one works from, and for no other."""
        with self._changes.listening(job.creation.id) as changed:
            while True:
                changed.clear()
                states = await self._database.read(lambda session: _states(session, job.step.needs))
                if all(state.final for state in states):
                    break
                await changed.wait()
        if any(state != StepState.COMPLETE for state in states):
            raise UserError("It needed a result that could not be made.", "input_missing")

    async def _with_sources(self, job: Job) -> Job:
        assets = await self._database.read(lambda session: _sources(session, job))
        if None in assets:
            raise UserError("What it should start from is not there any more.", "input_gone")
        return replace(job, sources=tuple(asset for asset in assets if asset))

    async def _order(self, job: Job, folder: Path) -> Order:
        step, arguments = job.step, job.step.arguments
        sources = await asyncio.gather(*(self._source(role, asset, folder) for role, asset in _roles(job)))
        model = self._catalogue.model(step.model or "")
        return Order(
            step_id=step.id,
            tool=Tool(step.tool),
            kind=Kind(step.kind),
            model=model.id,
            prompt=_prompt(job),
            instruction=arguments.get("instruction") or arguments.get("instructions") or "",
            aspect=arguments.get("aspect"),
            duration_s=arguments.get("duration_s"),
            voice=arguments.get("voice"),
            style=arguments.get("style"),
            transparent=bool(arguments.get("transparent")),
            seed=_seed(job),
            sources=tuple(sources),
            folder=folder,
        )

    async def _source(self, role: str, asset: Asset, folder: Path) -> Source:
        try:
            path = await self._objects.fetch(asset.object_key, folder)
        except FileNotFoundError as error:
            raise UserError("The file it should start from is missing.", "input_gone") from error
        return Source(
            role=role,
            path=path,
            media_type=asset.media_type,
            kind=Kind(asset.kind),
            prompt=asset.prompt,
            provider=asset.provider or "",
            seed=asset.seed,
            duration_s=asset.duration_s,
        )

    # --- the provider ---------------------------------------------------------------------------------------------

    async def _output(self, job: Job, order: Order) -> Output:
        provider = self._providers[job.step.provider or ""]
        answer: Ticket | Waiting | Output | Refused | Failed
        ticket = Ticket(**job.step.ticket) if job.step.ticket else None
        answer = ticket or await self._submit(job, order, provider)
        while isinstance(answer, Ticket | Waiting):
            if isinstance(answer, Ticket):
                ticket = answer
                await self._mark(job, ticket={"id": ticket.id, "data": ticket.data})
            else:
                await self._mark(job, progress=answer.progress, detail=answer.detail)
            assert ticket is not None
            await asyncio.sleep((self._poll_s or provider.poll_s) * random.uniform(0.9, 1.1))
            answer = await provider.poll(ticket, order)
        if isinstance(answer, Refused | Failed):
            raise ProviderError(answer.message, answer.code)
        return answer

    async def _submit(self, job: Job, order: Order, provider: Provider) -> Ticket | Output | Refused | Failed:
        """Commit the intent, then call. An intent found without an outcome: an earlier call may have been paid."""
        if job.step.intent_at and not provider.repeatable and not self._may_rerun(job.step):
            raise Uncertain(
                "Easel was interrupted here, so this may have been charged although nothing arrived. "
                "Try again, or try another model.",
                UNCERTAIN,
            )
        await self._mark(
            job,
            state=StepState.IN_PROGRESS,
            intent_at=now(),
            started_at=job.step.started_at or now(),
            attempts=job.step.attempts + 1,
        )
        return await provider.submit(order)

    def _may_rerun(self, step: Step) -> bool:
        model = self._catalogue.model(step.model or "")
        price = model.price_micros(
            duration_s=step.arguments.get("duration_s"), characters=len(step.arguments.get("text", ""))
        )
        return price <= self._rerun_uncertain_micros

    async def _mark(self, job: Job, **values: Any) -> None:
        if any(getattr(job.step, name) != value for name, value in values.items()):
            await self._changes.write(
                job.creation.id, lambda session: creations.change_step(session, job.step, **values)
            )

    # --- keeping --------------------------------------------------------------------------------------------------

    async def _keep(self, job: Job, order: Order, output: Output) -> None:
        """Objects first, under keys that a second run overwrites; then rows, money and version in one transaction."""
        assets = await asyncio.gather(
            *(self._stored(job, order, ordinal, made, output) for ordinal, made in enumerate(output.files))
        )

        def work(session: Session) -> None:
            creation = session.get_one(Creation, job.creation.id)
            gallery.add(session, creation, assets)
            ledger.settle(session, job.step.id, output.cost_micros)
            creations.change_step(
                session,
                job.step,
                state=StepState.COMPLETE,
                progress=None,
                detail=" ".join(output.notes),
                cost_micros=output.cost_micros,
                finished_at=now(),
            )

        try:
            await self._changes.write(job.creation.id, work)
        except Exception:
            await self._discard_if_forgotten(job)
            raise
        for asset in assets:
            self._thumbnails.soon(asset)

    async def _stored(self, job: Job, order: Order, ordinal: int, made: Made, output: Output) -> Asset:
        extension = EXTENSIONS.get(made.media_type) or mimetypes.guess_extension(made.media_type) or ".bin"
        key = f"{job.creation.user_id}/{job.creation.id}/{job.step.id}-{ordinal}{extension}"
        await self._objects.put(key, made.path, made.media_type)
        size_bytes, digest = await self._spool.measure(made.path)
        return Asset(
            id=new_id(),
            user_id=job.creation.user_id,
            workspace_id=job.creation.workspace_id,
            creation_id=job.creation.id,
            thread_id=job.creation.thread_id,
            step_id=job.step.id,
            ordinal=ordinal,
            parent_id=job.sources[0].id if job.sources else None,
            kind=job.step.kind,
            tool=job.step.tool,
            media_type=made.media_type,
            size_bytes=size_bytes,
            width=made.width,
            height=made.height,
            duration_s=made.duration_s,
            sha256=digest,
            object_key=key,
            asked=job.creation.prompt or (job.sources[0].asked if job.sources else ""),
            prompt=order.prompt,
            alt_text=_alt_text(job, order),
            provider=job.step.provider,
            model=job.step.model,
            seed=made.seed,
            letter=job.step.index + ordinal,
            cost_micros=output.cost_micros // len(output.files),
        )

    async def _discard_if_forgotten(self, job: Job) -> None:
        """What finishes after its owner asked to be forgotten leaves no file behind."""
        if await self._database.read(lambda session: _job(session, job.step.id)) is None:
            await self._objects.delete_all(f"{job.creation.user_id}/{job.creation.id}/")

    async def _stopped(self, job: Job, reason: str) -> None:
        """Tell the provider, give the money back, and end the step."""
        if job.step.ticket:
            await self._providers[job.step.provider or ""].cancel(Ticket(**job.step.ticket))

        def work(session: Session) -> None:
            creations.change_step(
                session,
                job.step,
                state=StepState.CANCELLED if reason == "cancelled" else StepState.ERROR,
                error_code=reason,
                error_message=STOP_WORDS[reason],
                finished_at=now(),
            )
            ledger.release(session, job.step.id)

        await self._changes.write(job.creation.id, work)


def _job(session: Session, step_id: str) -> Job | None:
    step = session.get(Step, step_id)
    return Job(session.get_one(Creation, step.creation_id), step) if step else None


def _states(session: Session, step_ids: list[str]) -> list[StepState]:
    found = (session.get(Step, step_id) for step_id in step_ids)
    return [step.state if step else StepState.ERROR for step in found]


def _sources(session: Session, job: Job) -> list[Asset | None]:
    spec = TOOLS[Tool(job.step.tool)]
    return [_source_row(session, job, ref) for _, ref in named_refs(spec, job.step.arguments)]


def _source_row(session: Session, job: Job, ref: str) -> Asset | None:
    if not ref.startswith("call:"):
        return gallery.reachable(session, job.creation.user_id, job.creation.thread_id, ref)
    turn = creations.turn(session, job.creation.id, job.step.turn)
    call_id = turn.calls[int(ref.removeprefix("call:"))]["id"] if turn else ""
    query = (
        select(Asset)
        .join(Step, Asset.step_id == Step.id)  # type: ignore[arg-type]
        .where(Step.creation_id == job.creation.id, Step.turn == job.step.turn, Step.call_id == call_id)
    )
    return session.exec(query).first()


def _roles(job: Job) -> list[tuple[str, Asset]]:
    names = [name for name, _ in named_refs(TOOLS[Tool(job.step.tool)], job.step.arguments)]
    return [(_role(name, asset), asset) for name, asset in zip(names, job.sources, strict=True)]


def _role(name: str, asset: Asset) -> str:
    if name in ("mask", "first_frame"):
        return name
    return "video" if asset.kind == Kind.VIDEO else "image"


def _prompt(job: Job) -> str:
    arguments = job.step.arguments
    own = arguments.get("text") or arguments.get("prompt")
    return str(own or (job.sources[0].prompt if job.sources else "") or "")


def _seed(job: Job) -> int:
    """The words decide, so that the same wish looks the same; a variation and a sibling differ."""
    step = job.step
    fresh = step.tool == Tool.VARY or job.creation.action == "again"
    salt = step.id if fresh else str(step.index) if step.index else ""
    return crc32(json.dumps([_prompt(job), salt]).encode())


def _alt_text(job: Job, order: Order) -> str:
    given = job.step.arguments.get("alt_text")
    if given:
        return str(given)
    words = shortened(order.prompt, ALT_MAX)
    return f"Narration: {words}" if order.kind == Kind.SPEECH else words or "An uploaded picture, changed"
