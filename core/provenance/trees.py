"""Rows to version trees: every version behind what it was made from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.creation.view import AssetView, shown_to
from storage import lineage, visibility
from storage.lineage import NODES_MAX
from storage.tables import Asset, Thread


@dataclass(frozen=True, slots=True)
class Node:
    """One version in a tree."""

    asset: AssetView
    parent: str | None
    """The id of the node that it was made from; None for a root, and where that may not be seen."""
    children: tuple[str, ...]
    depth: int
    stands: bool
    """The next reply in its thread goes on from it."""
    outside: bool
    """It was made somewhere else, or brought along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Versions, each behind what it was made from: a root, then all that came of its first child, and so on."""

    nodes: tuple[Node, ...]
    thread: str | None
    """The address of the conversation, where it is the asking person's own."""
    title: str
    whole: bool
    """False: there is more than `NODES_MAX`, and the oldest (of a thread) or the farthest are left out."""


def family_of(session: Session, user_id: str, one: Asset, workspaces: Sequence[str]) -> tuple[list[Asset], bool]:
    """Ancestors and descendants, level by level, and whether that is all."""
    found = {one.id: one}
    above, below = [one], [one]
    while (above or below) and len(found) <= NODES_MAX:
        above = _fresh(lineage.parents(session, user_id, above, workspaces), found)
        below = _fresh(lineage.children(session, user_id, below, workspaces), found)
        found |= {each.id: each for each in (*above, *below)}
    return list(found.values())[:NODES_MAX], len(found) <= NODES_MAX


def _fresh(some: list[Asset], found: dict[str, Asset]) -> list[Asset]:
    return [each for each in some if each.id not in found]


def tree_of(
    session: Session,
    user_id: str,
    made: list[Asset],
    workspaces: Sequence[str],
    thread: Thread | None,
    *,
    whole: bool,
) -> Tree:
    """Rows to a tree. What they were made from elsewhere stands at its roots."""
    rows = {each.id: each for each in (*lineage.parents(session, user_id, made, workspaces), *made)}
    notes = visibility.notes(session, user_id, list(rows.values()))
    views = {each.id: shown_to(user_id, each, notes) for each in rows.values()}
    here = [each for each in rows.values() if thread and each.thread_id == thread.id]
    stands = lineage.standing(thread, here) if thread else None
    parent = {each.id: each.parent_id if each.parent_id in rows else None for each in rows.values()}
    below: dict[str | None, list[str]] = {}
    for each in sorted(rows.values(), key=_arrival(rows.values())):
        below.setdefault(parent[each.id], []).append(each.id)
    nodes = [
        Node(
            views[each],
            parent[each],
            tuple(below.get(each, ())),
            depth,
            stands is not None and each == stands.id,
            thread is None or rows[each].thread_id != thread.id,
        )
        for each, depth in _in_order(below)
    ]
    return Tree(
        nodes=tuple(nodes), thread=thread.ref if thread else None, title=thread.title if thread else "", whole=whole
    )


def _in_order(below: dict[str | None, list[str]]) -> list[tuple[str, int]]:
    """Each with its depth, behind its parent; without recursion, as a line of versions may be long."""
    waiting = [(each, 0) for each in reversed(below.get(None, []))]
    found = []
    while waiting:
        one, depth = waiting.pop()
        found.append((one, depth))
        waiting.extend((each, depth + 1) for each in reversed(below.get(one, [])))
    return found


def _arrival(assets: Iterable[Asset]) -> Callable[[Asset], tuple[int, int, int]]:
    """The order in which creations came, and in each of them that of the versions' names."""
    first: dict[str, int] = {}
    for asset in assets:
        seq, creation = asset.seq or 0, asset.creation_id or asset.id
        first[creation] = min(seq, first.get(creation, seq))
    return lambda asset: (first[asset.creation_id or asset.id], asset.letter, asset.seq or 0)
