"""Traces, where an operator wants them: one per creation, whose id is the trace's id.

So no process hands anything on to another: whoever works on a creation knows its trace, and a step's span is known by
the step's id. A span is written when it has ended, and says ids, names and outcomes, never words.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import structlog

log = structlog.get_logger()
Facts = Mapping[str, str | int]
"""What a span says besides its times."""


class Spans(Protocol):
    """Where ended spans go."""

    def ended(
        self,
        name: str,
        creation_id: str,
        began: float,
        facts: Facts | None = None,
        *,
        span: str = "",
        parent: str = "",
        until: float | None = None,
        failed: str = "",
    ) -> None:
        """Write one span: `began` and `until` by the clock on the wall, `failed` the word for what went wrong.

        `span` and `parent` are ids of rows: without a `span` it is nobody's parent; without a `parent` it hangs from
        the creation.
        """
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class NoSpans:
    """Nobody wants any."""

    def ended(self, name: str, creation_id: str, began: float, facts: Facts | None = None, **_: Any) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to send."""


def spans(endpoint: str | None) -> Spans:
    """Where they go: to the endpoint, if one is set and the extra `otel` is installed."""
    if endpoint is None:
        return NoSpans()
    try:
        from bot.watch.otlp import OtlpSpans
    except ImportError:
        log.warning("traces_off", hint="Install the extra `otel` to send traces.")
        return NoSpans()
    return OtlpSpans(endpoint)
