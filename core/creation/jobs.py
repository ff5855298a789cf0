"""The rows behind one tool call: what is to be made, for whom, and from what."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session, select

from core.agent.loop import named_refs
from core.agent.tools import TOOLS
from core.providers.base import Kind, Tool
from storage import creations, gallery, rows
from storage.tables import Asset, Creation, Step, StepState


@dataclass(frozen=True, slots=True)
class Job:
    """One step with its creation and, once they are there, the assets it works from with their roles."""

    creation: Creation
    step: Step
    sources: tuple[tuple[str, Asset], ...] = ()

    @property
    def parent(self) -> Asset | None:
        """What the result descends from."""
        return self.sources[0][1] if self.sources else None

    @property
    def words(self) -> str:
        """What is to be made, or spoken, whole."""
        own = self.step.arguments.get("text") or self.step.arguments.get("prompt")
        return str(own or (self.parent.prompt if self.parent else ""))


def job_of(session: Session, step_id: str) -> Job | None:
    """A step's job; None once its owner was forgotten. Its creation is a plain row, its step one that is kept up."""
    found = rows.one(session, Step, step_id)
    creation = found and rows.one(session, Creation, found.creation_id)
    step: Any = creation and SimpleNamespace(**found._asdict())
    return Job(creation, step) if creation else None


def states(session: Session, step_ids: list[str]) -> list[StepState]:
    """Where steps stand; one that is gone has failed."""
    found = (session.get(Step, step_id) for step_id in step_ids)
    return [step.state if step else StepState.ERROR for step in found]


def refs(job: Job) -> list[tuple[str, str]]:
    """What a job refers to, with the name of the argument."""
    return named_refs(TOOLS[Tool(job.step.tool)], job.step.arguments)


def sources(session: Session, job: Job) -> list[tuple[str, Asset | None]]:
    """The assets that a job refers to, with the role each plays; None where one is not there any more."""
    found = [(name, _asset(session, job, ref)) for name, ref in refs(job)]
    return [(_role(name, asset), asset) for name, asset in found]


def _asset(session: Session, job: Job, ref: str) -> Asset | None:
    if not ref.startswith("call:"):
        return gallery.reachable(session, job.creation, ref)
    turn = creations.turn(session, job.creation.id, job.step.turn)
    call_id = turn.calls[int(ref.removeprefix("call:"))]["id"] if turn else ""
    query = (
        select(Asset)
        .join(Step, Asset.step_id == Step.id)  # type: ignore[arg-type]
        .where(Step.creation_id == job.creation.id, Step.turn == job.step.turn, Step.call_id == call_id)
    )
    return session.exec(query).first()


def _role(name: str, asset: Asset | None) -> str:
    if name in ("mask", "first_frame"):
        return name
    moves = asset is not None and (asset.kind == Kind.VIDEO or asset.media_type.startswith("video/"))
    return "video" if moves else "image"
