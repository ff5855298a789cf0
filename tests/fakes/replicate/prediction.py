"""A prediction: what was asked, and what has become of it at a moment.

Sources: replicate.com/docs/topics/predictions/lifecycle (statuses, deadlines, the stop at 30 minutes) and
.../data-retention (everything goes after an hour).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.replicate.model import Model
from tests.fakes.replicate.outcome import Outcome

FINAL = {"succeeded", "failed", "canceled", "aborted"}
HARD_STOP_S = 30 * 60
RETENTION_S = 60 * 60
STOPPED = "Prediction interrupted; it ran for more than 30 minutes"


@dataclass(slots=True, kw_only=True)
class Prediction:
    """Times are seconds by the server's clock; nothing in here runs, it is only asked what time it is."""

    id: str
    model: Model
    version: str
    """`hidden` for official models, as Replicate shows it."""
    input: dict[str, Any]
    created_at: float
    starting_s: float
    run_s: float
    outcome: Outcome
    deadline: float | None = None
    canceled_at: float | None = None
    paths: list[str] = field(default_factory=list)
    """Where its files lie on the file host."""
    output: Any = None
    """What `output` will be, once succeeded."""

    @property
    def starts_at(self) -> float:
        return self.created_at + self.starting_s

    @property
    def ends_at(self) -> float:
        """When it stops, whoever stops it."""
        natural = self.starts_at + min(self.run_s, HARD_STOP_S)
        stops = [moment for moment in (self.canceled_at, self.deadline) if moment is not None]
        return min([natural, *stops])

    def status(self, now: float) -> str:
        if now < self.ends_at:
            return "starting" if now < self.starts_at else "processing"
        if self.ends_at == self.canceled_at:
            return "canceled"
        if self.ends_at == self.deadline:
            return "aborted" if self.deadline <= self.starts_at else "canceled"
        return "failed" if self.run_s > HARD_STOP_S else self.outcome.status

    def error(self, now: float) -> str | None:
        if self.status(now) != "failed":
            return None
        return STOPPED if self.run_s > HARD_STOP_S else self.outcome.error

    def is_over(self, now: float) -> bool:
        return now >= self.ends_at

    def is_removed(self, now: float) -> bool:
        return now >= self.ends_at + RETENTION_S

    def ran_s(self, now: float) -> float:
        """How long it has held a machine: what is billed by the second."""
        return max(0.0, min(now, self.ends_at) - self.starts_at)
