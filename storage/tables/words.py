"""The fixed words of rows: where a creation, a step, a message and a charge stand."""

from enum import StrEnum


class CreationState(StrEnum):
    """Where a creation stands. The last three are final."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """No later state follows."""
        return self in (CreationState.SUCCEEDED, CreationState.FAILED, CreationState.CANCELLED)


UNFINISHED = (CreationState.QUEUED, CreationState.WAITING, CreationState.RUNNING)
AT_WORK = (CreationState.RUNNING, CreationState.WAITING)


class StepState(StrEnum):
    """Where one tool call stands. The last three are final."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """No later state follows."""
        return self in (StepState.COMPLETE, StepState.ERROR, StepState.CANCELLED)


OPEN_STEPS = (StepState.PENDING, StepState.IN_PROGRESS)


class PostState(StrEnum):
    """Whether a message is only intended, known to be sent, or cannot be shown."""

    INTENT = "intent"
    SENT = "sent"
    LOST = "lost"


class ChargeState(StrEnum):
    """Whether money is held, spent or given back."""

    RESERVED = "reserved"
    SETTLED = "settled"
    RELEASED = "released"
