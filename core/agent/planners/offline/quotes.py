"""Quoted words, taken out of the way before a sentence is cut, and put back afterwards."""

import re
from dataclasses import dataclass

_FIRST_MARK = 0xE000
_LAST_MARK = 0xE1FF
MARK = f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]"
"""A regex class: the private-use character that stands for one quotation."""

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARKS = re.compile(MARK)
_OPENING = re.compile(r"[\"“„«]|(?<!\w)['‘](?=\S)")
_CLOSING = {
    '"': re.compile('["”]'),
    "“": re.compile('[”"]'),
    "„": re.compile('[“”"]'),
    "«": re.compile("»"),
    "'": re.compile(r"(?<=\S)['’](?!\w)"),
    "‘": re.compile(r"(?<=\S)['’](?!\w)"),
}
_OPENING_SINGLE = re.compile(r"(?<!\w)['‘](?=\w)")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text whose quotations are single characters, and what each of them stands for."""

    text: str
    quotations: tuple[str, ...]
    """With their quotation marks."""

    def words(self, mark: str) -> str:
        """What stands between the quotation marks."""
        return self.quotations[ord(mark) - _FIRST_MARK][1:-1]

    def restore(self, text: str) -> str:
        """The text as the person typed it."""
        return _MARKS.sub(lambda found: self.quotations[ord(found[0]) - _FIRST_MARK], text)


def mask(text: str) -> Quoted:
    """Put a mark in the place of every quotation; an unclosed quotation mark stays as it is."""
    text = _PRIVATE.sub("", text)
    pieces: list[str] = []
    quotations: list[str] = []
    position = 0
    for start, end in _spans(text):
        pieces += [text[position:start], chr(_FIRST_MARK + len(quotations))]
        quotations.append(text[start:end])
        position = end
    return Quoted("".join([*pieces, text[position:]]), tuple(quotations))


def _spans(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    position = 0
    while len(spans) <= _LAST_MARK - _FIRST_MARK and (opening := _OPENING.search(text, position)):
        position = opening.end()
        if opening[0] in unclosed:
            continue
        if (end := _closing(text, opening)) is None:
            unclosed.add(opening[0])  # none follows, so none follows a later one either: this keeps the scan linear
        elif text[position : end - 1].strip():
            spans.append((opening.start(), end))
            position = end
    return spans


def _closing(text: str, opening: re.Match[str]) -> int | None:
    pattern = _CLOSING[opening[0]]
    found = pattern.search(text, opening.end())
    if found is None:
        return None
    if opening[0] in "'‘" and _reads_as_possessive(text, found.start()):
        later = pattern.search(text, found.end())
        if later and not _OPENING_SINGLE.search(text, found.end(), later.start()):
            return later.end()
    return found.end()


def _reads_as_possessive(text: str, at: int) -> bool:
    """`the dogs' home`: an s before the mark, a small letter after the blank."""
    return text[at - 1] == "s" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()
