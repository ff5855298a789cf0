"""What the server knows: the organisation, its tasks and uploads, and the settings of a test."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.shelf import Shelf
from tests.fakes.runway.outcome import Outcome
from tests.fakes.runway.task import Lane, Task
from tests.fakes.runway.uploads import Uploads

DAY_S = 24 * 60 * 60
RUN_S = {"image": 1.0, "video": 3.0, "speech": 0.5}


@dataclass(slots=True, kw_only=True)
class State:
    """Shared by the routes."""

    api_key: str
    clock: Clock
    shelf: Shelf
    uploads: Uploads
    files_url: Callable[[], str]
    concurrency: int
    daily_limit: int
    credits: int
    """Bought, before any task."""
    scale: float
    extend_whole: bool
    pending_s: float = 0.2
    run_s: dict[str, float] = field(default_factory=lambda: dict(RUN_S))
    outcomes: deque[Outcome] = field(default_factory=deque)
    tasks: dict[str, Task] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    paid: int = 0
    unrefunded: int = 0
    hasty_polls: int = 0

    def lane(self, model: str) -> Lane:
        return self.lanes.setdefault(model, Lane(self.concurrency))

    def spent(self) -> int:
        """Credits taken or held."""
        now = self.clock.now()
        return sum(task.cost(now) for task in self.tasks.values())

    def today(self) -> dict[str, int]:
        """Generations by model within the last 24 hours."""
        counts: dict[str, int] = defaultdict(int)
        for task in self.tasks.values():
            counts[task.model] += task.created_at > self.clock.now() - DAY_S
        return dict(counts)
