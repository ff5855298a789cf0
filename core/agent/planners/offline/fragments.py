"""A message cut at its commas, conjunctions and sentence ends; the pieces can be put together again unharmed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_JOINING = (
    r"and then|and also|and(?! white\b)|plus|then|as well as|along with|together with|followed by|but also|but|with"
)
_SEPARATOR = re.compile(
    rf"(?:[,;](?= |\n|$)|[.!?…:](?= |\n)|\n| [-–—](?= )) ?(?:(?:also|{_JOINING})(?= )(?: then| also)? )?"
    rf"| (?:{_JOINING}|&|\+) ",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^(?:[-*•–]|\d{1,2}[.)]) +", re.MULTILINE)
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EDGES = " \n,;:-–—"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of the message, and what stood between it and the piece before."""

    joiner: str
    text: str

    @property
    def with_joined(self) -> bool:
        """`…, with a short narration`."""
        return self.joiner.strip(" ,").lower() == "with"

    @property
    def loosely_joined(self) -> bool:
        """Only `and` stands between: the piece may as well go on with the same scene."""
        return self.joiner.strip().lower() == "and"


def clean(text: str) -> str:
    """Drop what no model and no database can take: control characters and lone surrogates."""
    return _UNWANTED.sub(" ", text.encode("utf-8", "ignore").decode("utf-8"))


def flatten(text: str) -> str:
    """Single blanks, no empty lines, no bullets."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return _BULLET.sub("", "\n".join(line for line in lines if line))


def split(text: str) -> tuple[Fragment, ...]:
    """Cut a flattened text."""
    fragments: list[Fragment] = []
    joiner, position = "", 0
    for found in _SEPARATOR.finditer(text):
        fragments.append(Fragment(joiner, text[position : found.start()]))
        joiner, position = found[0], found.end()
    fragments.append(Fragment(joiner, text[position:]))
    return tuple(fragments)


def join(fragments: Sequence[Fragment]) -> str:
    """The text of these pieces as it stood, without the joiner before the first."""
    text = "".join(fragment.joiner + fragment.text for fragment in fragments)
    return text.removeprefix(fragments[0].joiner) if fragments else ""


def tidy(text: str) -> str:
    """Mend what removed words left behind: double blanks, lonely commas, a stray `and` at an end."""
    text = " ".join(text.split())
    for wrong, right in ((" ,", ","), (",,", ","), (", .", "."), (" .", "."), ("( )", ""), ("()", "")):
        text = text.replace(wrong, right)
    text = text.strip(_EDGES)
    for word in ("and", "plus", "then", "also", "with"):
        text = text.removesuffix(f" {word}").removeprefix(f"{word} " if word != "with" else "\0").strip(_EDGES)
    return text
