"""Snowflakes and timestamps as Discord writes them.

https://docs.discord.com/developers/reference#snowflakes: milliseconds since 2015 in the upper 42 bits.
"""

from datetime import UTC, datetime

from tests.fakes.replicate.wire.clock import Clock

EPOCH_MS = 1_420_070_400_000


class Ids:
    """Numbers that only grow, and tell when they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._last = clock, 0

    def next(self) -> str:
        fresh = int(self._clock.now() * 1000 - EPOCH_MS) << 22
        self._last = max(self._last + 1, fresh)
        return str(self._last)


def made_at(snowflake: str) -> float:
    """Seconds since 1970."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def iso(moment_s: float) -> str:
    """2026-11-22T15:04:05.123000+00:00."""
    return datetime.fromtimestamp(moment_s, UTC).isoformat(timespec="microseconds")
