"""What came of what: the versions of a thread, an asset's ancestors and descendants, and where a thread stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select, update

from storage.tables import Asset, Creation, Step, Thread
from storage.visibility import WITHHELD, may_see

NODES_MAX = 500
_IT = ("image", "video", "speech")
"""What "it" means first in a round that made several kinds."""


def in_thread(
    session: Session, user_id: str, thread_id: str, workspaces: Sequence[str] = (), limit: int = NODES_MAX
) -> list[Asset]:
    """The newest assets of a thread that this person may see, the oldest first."""
    return _newest(session, col(Asset.thread_id) == thread_id, may_see(user_id, workspaces), limit)


def by_all_in_thread(session: Session, thread_id: str, limit: int = NODES_MAX) -> list[Asset]:
    """The same for whoever was let into the thread: what anybody made there, but what is held back."""
    return _newest(session, col(Asset.thread_id) == thread_id, col(Asset.safety) != WITHHELD, limit)


def parents(session: Session, user_id: str, assets: Iterable[Asset], workspaces: Sequence[str] = ()) -> list[Asset]:
    """What these were made from and is not among them, as far as this person may see it."""
    there = {asset.id: asset for asset in assets}
    missing = {asset.parent_id for asset in there.values() if asset.parent_id} - set(there)
    return _those(session, col(Asset.id).in_(missing), may_see(user_id, workspaces)) if missing else []


def children(session: Session, user_id: str, assets: Iterable[Asset], workspaces: Sequence[str] = ()) -> list[Asset]:
    """What was made from these, as far as this person may see it, the oldest first."""
    ids = [asset.id for asset in assets]
    return _those(session, col(Asset.parent_id).in_(ids), may_see(user_id, workspaces)) if ids else []


def arguments(session: Session, assets: Iterable[Asset]) -> dict[str, dict[str, Any]]:
    """The arguments of the calls that made assets which somebody may see; by the asset's id."""
    steps = {asset.id: asset.step_id for asset in assets if asset.step_id}  # a call may make several
    called = session.exec(select(Step).where(col(Step.id).in_(set(steps.values()))))
    found = {step.id: dict(step.arguments) for step in called}
    return {asset_id: found[step_id] for asset_id, step_id in steps.items() if step_id in found}


# --- where a thread stands ----------------------------------------------------------------------------------------


def standing(thread: Thread, assets: Sequence[Asset]) -> Asset | None:
    """Which of a thread's assets the next reply goes on from: the one that was gone back to, else its newest."""
    chosen = next((asset for asset in assets if asset.id == thread.head_id), None)
    return chosen or newest(assets)


def newest(assets: Sequence[Asset], before_round: int | None = None) -> Asset | None:
    """Of the latest round (before another), the last picture; where it has none, the last film; else the speech."""
    rounds = [asset.round for asset in assets if before_round is None or asset.round < before_round]
    latest = [asset for asset in assets if rounds and asset.round == max(rounds)]
    last = {asset.kind: asset for asset in sorted(latest, key=lambda asset: (asset.letter, asset.ordinal))}
    return next((last[kind] for kind in _IT if kind in last), None)


def before(asset: Asset, assets: Sequence[Asset]) -> Asset | None:
    """What an undo goes back to: what it was made from in its thread, else what the round before it made."""
    parent = next((each for each in assets if each.id == asset.parent_id), None)
    return parent or newest(assets, asset.round)


def stand_on(session: Session, thread_id: str, asset_id: str) -> None:
    """Let the thread's next reply go on from this asset; until something new is made in it."""
    session.exec(update(Thread).where(col(Thread.id) == thread_id).values(head_id=asset_id))


def begin_from_head(session: Session, creation_id: str, thread: Thread) -> None:
    """Let a creation that names nothing to work from go on from what its thread went back to."""
    head = select(Asset.id).where(Asset.id == thread.head_id, Asset.thread_id == thread.id)
    if session.exec(head).first():
        session.exec(update(Creation).where(col(Creation.id) == creation_id).values(inputs=[thread.head_id]))
    else:
        session.exec(update(Thread).where(col(Thread.id) == thread.id).values(head_id=None))


def _newest(session: Session, where: Any, may: Any, limit: int) -> list[Asset]:
    wanted = select(Asset).where(where, may).order_by(col(Asset.seq).desc()).limit(limit)
    return list(session.exec(wanted))[::-1]


def _those(session: Session, where: Any, may: Any) -> list[Asset]:
    return list(session.exec(select(Asset).where(where, may).order_by(col(Asset.seq)).limit(NODES_MAX + 1)))
