"""Long texts in parts that a voice can speak: cut at the ends of paragraphs and sentences, else between words."""

import re

_ENDS = (r"\n\s*\n", r"[.!?…。！？]+[\"'”’)\]]*\s+|[。！？…]", r"[;:,،、，；：]\s*|\n", r"\s+")
"""Where a text may be cut, best first."""
_LEAST = 0.5
"""A part fills at least so much of its room, or the next best place is taken: parts are paid calls."""


def split(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` characters. Nothing but spaces between parts is lost."""
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        at = _cut(rest, limit)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [part for part in [*parts, rest] if part]


def _cut(text: str, limit: int) -> int:
    """Where the first part ends."""
    for ends in _ENDS:
        places = [found.end() for found in re.finditer(ends, text[: limit + 1]) if found.end() <= limit]
        if places and places[-1] >= limit * _LEAST:
            return places[-1]
    return limit
