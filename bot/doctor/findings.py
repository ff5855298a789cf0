"""What the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    mark: Mark
    subject: str
    sentence: str


def good(subject: str, sentence: str) -> Finding:
    """As it should be."""
    return Finding(Mark.GOOD, subject, sentence)


def note(subject: str, sentence: str) -> Finding:
    """Worth knowing; Easel works."""
    return Finding(Mark.NOTE, subject, sentence)


def bad(subject: str, sentence: str) -> Finding:
    """Something will not work."""
    return Finding(Mark.BAD, subject, sentence)


def listed(names: list[str], most: int = 8) -> str:
    """Some of the names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
