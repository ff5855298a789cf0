"""How a description takes up a change: merged, not piled up, and free of contradictions."""

import re

from core.agent.planners.offline.words import COLOURS, OPPOSITES

LONGEST_PROMPT = 10_000
LONGEST_INSTRUCTION = 2_000
_LONGEST_ALT_TEXT = 240

_DEGREE = re.compile(
    r"^(?:(?:(?:just )?an? (?:little|bit|lot|touch|tad)|slightly|much|even|way|far|somewhat|some|lots|very|so"
    r"|really)(?= (?!of\b)) ?)+",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|any|some|more|less) ", re.IGNORECASE)
_ALTERNATIVES = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"at night|by night|at dusk|at dawn|at noon|at midday|at midnight|by day|in daylight|at sunset|at "
        r"sunrise|at twilight"
        r"|in the morning|in the evening|during the day|at golden hour",
        r"in winter|in summer|in autumn|in spring|in fall",
    )
)
"""Descriptions of which only one can be true."""


def without_degree(text: str) -> str:
    """`a bit darker` is `darker`."""
    return _DEGREE.sub("", text)


def merge(base: str, change: str) -> str:
    """The whole description after a change.

    Opposites cancel, the same words stand once, a new time of day replaces the old one.
    """
    if not base:
        return change[:LONGEST_PROMPT]
    for times in _ALTERNATIVES:
        if times.fullmatch(change) and times.search(base):
            return times.sub(lambda _: change, base, count=1)
    first, *others = base.removesuffix(".").split(", ")
    kept = [part for part in others if not _same(part, change) and not _replaces(change, part)]
    cancelled = [part for part in kept if _opposed(part, change)]
    parts = [first, *(part for part in kept if part not in cancelled)]
    return ", ".join(parts) if cancelled else _joined(", ".join(parts), change)


def _joined(base: str, change: str) -> str:
    return f"{base[: max(0, LONGEST_PROMPT - len(change) - 2)]}, {change}"[:LONGEST_PROMPT]


def _key(part: str) -> str:
    return without_degree(part).lower().strip()


def _same(one: str, other: str) -> bool:
    return _key(one) == _key(other)


def _replaces(change: str, part: str) -> bool:
    return _key(change) in COLOURS and _key(part) in COLOURS


def _opposed(part: str, change: str) -> bool:
    one, other = _key(part), _key(change)
    if OPPOSITES.get(one) == other or OPPOSITES.get(other) == one:
        return True
    for plus, minus in (("with ", "without "), ("more ", "less ")):
        for left, right in ((one, other), (other, one)):
            if left.startswith(plus) and right.startswith(minus) and _thing(left, plus) == _thing(right, minus):
                return True
    return False


def _thing(text: str, lead: str) -> str:
    return _ARTICLE.sub("", text.removeprefix(lead))


def alt_text(prompt: str, kind_word: str = "") -> str:
    """A short plain description of what the prompt shows."""
    text = f"{kind_word}{prompt}".strip()
    if len(text) > _LONGEST_ALT_TEXT:
        text = text[:_LONGEST_ALT_TEXT].rsplit(" ", 1)[0] + "…"
    return text[:1].upper() + text[1:]


def narration(subject: str) -> str:
    """A sentence to speak where the person gave none."""
    short = subject if len(subject) <= 160 else subject[:160].rsplit(" ", 1)[0]
    if not short.strip():
        return "Take a moment, and enjoy what was made for you."
    short = re.sub(r"^(?:An?|The) ", lambda found: found[0].lower(), short.strip(" ."))
    return f"Picture this: {short}. Take a moment, and let it tell its story."
