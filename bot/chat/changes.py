"""What changed from one version to another: runs of words to be marked as each platform marks them, and lines."""

from core.provenance.changes import Change, Mark, Run
from core.provenance.trees import Tree

AROUND = 8
"""So many kept words stand on either side of a change; the rest is left out."""
NOTHING = "Nothing that is written down changed: the same words, made once more."
FIRST = "There is nothing before this version."
ABSENT = "none"


def words(change: Change) -> tuple[Run, ...]:
    """Both texts as one, without long stretches that are the same; nothing where all is the same."""
    if all(run.mark is Mark.KEPT for run in change.prompt):
        return ()
    last = len(change.prompt) - 1
    return tuple(_brief(run, first=number == 0, last=number == last) for number, run in enumerate(change.prompt))


def facts(change: Change) -> list[str]:
    """`model: FLUX 1.1 → Imagen 4`, a line for each fact that is another."""
    return [f"{each.name}: {each.before or ABSENT} → {each.after or ABSENT}" for each in change.facts]


def earlier(tree: Tree, asset_id: str) -> str | None:
    """The version that another is compared with: what it was made from, else the one before it."""
    ids = [node.asset.id for node in tree.nodes if node.asset.version]
    parent = next((node.parent for node in tree.nodes if node.asset.id == asset_id), None)
    if parent or asset_id not in ids:
        return parent
    place = ids.index(asset_id)
    return ids[place - 1] if place else None


def _brief(run: Run, *, first: bool, last: bool) -> Run:
    if run.mark is not Mark.KEPT:
        return run
    pieces = run.text.split(" ")
    head, tail = [] if first else pieces[:AROUND], [] if last else pieces[-AROUND:]
    if len(pieces) <= len(head) + len(tail) + 1:
        return run
    return Run(Mark.KEPT, " ".join([*head, "…", *tail]))
