"""One fault: how it is brought about, what must come of it, and what came."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.faults.house import DEADLINE_S, KEY, End
from benchmarks.faults.world import World
from core.agent.loop import MAX_CALLS
from storage.tables import ChargeState

GRACE_S = 3.0
"""After the deadline: Easel looks once a second, and tells the provider to stop."""
LONGEST = 400
SETTLED, RELEASED = ChargeState.SETTLED, ChargeState.RELEASED
_LEAKS = re.compile(
    r"traceback|exception|error\(|\w+Error\b|https?:|127\.0\.0\.1|sk-|r8_|key_|[{}<>]|\bnull\b|\bNone\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault of one service, and the end that it must lead to."""

    fault: str
    arrange: Callable[[World], None]
    ends: str = "failed"
    charge: ChargeState = SETTLED
    """Of the step: settled where it was, or may have been, paid."""
    paid: int = 1
    """Accepted calls at the most: one, and none where the service says that it did not run."""
    least_s: float = 0.0
    """What the service asked to wait."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a fault."""

    service: str
    fault: str
    paid: int
    end: End
    wrong: list[str] = field(default_factory=list)

    @property
    def charge(self) -> str:
        """States of the charges, and the sum that counts as spent."""
        usd = sum(charge.settled_micros for charge in self.end.charges) / 1e6
        states = sorted({charge.state.value for charge in self.end.charges})
        return f"{'+'.join(states) or 'none'} ${usd:.4f}"


def judged(case: Case, service: str, paid: int, end: End) -> Row:
    """Everything that is not as it must be."""
    row = Row(service, case.fault, paid, end, promises_broken(end))
    if end.view.state != case.ends:
        row.wrong.append(f"ended as {end.view.state.value}, not {case.ends}")
    if paid > case.paid:
        row.wrong.append(f"{paid} paid calls")
    if end.took_s < case.least_s:
        row.wrong.append(f"asked again after {end.took_s:.1f} s")
    if [charge.state for charge in end.charges] != [case.charge]:
        row.wrong.append(f"charge is not {case.charge.value}")
    return row


def promises_broken(end: End) -> list[str]:
    """What holds for every end: it comes in time, with one sentence for people and nothing left open."""
    checks = {
        "no final state": not end.view.state.final,
        "late": end.took_s > DEADLINE_S + GRACE_S,
        "a step is open": any(not step.state.final for step in end.view.steps),
        "more steps than are allowed": len(end.view.steps) > MAX_CALLS,
        "money is still held": any(charge.state == ChargeState.RESERVED for charge in end.charges),
        "no sentence": not end.sentence.strip().endswith((".", "?", "!", "…")),
        "too many words": len(end.sentence) > LONGEST,
        "unfit for people": bool(_LEAKS.search(end.sentence)) or KEY in end.sentence,
        "an internal error": bool(end.view.error and end.view.error.code == "internal"),
    }
    return [what for what, broken in checks.items() if broken]
