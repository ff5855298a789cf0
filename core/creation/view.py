"""What a person sees of a creation: a pure function of its rows.

A restart, another worker or a browser that joins late therefore all show the same thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.creations import Snapshot
from storage.tables import Asset, Creation, CreationState, Step, StepState, now, version_of
from storage.visibility import NOTHING, Notes

SOMEBODY = "somebody"
"""What a person without a name is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """One asset without any address: each surface makes its own links from the id."""

    id: str
    kind: str
    tool: str
    media_type: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_s: float | None
    asked: str
    prompt: str
    alt_text: str
    provider: str | None
    model: str | None
    seed: int | None
    version: str
    parent_id: str | None
    creation_id: str | None
    favourite: bool
    visibility: str
    safety: str
    cost_usd: float
    created_at: datetime
    has_thumbnail: bool
    tags: tuple[str, ...] = ()
    rating: int = 0
    """What the one who looks thinks of it: 1, -1 or 0."""
    credit: str = ""
    """What the person is called whose shared asset it was made from."""
    mine: bool = True
    author: str = ""
    """What its owner is called, where that is not the one who looks."""
    links_ended: int = 0
    """How often its owner ended its lasting links; every link that opens is signed with it, whoever looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One tool call as a line that ticks."""

    id: str
    index: int
    tool: str
    title: str
    state: StepState
    provider: str | None
    model: str | None
    detail: str
    progress: float | None
    preview: str | None
    """Names the newest rough picture of what is being made; changes with each."""
    error_code: str | None
    cost_usd: float


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationView:
    """A creation as every surface shows it."""

    id: str
    thread: str
    title: str
    state: CreationState
    revision: int
    prompt: str
    action: str | None
    inputs: tuple[str, ...]
    reply: str
    steps: tuple[StepView, ...]
    assets: tuple[AssetView, ...]
    cost_usd: float
    estimate_usd: float
    max_usd: float
    queue_place: int | None
    eta_s: float | None
    error: ErrorView | None
    created_at: datetime
    finished_at: datetime | None
    by: str = ""
    """The asking person's id on the thread's platform, where that is a chat."""
    credit: str = ""
    """The id, there, of the person whose result this started from, where that is somebody else."""


def view(
    rows: Snapshot, *, at: datetime | None = None, queue_place: int | None = None, eta_s: float | None = None
) -> CreationView:
    """Rows to view, as seen `at` a moment (now). The place in line hangs on other people's rows, so it is handed in."""
    creation = rows.creation
    return CreationView(
        id=creation.id,
        thread=rows.thread.ref,
        title=rows.thread.title,
        state=creation.state,
        revision=creation.revision,
        prompt=creation.prompt,
        action=creation.action,
        inputs=tuple(creation.inputs),
        reply=creation.reply,
        steps=tuple(map(step_view, rows.steps)),
        assets=tuple(asset_view(each, rows.notes) for each in rows.assets),
        cost_usd=_usd(creation.planning_micros + sum(step.cost_micros for step in rows.steps)),
        estimate_usd=_usd(creation.estimate_micros),
        max_usd=_usd(creation.max_micros),
        queue_place=queue_place if creation.state == CreationState.QUEUED else None,
        eta_s=eta_s if eta_s is not None else _eta(creation, rows.steps, at or now()),
        error=_error(creation, rows.steps),
        created_at=creation.created_at,
        finished_at=creation.finished_at,
    )


def step_view(step: Step) -> StepView:
    """One step's row as its line."""
    return StepView(
        id=step.id,
        index=step.index,
        tool=step.tool,
        title=step.title,
        state=step.state,
        provider=step.provider,
        model=step.model,
        detail=step.error_message or step.detail,
        progress=step.progress if step.state == StepState.IN_PROGRESS else None,
        preview=f"{step.progress or 0:.2f}" if step.preview_key and not step.state.final else None,
        error_code=step.error_code,
        cost_usd=_usd(step.cost_micros),
    )


def asset_view(asset: Asset, notes: Notes = NOTHING) -> AssetView:
    """One asset's row as its owner and their programs see it."""
    return AssetView(
        id=asset.id,
        kind=asset.kind,
        tool=asset.tool,
        media_type=asset.media_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        duration_s=asset.duration_s,
        asked=asset.asked,
        prompt=asset.prompt,
        alt_text=asset.alt_text,
        provider=asset.provider,
        model=asset.model,
        seed=asset.seed,
        version=version_of(asset),
        parent_id=asset.parent_id,
        creation_id=asset.creation_id,
        favourite=asset.favourite,
        visibility=asset.visibility,
        safety=asset.safety,
        cost_usd=_usd(asset.cost_micros),
        created_at=asset.created_at,
        has_thumbnail=asset.thumbnail_key is not None,
        tags=tuple(asset.tags.split()),
        rating=notes.ratings.get(asset.id, 0),
        credit=_name(asset.credit_id, notes),
        links_ended=asset.links_ended,
    )


def shown_to(user_id: str, asset: Asset, notes: Notes) -> AssetView:
    """The same for anybody who may look at it: what belongs to its owner alone is left out for others."""
    whole = asset_view(asset, notes)
    if asset.user_id == user_id:
        return whole
    return replace(
        whole,
        mine=False,
        author=_name(asset.user_id, notes),
        creation_id=None,
        parent_id=None,
        favourite=False,
        tags=(),
        cost_usd=0.0,
    )


def _name(user_id: str | None, notes: Notes) -> str:
    """Empty for nobody, and for who is forgotten."""
    return (notes.names[user_id] or SOMEBODY) if user_id in notes.names else ""


def _error(creation: Creation, steps: Sequence[Step]) -> ErrorView | None:
    if creation.error_code:
        return ErrorView(creation.error_code, creation.error_message or "Something went wrong.")
    failed = next((step for step in steps if step.state == StepState.ERROR), None)
    if failed and creation.state.final:
        return ErrorView(failed.error_code or "failed", failed.error_message or "A step failed.")
    return None


def _eta(creation: Creation, steps: Sequence[Step], at: datetime) -> float | None:
    """Seconds until the last open step ends, by what such steps take; None when nobody knows."""
    if creation.state.final or not any(step.estimate_s for step in steps if not step.state.final):
        return None
    left: dict[str, float] = {}
    for step in steps:
        own = 0.0 if step.state.final else _step_left(step, at)
        left[step.id] = own + max((left.get(need, 0.0) for need in step.needs), default=0.0)
    return round(max(left.values()), 1)


def _step_left(step: Step, at: datetime) -> float:
    """A step that takes longer than usual is about to end, as far as anybody knows."""
    gone = (at - step.started_at).total_seconds() if step.started_at else 0.0
    return max((step.estimate_s or 0.0) - gone, 0.5)


def _usd(micros: int) -> float:
    return micros / 1_000_000
