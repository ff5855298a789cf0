"""From an output to assets: objects first, then rows, money and version name in one transaction."""

import asyncio
import mimetypes
from contextlib import suppress

from sqlmodel import Session

from core.creation import jobs
from core.creation.jobs import Job
from core.creation.sidecars import Sidecars
from core.creation.spool import Spool
from core.creation.thumbnails import Thumbnails
from core.creation.titles import shortened
from core.providers.base import Kind, Made, Output
from core.trust.checks import Checks
from storage import creations, gallery, ledger
from storage.changes import Changes
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset, StepState, new_id, now

ALT_MAX = 300
CLEAR_S = 5.0
FAILED = frozenset({StepState.ERROR, StepState.CANCELLED})
EXTENSIONS = {"image/webp": ".webp", "audio/mpeg": ".mp3", "audio/wav": ".wav", "image/jpeg": ".jpg"}


class Keeping:
    """Stores what was made, byte for byte. Keys come from the step, so a second run overwrites and adds nothing."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        objects: ObjectStore,
        spool: Spool,
        thumbnails: Thumbnails,
        sidecars: Sidecars,
        checks: Checks,
    ) -> None:
        self._database = database
        self._changes = changes
        self._objects = objects
        self._spool = spool
        self._thumbnails = thumbnails
        self._sidecars = sidecars
        self._checks = checks

    async def store(self, job: Job, output: Output) -> list[Asset]:
        """Store every file. Stopped in the middle, a file may be there already: see `clear_if_failed`.

        Raises:
            StoreAway: one of them could not be stored now.
        """
        return await asyncio.gather(
            *(self._stored(job, ordinal, made, output) for ordinal, made in enumerate(output.files))
        )

    async def clear_if_failed(self, job: Job) -> None:
        """Take back whatever lies there of a step that ended without a result, or whose owner was forgotten: a
        preview, a file that was stored before a stop or a kill. What cannot be reached now, an audit finds.
        """
        found = await self._database.read(lambda session: jobs.job_of(session, job.step.id))
        if found is None or (found.step.intent_at and found.step.state in FAILED):
            with suppress(OSError):  # a TimeoutError is one
                async with asyncio.timeout(CLEAR_S):
                    for key in await self._objects.keys(_files(job)):
                        await self._objects.delete(key)

    async def tell(self, job: Job, assets: list[Asset], output: Output) -> None:
        """Rows, money and version names of everything that a step made, at once."""
        try:
            await self._changes.write(job.creation.id, lambda session: _complete(session, job, assets, output))
        except Exception:
            await self._discard_if_forgotten(job)
            raise
        for asset in assets:
            self._thumbnails.soon(asset)
            self._sidecars.soon(asset)

    async def clear_preview(self, job: Job) -> None:
        """Remove the rough picture of what is finished. Where the store is away, an audit finds it."""
        if job.step.state == StepState.COMPLETE and job.step.preview_key:
            with suppress(OSError):
                await self._objects.delete(job.step.preview_key)

    async def _stored(self, job: Job, ordinal: int, made: Made, output: Output) -> Asset:
        key = _key(job, ordinal, made)
        safety, _ = await asyncio.gather(
            self._judged(job, made),
            # of a worker that slept through being taken over: the other one's file lies there
            self._objects.put(key, made.path, made.media_type, shared=True),
        )
        return Asset(
            id=new_id(),
            user_id=job.creation.user_id,
            workspace_id=job.creation.workspace_id,
            creation_id=job.creation.id,
            thread_id=job.creation.thread_id,
            step_id=job.step.id,
            ordinal=ordinal,
            parent_id=job.parent.id if job.parent else None,
            credit_id=_credit(job),
            inputs=list(dict.fromkeys(asset.id for _, asset in job.sources)),
            kind=job.step.kind,
            tool=job.step.tool,
            media_type=made.media_type,
            size_bytes=made.size_bytes or 0,
            width=made.width,
            height=made.height,
            duration_s=made.duration_s,
            sha256=made.sha256 or "",
            object_key=key,
            asked=job.creation.prompt or (job.parent.asked if job.parent else ""),
            prompt=job.words,
            alt_text=_alt_text(job),
            provider=job.step.provider,
            model=job.step.model,
            seed=made.seed,
            letter=job.step.index + ordinal,
            safety=safety,
            cost_micros=output.cost_micros // len(output.files),
        )

    async def _judged(self, job: Job, made: Made) -> str:
        """The check's word on a file: asked for once, however often the store is tried."""
        if not self._checks.looks_at(job.creation, made.media_type):
            return ""
        said = await self._spool.verdict(made.path)
        if said is None:
            said = await self._checks.picture(job.creation, made.path, made.media_type)
            await self._spool.judge(made.path, said)
        return said

    async def _discard_if_forgotten(self, job: Job) -> None:
        """What finishes after its owner asked to be forgotten leaves no file behind."""
        if await self._database.read(lambda session: jobs.job_of(session, job.step.id)) is None:
            await self._objects.delete_all(_folder(job))


def _complete(session: Session, job: Job, assets: list[Asset], output: Output) -> None:
    gallery.add(session, job.creation, assets)
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


def preview_key(job: Job) -> str:
    """Where a step's rough pictures lie, one over the other."""
    return f"{_files(job)}preview.png"


def _key(job: Job, ordinal: int, made: Made) -> str:
    return f"{_files(job)}{ordinal}{_extension(made.media_type)}"


def _files(job: Job) -> str:
    """How the keys of all files of a step begin."""
    return f"{_folder(job)}{job.step.id}-"


def _folder(job: Job) -> str:
    return f"{job.creation.user_id}/{job.creation.id}/"


def _extension(media_type: str) -> str:
    return EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"


def _credit(job: Job) -> str | None:
    """Whose work it stands on: somebody else's source, or whom its own source already credits."""
    for _, source in job.sources:
        author = source.user_id if source.user_id != job.creation.user_id else source.credit_id
        if author and author != job.creation.user_id:
            return author
    return None


def _alt_text(job: Job) -> str:
    given = job.step.arguments.get("alt_text")
    if given:
        return str(given)
    words = shortened(job.words, ALT_MAX)
    return f"Narration: {words}" if job.step.kind == Kind.SPEECH else words or "An uploaded picture, changed"
