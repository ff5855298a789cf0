"""A task, and the lanes in which tasks of one model wait for each other.

Sources: `runwayml/types/task_retrieve_response.py` (the six states), `runwayml/resources/tasks.py` (what deleting
costs), docs.dev.runwayml.com/usage/tiers (limits are per model and project; too many at once are THROTTLED).
"""

import math
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.runway.outcome import Outcome

WAITING = {"PENDING", "THROTTLED"}


@dataclass(slots=True, kw_only=True)
class Task:
    """Times are seconds by the server's clock; nothing in here runs, it is only asked what time it is."""

    id: str
    route: str
    model: str
    body: dict[str, Any]
    created_at: float
    estimate: int
    """Credits."""
    pending_s: float
    run_s: float
    outcome: Outcome
    paths: list[str] = field(default_factory=list)
    started_at: float | None = None
    """When it got a place in its lane; None while THROTTLED."""
    deleted_at: float | None = None
    deleted_from: str = ""
    """The state it was in when it was deleted."""
    polled_at: float | None = None

    @property
    def ends_at(self) -> float:
        if self.deleted_at is not None:
            return self.deleted_at
        return math.inf if self.started_at is None else self.started_at + self.pending_s + self.run_s

    def status(self, now: float) -> str:
        if self.started_at is None or now < self.started_at:
            return "THROTTLED"
        if now < self.started_at + self.pending_s:
            return "PENDING"
        return "RUNNING" if now < self.ends_at else self.outcome.status

    def progress(self, now: float) -> float:
        """From 0 to 1 while it runs."""
        begun = now - (self.started_at or now) - self.pending_s
        return round(min(0.99, max(0.0, begun / self.run_s if self.run_s else 0.99)), 2)

    def cost(self, now: float) -> int:
        """What it has taken from the balance: the estimate until it ends, then what its end costs.

        Moderated tasks cost the same as good ones; other failures are refunded; so are tasks deleted before they ran.
        """
        status = self.deleted_from or self.status(now)
        if self.outcome.credits is not None and status == self.outcome.status:
            return self.outcome.credits
        if (status in WAITING and self.deleted_from) or status == "CANCELLED":
            return 0
        return 0 if status == "FAILED" and not self.outcome.moderated else self.estimate


class Lane:
    """All tasks of one model, first come, first served."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.tasks: list[Task] = []

    def add(self, task: Task, now: float) -> None:
        self.tasks.append(task)
        self.settle(now)

    def settle(self, now: float) -> None:
        """Gives places that became free to those who waited, at the moments they became free."""
        ends = sorted(task.ends_at for task in self.tasks if task.started_at is not None)
        for task in self.tasks:
            if task.started_at is not None or task.deleted_at is not None:
                continue
            free_at = ends[-self.width] if len(ends) >= self.width else task.created_at
            if free_at > now:
                return
            task.started_at = max(task.created_at, free_at)
            ends = sorted([*ends, task.ends_at])
