"""The time a server lives in: the wall's, plus whatever a test skipped."""

import time
from datetime import UTC, datetime


class Clock:
    """Runs with the wall clock; `advance` lets hours pass at once."""

    def __init__(self) -> None:
        self.skipped_s = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.skipped_s

    def advance(self, seconds: float) -> None:
        self.skipped_s += seconds

    def set(self, moment: datetime) -> None:
        self.skipped_s = moment.timestamp() - time.time()

    def iso(self, moment_s: float | None = None) -> str:
        """A moment in the form both platforms write: 2026-11-22T15:04:05.123Z."""
        moment = datetime.fromtimestamp(self.now() if moment_s is None else moment_s, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
