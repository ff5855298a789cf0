"""Whose work is being done: the creation and the step that every log line and span is about.

Bound where a durable step begins, and handed on to whatever tasks it starts.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars, get_contextvars


@dataclass(frozen=True, slots=True)
class Trail:
    """Ids, empty where nothing is bound."""

    creation: str = ""
    step: str = ""


def of_creation(creation_id: str) -> AbstractContextManager[None]:
    """Everything inside is about this creation."""
    return bound_contextvars(creation=creation_id)


def of_step(step_id: str) -> AbstractContextManager[None]:
    """Everything inside is about this step."""
    return bound_contextvars(step=step_id)


def current() -> Trail:
    """What the running code works for."""
    bound = get_contextvars()
    return Trail(bound.get("creation", ""), bound.get("step", ""))
