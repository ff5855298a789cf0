"""How long works wait for the database: wishes little, since somebody is waiting for a word, all others longer."""

from time import monotonic

from storage.errors import StorageBusy

LOCK_WAIT_MS = 5_000
RECORD_WITHIN_S = 2.5
"""How long the record of a new wish may take, most of it in line: a platform wants its answer within three seconds."""
RECORD_WAIT_S = 0.9
"""And how long since it came it may wait for a lock: where another process holds one, all in line soon give up."""
RECORD_WAIT_LEAST_S = {True: 0.4, False: 0.05}
"""What it may wait in any case, where the wish before it got through, and where it did not."""


class Patience:
    """Of many wishes at once, all are answered in time: what one has spent in line counts."""

    def __init__(self) -> None:
        self._got_through = True

    def until(self, came: float) -> float:
        """Until when a wish that begins now, and came at a moment of the monotonic clock, may wait for a lock.

        Raises:
            StorageBusy: it has waited too long in line.
        """
        begun = monotonic()
        if begun - came > RECORD_WITHIN_S:
            raise StorageBusy("too many wishes at once")
        least_s, self._got_through = RECORD_WAIT_LEAST_S[self._got_through], False
        return max(came + RECORD_WAIT_S, begun + least_s)

    def got_through(self) -> None:
        """The wish is stored."""
        self._got_through = True


def left_ms(until: float) -> int:
    """Milliseconds from now to a moment of the monotonic clock, at least one."""
    return max(1, round((until - monotonic()) * 1_000))
