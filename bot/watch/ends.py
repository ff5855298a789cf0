"""What the rows of a creation tell once it has ended: its figures, its spans, and one line in the log."""

from datetime import datetime

import structlog

from bot.watch.figures import surface_label
from bot.watch.watch import Watch
from storage.creations import Snapshot
from storage.tables import CreationState, Step, StepState, now

log = structlog.get_logger()
USD = 1_000_000
PLANNER = "planner"
SAID = frozenset({"refused", "uncertain", "deadline", "busy", "unreachable", "no_access", "no_credit", "media_failed"})
"""Error codes that have a label of their own; the rest are `failed`."""


class Ends:
    """Is told of each end once, in the process that brought it about."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def ended(self, rows: Snapshot, state: CreationState) -> None:
        """`rows`: as they stood just before the end."""
        creation, figures, surface = rows.creation, self._watch.figures, surface_label(rows.creation.surface)
        figures.ended.labels(state.value, surface).inc()
        figures.whole_seconds.labels(surface).observe(_between(creation.created_at, now()))
        if creation.started_at:
            figures.queue_seconds.labels(surface).observe(_between(creation.created_at, creation.started_at))
        if rows.assets:
            first = min(asset.created_at for asset in rows.assets)
            figures.first_seconds.labels(surface).observe(_between(creation.created_at, first))
        for step in rows.steps:
            self._step(step)
        self._spans(rows, state)
        self._tell(rows, state)

    def _step(self, step: Step) -> None:
        figures, provider = self._watch.figures, step.provider or "none"
        said = _outcome(step)
        figures.steps.labels(provider, step.model or "none", said).inc()
        figures.spent.labels(provider).inc(step.cost_micros / USD)
        if said == "uncertain":
            figures.uncertain.labels(provider).inc()
            figures.uncertain_usd.labels(provider).inc(step.cost_micros / USD)
        if step.started_at and step.finished_at:
            seconds = _between(step.started_at, step.finished_at)
            figures.step_seconds.labels(provider, step.model or "none").observe(seconds)

    def _spans(self, rows: Snapshot, state: CreationState) -> None:
        creation, spans = rows.creation, self._watch.spans
        begun = creation.created_at.timestamp()
        spans.ended(
            "creation",
            creation.id,
            begun,
            {"surface": surface_label(creation.surface), "state": state.value},
            span=creation.id,
            failed="" if state is CreationState.SUCCEEDED else creation.error_code or state.value,
        )
        if creation.started_at:
            spans.ended("queue", creation.id, begun, until=creation.started_at.timestamp())
        for step in rows.steps:
            if step.started_at and step.finished_at:
                spans.ended(
                    "step",
                    creation.id,
                    step.started_at.timestamp(),
                    {"tool": step.tool, "provider": step.provider or "none", "model": step.model or "none"},
                    until=step.finished_at.timestamp(),
                    span=step.id,
                    failed="" if step.state is StepState.COMPLETE else _outcome(step),
                )

    def _tell(self, rows: Snapshot, state: CreationState) -> None:
        creation = rows.creation
        planned, figures = creation.planning_micros, self._watch.figures
        figures.spent.labels(PLANNER).inc(planned / USD)
        log.info(
            "creation_ended",
            creation=creation.id,
            state=state.value,
            surface=creation.surface,
            assets=len(rows.assets),
            seconds=round(_between(creation.created_at, now()), 2),
            usd=round((planned + sum(step.cost_micros for step in rows.steps)) / USD, 4),
            error=creation.error_code or next((step.error_code for step in rows.steps if step.error_code), None),
        )


def _outcome(step: Step) -> str:
    if step.state is StepState.ERROR:
        return step.error_code if step.error_code in SAID else "failed"
    return step.state.value if step.state.final else "cancelled"  # what nobody carries out any more is closed


def _between(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds())
