"""A version tree as lines of text: a straight line of versions stays straight, and only where it parts it is indented.

v1 · a lighthouse at dusk
╰ v2 · the same at night
╰ v3 · warmer light
┊ ╰ v4 · with a ship
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.creation.titles import shortened
from core.creation.view import AssetView
from core.provenance.trees import Node, Tree

LINES_MAX, WORDS_MAX, LEVELS_MAX = 16, 70, 6
STANDS = "replies go on from here"
OUTSIDE = "from elsewhere"


@dataclass(frozen=True, slots=True)
class Line:
    """One version."""

    asset: AssetView
    indent: str
    """What stands before it: no letters, nothing to be escaped."""
    words: str
    """What was asked for, in short."""
    notes: tuple[str, ...]
    """What there is to say besides."""
    here: bool
    """It is the version that the tree is shown around."""


@dataclass(frozen=True, slots=True)
class Lines:
    """As much of a tree as a message shows."""

    shown: tuple[Line, ...]
    above: int
    """How many lines before these are left out."""
    below: int


def lines(tree: Tree, asset_id: str, most: int = LINES_MAX) -> Lines:
    """The lines around one version."""
    levels = _levels(tree.nodes)
    place = next((number for number, node in enumerate(tree.nodes) if node.asset.id == asset_id), 0)
    first = max(0, min(place - most // 2, len(tree.nodes) - most))
    shown = tree.nodes[first : first + most]
    told = tuple(_line(node, levels[node.asset.id], asset_id) for node in shown)
    return Lines(told, first, len(tree.nodes) - first - len(shown))


def neighbours(tree: Tree, asset_id: str, most: int = 4) -> list[AssetView]:
    """What a version was made from, the version itself, and what came of it: to be shown as pictures."""
    found = {node.asset.id: node for node in tree.nodes}
    one = found.get(asset_id)
    if one is None:
        return []
    ids = [one.parent, asset_id, *one.children]
    return [found[each].asset for each in ids if each in found][:most]


def name(asset: AssetView) -> str:
    """What people call a version."""
    return asset.version or "upload"


def _levels(nodes: Sequence[Node]) -> dict[str, int]:
    """How far in each stands: one further than what it was made from where that has several children."""
    known = {node.asset.id: node for node in nodes}
    levels: dict[str, int] = {}
    for node in nodes:  # a parent comes before its children
        above = known.get(node.parent or "")
        levels[node.asset.id] = levels[above.asset.id] + (len(above.children) > 1) if above else 0
    return levels


def _line(node: Node, level: int, asset_id: str) -> Line:
    level = min(level, LEVELS_MAX)
    notes = [STANDS if node.stands else "", OUTSIDE if node.outside and node.asset.kind != "upload" else ""]
    return Line(
        asset=node.asset,
        indent="┊ " * (level - 1) + "╰ " if level else "",
        words=shortened(node.asset.asked or node.asset.prompt, WORDS_MAX),
        notes=tuple(filter(None, notes)),
        here=node.asset.id == asset_id,
    )
