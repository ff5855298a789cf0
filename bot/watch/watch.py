"""What the parts of the house are given to be watched by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, time

from bot.watch.figures import Figures
from bot.watch.spans import Facts, NoSpans, Spans
from core import trail


@dataclass(frozen=True, slots=True)
class Watch:
    """Figures for all, spans where they are wanted."""

    figures: Figures = field(default_factory=Figures)
    spans: Spans = field(default_factory=NoSpans)

    def span(
        self, name: str, began: float, facts: Facts | None = None, *, failed: str = "", under_step: bool = True
    ) -> None:
        """Write a span for what ends now in the running creation, if it is work for one."""
        now = trail.current()
        if now.creation:
            parent = now.step if under_step else ""
            self.spans.ended(name, now.creation, began, facts, parent=parent, failed=failed)


class Call:
    """One call while it runs. Whoever makes it says how it came out."""

    __slots__ = ("_began", "began", "outcome")

    def __init__(self) -> None:
        self.outcome = "cancelled"
        """Until something else is known: what is called off raises where no clause looks."""
        self.began = time()
        self._began = perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return perf_counter() - self._began


def failed(_: Exception) -> str:
    """An error in one word, where there is no more to say."""
    return "failed"


@contextmanager
def calling(note: Callable[[Call], None], why: Callable[[Exception], str] = failed) -> Iterator[Call]:
    """A call, noted at its end whichever it is: an answer, an error (`why` puts it in one word), or called off."""
    call = Call()
    try:
        yield call
    except Exception as error:
        call.outcome = why(error)
        raise
    finally:
        note(call)
