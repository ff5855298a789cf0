"""What may happen to a request instead of a good answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One request's fate."""

    code: str | None = None
    """An error answer, before anything is done."""
    hangs: bool = False
    lost: bool = False
    """The work is done and the connection ends without an answer."""
    forgotten: bool = False
    """The answer is good, and nothing was kept."""
    page: bool = False
    """A gateway's own page comes back."""
    cut_at: int | None = None
    """The body of the answer ends after so many bytes."""
    after_s: float = 0
    """Waited before the work."""


def slow_down() -> Trouble:
    """Too many requests."""
    return Trouble(code="SlowDown")


def fails(code: str = "InternalError") -> Trouble:
    """An error of the store's."""
    return Trouble(code=code)


def hangs() -> Trouble:
    """No answer until the client gives up."""
    return Trouble(hangs=True)


def loses_the_answer() -> Trouble:
    """Done, and nobody hears of it."""
    return Trouble(lost=True)


def forgets() -> Trouble:
    """A store that says that it kept what it did not."""
    return Trouble(forgotten=True)


def gateway_page() -> Trouble:
    """A proxy answers instead of the store."""
    return Trouble(page=True)


def cut(at: int) -> Trouble:
    """A download that breaks off."""
    return Trouble(cut_at=at)


def slow(seconds: float) -> Trouble:
    """An answer that comes late."""
    return Trouble(after_s=seconds)
