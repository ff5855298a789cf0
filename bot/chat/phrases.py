"""What chats say of a creation, the same on every platform. Plain text: each surface escapes it for its own."""

from core.creation.titles import shortened
from core.creation.view import AssetView, CreationView, StepView
from core.studio import ACTION_KINDS
from core.wishes import Action
from storage.tables import CreationState, StepState

TITLE_MAX = 120
HELP = (
    "Ask for images, video and speech in your own words: “a lighthouse at dusk, wide, and a narration”.",
    "Reply to a result to change it: “warmer light”, “the same at night”, “make it move”.",
    "Each result has buttons: Refine, Vary, Animate, Upscale, and Favourite for the ones you like.",
    "Everything you make is kept in your gallery, and only you can delete it.",
)
NOT_YOURS = "Only the person who asked for this can do that."
GONE = "This is not there any more: it was deleted."
BUSY = "Easel cannot store anything right now. Nothing was started; please try again shortly."
BROKEN = "Something went wrong on Easel's side (error {error_id}). Nothing else is affected; please try again."
FORGOTTEN = "Everything you made with Easel was deleted: {creations} and {assets}."


def title(view: CreationView) -> str:
    """What was asked, on one line."""
    return shortened(view.prompt or _ACTED.get(view.action or "", "A new creation"), TITLE_MAX)


_ACTED = {
    "vary": "A variation",
    "upscale": "A larger version",
    "animate": "A moving picture",
    "extend": "A longer video",
    "again": "Once more",
}


def state(view: CreationView) -> str:
    """Where a creation stands, in a few words."""
    if view.state == CreationState.QUEUED:
        return f"In line, place {view.queue_place}" if view.queue_place else "In line"
    if view.state == CreationState.WAITING:
        return "Waiting for your yes"
    if view.state == CreationState.RUNNING:
        return _making(view)
    if view.state == CreationState.CANCELLED:
        return "Cancelled"
    if view.state == CreationState.FAILED:
        return "Not made"
    missed = sum(step.state != StepState.COMPLETE for step in view.steps)
    return f"Done, but for {missed} of {len(view.steps)}" if missed else "Done"


def _making(view: CreationView) -> str:
    if not view.steps:
        return "Thinking it over"
    done = sum(step.state.final for step in view.steps)
    return f"Making {min(done + 1, len(view.steps))} of {len(view.steps)}" if len(view.steps) > 1 else "Making"


def price(view: CreationView) -> str:
    """What it costs: beforehand the likely and the highest price, at the end the true one. Empty where it is free."""
    if view.state.final:
        return dollars(view.cost_usd) if view.cost_usd else ""
    if not view.max_usd:
        return ""
    count = len(view.steps)
    results = f"{count} result{'s' if count != 1 else ''}, " if count else ""
    return f"{results}about {dollars(view.estimate_usd)}, at most {dollars(view.max_usd)}"


def dollars(usd: float) -> str:
    """`$0.43`; below a cent `under $0.01`."""
    return "under $0.01" if 0 < usd < 0.01 else f"${usd:,.2f}"


def took(view: CreationView) -> str:
    """How long it took, once it has ended; nothing where nobody waited."""
    seconds = (view.finished_at - view.created_at).total_seconds() if view.finished_at else 0
    if seconds < 1:
        return ""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def step(line: StepView) -> str:
    """One step: what it makes, and what there is to say of it."""
    parts = [line.title, line.detail]
    if line.progress is not None and not line.state.final:
        parts.append(f"{line.progress:.0%}")
    return " · ".join(part for part in parts if part)


def facts(asset: AssetView) -> str:
    """What an asset is, on one line: `v3b · 1536 × 1024 · FLUX 1.1 · $0.04`."""
    size = f"{asset.width} × {asset.height}" if asset.width and asset.height else ""
    length = f"{asset.duration_s:.0f} s" if asset.duration_s else ""
    cost = dollars(asset.cost_usd) if asset.cost_usd else ""
    return " · ".join(part for part in (asset.version, size, length, asset.model or "", cost) if part)


def actions(kind: str) -> tuple[Action, ...]:
    """The buttons that make something new of an asset of this kind."""
    return tuple(action for action, kinds in ACTION_KINDS.items() if kind in kinds)
