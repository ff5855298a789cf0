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
    bytes_per_s: int | None = None
    """How fast the body of the request is taken."""
    taken: float = 1
    """The part of the request's body after which the line breaks."""
    damaged: bool = False
    """One bit of the request's body arrives wrong."""


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


def crawls(bytes_per_s: int = 1_000) -> Trouble:
    """A line on which an upload takes its time."""
    return Trouble(bytes_per_s=bytes_per_s)


def breaks_off(after: float = 0.5) -> Trouble:
    """An upload that is cut in the middle."""
    return Trouble(taken=after)


def damages() -> Trouble:
    """What arrives is not what was sent."""
    return Trouble(damaged=True)
