"""How a prediction ends, when a test wants to say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.fakes.replicate.wire.shelf import Spoil

NSFW = "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
FORBIDDEN = "FORBIDDEN"
"""A prompt with this word is flagged, as a real one would be for what it says."""


class Shape(StrEnum):
    """What `output` is; models may return anything that JSON can hold."""

    STR = "str"
    LIST = "list"
    DICT = "dict"
    NULL = "null"
    EMPTY_LIST = "empty_list"
    ODD = "odd"
    """Neither text nor a list of texts: numbers and nulls, nested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The defaults are success in the model's own shape and time."""

    status: str = "succeeded"
    """Any word, also one that no documentation knows."""
    error: str | None = None
    shape: Shape | None = None
    output: Any = None
    """Given literally, in place of files."""
    starting_s: float | None = None
    """Not scaled, unlike the server's own durations."""
    run_s: float | None = None
    spoil: Spoil | None = None
    """What is wrong with the files when they are downloaded."""


def succeeds(shape: Shape | None = None, *, spoil: Spoil | None = None, run_s: float | None = None) -> Outcome:
    return Outcome(shape=shape, spoil=spoil, run_s=run_s)


def fails(error: str = "CUDA out of memory") -> Outcome:
    return Outcome(status="failed", error=error)


def flagged() -> Outcome:
    return Outcome(status="failed", error=NSFW)


def canceled() -> Outcome:
    """As if somebody pressed cancel on the website."""
    return Outcome(status="canceled")


def aborted() -> Outcome:
    return Outcome(status="aborted")


def never_ends() -> Outcome:
    """Runs until the platform's own stop at 30 minutes."""
    return Outcome(run_s=1e9)
