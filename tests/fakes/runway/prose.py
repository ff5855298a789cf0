"""The limits that the vendor's SDK states in words: it types `duration: int` and writes "from 2 to 10" below it.

Read from the source of `runwayml.types`, so that a newer SDK brings its own limits.
"""

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache

WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
COUNT = rf"(\d+|{'|'.join(WORDS)})"
RANGES = (
    re.compile(r"(?:from|between) (\d+(?:\.\d+)?)(?: \([^)]*\))? (?:to|and) (\d+(?:\.\d+)?)\b"),
    re.compile(r"\((\d+(?:\.\d+)?)[–-](\d+(?:\.\d+)?)\)"),
)
LENGTH = re.compile(r"up to ([\d,]+) characters")
ITEMS = re.compile(rf"[Uu]p to {COUNT}\b|{COUNT} to {COUNT} images")
KIND = re.compile(r"containing an encoded (image|video|audio)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a docstring says of its field; None where it says nothing."""

    low: float | None = None
    high: float | None = None
    longest: int | None = None
    """In UTF-16 code units."""
    most: int | None = None
    least: int = 0
    asset: str | None = None
    """`image`, `video` or `audio`: the field is a URI to such a medium."""


def limits(owner: type, name: str) -> Limits:
    text = _docs(owner.__module__).get((owner.__name__, name), "")
    span = next((match for pattern in RANGES if (match := pattern.search(text))), None)
    length = LENGTH.search(text)
    items = ITEMS.search(text)
    kind = KIND.search(text)
    return Limits(
        low=float(span[1]) if span else None,
        high=float(span[2]) if span else None,
        longest=int(length[1].replace(",", "")) if length else None,
        most=_count(items[1] or items[3]) if items else None,
        least=_count(items[2]) if items and items[2] else 0,
        asset=kind[1] if kind else None,
    )


def _count(word: str) -> int:
    return WORDS[word] if word in WORDS else int(word)


@cache
def _docs(module: str) -> dict[tuple[str, str], str]:
    """(Class, field) → the text below it."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found = {}
    for owner in tree.body:
        if not isinstance(owner, ast.ClassDef):
            continue
        for field, below in zip(owner.body, owner.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                found[owner.name, field.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return found
