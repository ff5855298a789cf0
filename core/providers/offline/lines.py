"""The words that a prompt asks to see in the picture."""

import re

_QUOTED = re.compile(r"[\"“]([^\"”]{1,80})[\"”]|(?<!\w)['‘]([^'’]{1,80}|[^']{1,80}?)['’](?!\w)")
_SAID = re.compile(
    r"\b(?:saying|says|that reads|reading|titled|with the (?:text|words?|title|caption)|with text)"
    r"[:\s]+([^,.;\n\"“'‘]{1,60})",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:poster|flyer|cover|banner|invitation|postcard|logo)s?\s+(?:for|announcing|of|about|from)\s+"
    r"(?:an?\s+|the\s+|our\s+|my\s+)?(.+)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:without|no|remove(?: the| any| all)?|minus)\s+(?:any |the )?"
    r"(?:text|words|lettering|letters|title|caption)\b",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"[,.;:!?\n]| (?:with|in|at|on|by|and|featuring|using|that|which)\b", re.IGNORECASE)
_TITLE_WORDS = 5


def lettering_of(prompt: str) -> str | None:
    """The quoted words, or those after "saying" and its like; the last of them, unless taken back afterwards."""
    found = [*_QUOTED.finditer(prompt), *_SAID.finditer(prompt)]
    if not found:
        return None
    last = max(found, key=lambda match: match.start())
    if _NOT.search(prompt, last.end()):
        return None
    return next((part.strip() for part in last.groups() if part and part.strip()), None)


def title_of(prompt: str) -> str | None:
    """What a poster is for."""
    match = _TITLE.search(prompt)
    if match is None or _NOT.search(prompt):
        return None
    words = _TITLE_END.split(match[1], maxsplit=1)[0].split()
    return " ".join(words[:_TITLE_WORDS]) or None
