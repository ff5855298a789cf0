"""How a task ends, when a test wants to say. Source: docs.dev.runwayml.com/errors/task-failures."""

from dataclasses import dataclass

from tests.fakes.replicate.wire.shelf import Spoil

FORBIDDEN = "FORBIDDEN"
"""A prompt with this word is moderated, as a real one would be for what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The defaults are success in the server's own time."""

    status: str = "SUCCEEDED"
    failure: str = ""
    failure_code: str | None = None
    pending_s: float | None = None
    """Not scaled, unlike the server's own durations."""
    run_s: float | None = None
    credits: int | None = None
    """What is charged in the end; by default what the documentation says of this end."""
    spoil: Spoil | None = None
    """What is wrong with the files when they are downloaded."""
    no_output: bool = False
    """SUCCEEDED with an empty list."""

    @property
    def moderated(self) -> bool:
        return (self.failure_code or "").startswith("SAFETY.")


def succeeds(*, spoil: Spoil | None = None, credits: int | None = None) -> Outcome:  # noqa: A002
    return Outcome(spoil=spoil, credits=credits)


def fails(code: str | None = "INTERNAL.BAD_OUTPUT.CODE01", failure: str = "An unexpected error occurred.") -> Outcome:
    return Outcome(status="FAILED", failure=failure, failure_code=code)


def moderated(code: str = "SAFETY.INPUT.TEXT") -> Outcome:
    """Costs the same as a success and must not be tried again."""
    return fails(code, "Your input was flagged by our content moderation system.")


def cancelled() -> Outcome:
    """Ended by somebody else: a deleted task is not CANCELLED, it is gone."""
    return Outcome(status="CANCELLED")


def never_ends() -> Outcome:
    return Outcome(run_s=1e9)
