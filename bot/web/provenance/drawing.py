"""How a version tree is drawn: a row for each version, a straight line to the newest, branches beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.provenance.trees import Node

DONE = {
    "generate_image": "Made",
    "edit_image": "Changed",
    "vary": "Varied",
    "upscale": "Made larger",
    "generate_video": "Filmed",
    "animate": "Animated",
    "extend": "Extended",
    "generate_speech": "Spoken",
    "upload": "Brought along",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One version in its line. Lines to the left of its own pass by."""

    node: Node
    lane: int
    from_above: bool
    """Its line comes straight from the version before it."""
    from_left: bool
    """Its line begins here, as a branch of the one to its left."""
    goes_on: bool
    """Its line leads to a version below."""

    @property
    def done(self) -> str:
        """What was done to make it, in a word."""
        return DONE.get(self.node.asset.tool, "Made")


def rows(nodes: Sequence[Node]) -> list[Row]:
    """Every node once. Of several children, those that led nowhere newer come first, as branches; the line goes on."""
    by_id = {node.asset.id: node for node in nodes}
    newest = _newest(nodes)
    roots = [node for node in nodes if node.parent is None]
    waiting = [Row(node, 0, False, False, bool(node.children)) for node in reversed(roots)]
    found: list[Row] = []
    while waiting:
        row = waiting.pop()
        found.append(row)
        children = sorted((by_id[each] for each in row.node.children), key=lambda node: newest[node.asset.id])
        waiting += [Row(main, row.lane, True, False, bool(main.children)) for main in children[-1:]]
        waiting += [Row(side, row.lane + 1, False, True, bool(side.children)) for side in children[-2::-1]]
    return found


def _newest(nodes: Sequence[Node]) -> dict[str, str]:
    """When the newest version of each node's line was made; a node stands behind its parent."""
    newest = {node.asset.id: node.asset.created_at.isoformat() for node in nodes}
    for node in reversed(nodes):
        newest[node.asset.id] = max([newest[node.asset.id], *(newest[child] for child in node.children)])
    return newest
