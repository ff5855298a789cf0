"""What changed between two versions: word by word in what was asked for, and fact by fact in how it was made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from math import gcd
from typing import Any

from core.creation.view import AssetView

WORDS_MAX = 2_000
"""Words of either text that are compared one by one; what follows counts as one piece."""
_PIECES = re.compile(r"\s*\S+")
Two = tuple[Any, Any]


class Mark(StrEnum):
    """What became of a run of words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that share their fate, with the spaces before them."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is not the same; empty where a version has none of it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """All that changed."""

    prompt: tuple[Run, ...]
    """The whole of both texts; nothing but `kept` where they are the same."""
    facts: tuple[Fact, ...]

    @property
    def nothing(self) -> bool:
        """Nothing that is written down is another."""
        return not self.facts and all(run.mark is Mark.KEPT for run in self.prompt)


def changed(
    assets: tuple[AssetView, AssetView], arguments: tuple[Mapping[str, Any], Mapping[str, Any]], inputs: tuple[int, int]
) -> Change:
    """Compare two versions. `arguments` are those of the calls, `inputs` how many assets each was made from."""
    before, after = (_facts(*each) for each in zip(assets, arguments, inputs, strict=True))
    facts = (Fact(name, before[name], after[name]) for name in before if before[name] != after[name])
    return Change(runs(assets[0].prompt, assets[1].prompt), tuple(facts))


def runs(before: str, after: str) -> tuple[Run, ...]:
    """Two texts as one, run by run."""
    old, new = _pieces(before), _pieces(after)
    matcher = SequenceMatcher(None, [_bare(word) for word in old], [_bare(word) for word in new], autojunk=False)
    found: list[Run] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        marked = ((Mark.KEPT, new[c:d]),) if tag == "equal" else ((Mark.REMOVED, old[a:b]), (Mark.ADDED, new[c:d]))
        found += [Run(mark, _behind(found, words)) for mark, words in marked if words]
    return tuple(found)


def _behind(found: list[Run], words: list[str]) -> str:
    """What began its own text stands apart from what comes before it here."""
    text = "".join(words)
    return text if not found or text[0].isspace() else f" {text}"


def _pieces(text: str) -> list[str]:
    words = _PIECES.findall(text)
    return words if len(words) <= WORDS_MAX else [*words[:WORDS_MAX], "".join(words[WORDS_MAX:])]


def _bare(word: str) -> str:
    """A comma or a capital more makes no other word."""
    return word.strip().strip(".,;:!?").casefold() or word.strip()


def _facts(asset: AssetView, arguments: Mapping[str, Any], inputs: int) -> dict[str, str]:
    sized = asset.width and asset.height
    return {
        "kind": asset.kind,
        "tool": asset.tool.replace("_", " "),
        "instruction": _text(arguments.get("instruction") or arguments.get("instructions")),
        "model": _text(asset.model),
        "provider": _text(asset.provider),
        "aspect": _text(arguments.get("aspect")) or (_aspect(asset.width, asset.height) if sized else ""),
        "size": f"{asset.width} × {asset.height}" if sized else "",
        "duration": f"{asset.duration_s:g} s" if asset.duration_s else "",
        "style": _text(arguments.get("style")),
        "voice": _text(arguments.get("voice")),
        "seed": _text(asset.seed),
        "inputs": str(inputs) if inputs else "",
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _aspect(width: int | None, height: int | None) -> str:
    """The sides as a ratio in its lowest terms, where those are few."""
    if not width or not height:
        return ""
    shared = gcd(width, height)
    small = (width // shared, height // shared)
    return f"{small[0]}:{small[1]}" if max(small) <= 32 else ""
