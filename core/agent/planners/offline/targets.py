"""What a person points at: `it`, `the second picture`, `v3b`, `them`."""

import re
from dataclasses import dataclass

from core.agent.planners.offline.words import NOUNS
from core.providers.base import Kind

NOUN = "|".join(sorted(NOUNS, key=len, reverse=True)) + "|voice over"
_ORDINAL = "first|second|third|fourth|fifth|last|latest|newest|previous|original|1st|2nd|3rd|4th|5th"
_DESCRIBED = (
    rf"(?:the|this|that|my|your|these|those|both)(?: (?:{_ORDINAL}))?"
    r"(?: (?:new|whole|entire|other|hero|attached|same))?"
)
TARGET = (
    rf"(?:{_DESCRIBED} (?:{NOUN}|ones?|result|version(?: \d{{1,3}}[a-z]?)?|v\d{{1,3}}[a-z]?|{_ORDINAL})"
    rf"|the (?:{_ORDINAL})|(?:image|picture|video|number|version|#) ?\d{{1,2}}[a-z]?|v\d{{1,3}}[a-z]?"
    r"|all(?: of)? (?:them|these|those|it)|both(?: of them)?|(?:it|this|that|them|these|those)(?: "
    r"all)?)(?![\w-])(?!['’](?!s (?:too|not)\b))"
)
"""A regex for one reference, without named groups so that it can be used inside others."""

_VERSION = re.compile(
    r"\bv(\d{1,3}[a-z]?)\b|\b(?:version|image|picture|video|number|#) ?(\d{1,3}[a-z]?)\b", re.IGNORECASE
)
_ORDINAL_WORD = re.compile(rf"\b({_ORDINAL})\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:them|these|those|both|all)\b", re.IGNORECASE)
_NOUN_WORD = re.compile(rf"\b({NOUN})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A reference, understood."""

    kind: Kind | None = None
    pointer: str = ""
    """A version, a number or an ordinal; empty for plain `it`."""
    many: bool = False


def read_target(words: str) -> Target:
    """Understand a text that matched TARGET; empty text is plain `it`."""
    version, ordinal = _VERSION.search(words), _ORDINAL_WORD.search(words)
    pointer = (version[1] or version[2]) if version else ordinal[1] if ordinal else ""
    noun = _NOUN_WORD.search(words)
    return Target(_kind(noun[1].lower()) if noun else None, pointer.lower(), bool(_MANY.search(words)))


def _kind(noun: str) -> Kind:
    return NOUNS[noun].kind if noun in NOUNS else Kind.SPEECH
