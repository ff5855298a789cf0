"""Runway's answers, parsed at the door: a task as it was created, and as it stands (docs.dev.runwayml.com/api)."""

from dataclasses import dataclass
from typing import Any

CREDIT_MICROS = 10_000
"""One credit is one cent of a US dollar."""
NOT_BEGUN = ("PENDING", "THROTTLED")
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


class Unreadable(ValueError):
    """An answer that is no task. It never leaves this package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """How one stands. `status` may be a word that nobody told us of."""

    id: str
    status: str = "PENDING"
    progress: float | None = None
    links: tuple[str, ...] = ()
    failure_code: str = ""
    cost_micros: int | None = None
    """What is charged, or at most will be; None where it is not told."""

    @property
    def was_charged(self) -> bool:
        """Whether an ended task cost anything; not told counts as yes."""
        return self.cost_micros != 0


def read(body: Any) -> Task:
    """The task in an answer.

    Raises:
        Unreadable: there is none.
    """
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not body["id"]:
        raise Unreadable
    output = body.get("output")
    return Task(
        id=body["id"],
        status=str(body.get("status", "PENDING")),
        progress=_number(body.get("progress")),
        links=tuple(each for each in output if isinstance(each, str)) if isinstance(output, list) else (),
        failure_code=str(body.get("failureCode") or ""),
        cost_micros=_micros(body.get("cost") or body.get("estimatedCost")),
    )


def _micros(cost: Any) -> int | None:
    number = _number(cost.get("credits")) if isinstance(cost, dict) else None
    return None if number is None else round(number * CREDIT_MICROS)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
