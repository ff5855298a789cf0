"""Whether a file is known, and to whom. An asset that the one who asks may not see is never handed out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage import looks
from storage.looks import Alike
from storage.tables import Asset, Thread
from storage.visibility import may_see

ALIKE_MAX = 6


@dataclass(frozen=True, slots=True)
class Sightings:
    """What is known of one file."""

    same: Asset | None
    """The very file, as far as the one who asks may see it."""
    made_here: bool
    """The very file was made here, by whomever. What people brought along does not count: that is theirs to tell."""
    alike: tuple[Alike, ...]
    """What looks like it, the nearest first; looked for where the very file is not known."""
    threads: dict[str, Thread]
    """The conversations of the asking person's own among them, by id."""


def sightings(
    session: Session, user_id: str, sha256: str, bits: int | None, workspaces: Sequence[str] = ()
) -> Sightings:
    """Look for a file by its bytes, then by its look."""
    same = _same(session, user_id, sha256, workspaces)
    made_here = same is not None or _made_here(session, sha256)
    alike: list[Alike] = []
    if not made_here and bits is not None:
        alike = looks.near(session, user_id, bits, limit=ALIKE_MAX, workspaces=workspaces)
    seen = [each for each in (same, *(one.asset for one in alike)) if each and each.user_id == user_id]
    ids = {each.thread_id for each in seen if each.thread_id}
    threads = session.exec(select(Thread).where(col(Thread.id).in_(ids))).all() if ids else []
    return Sightings(same, made_here, tuple(alike), {each.id: each for each in threads})


def _same(session: Session, user_id: str, sha256: str, workspaces: Sequence[str]) -> Asset | None:
    """One's own before another's, the newest before older ones."""
    wanted = select(Asset).where(Asset.sha256 == sha256, may_see(user_id, workspaces))
    found = session.exec(wanted.order_by(col(Asset.seq).desc()).limit(50)).all()
    return min(found, key=lambda asset: asset.user_id != user_id, default=None)


def _made_here(session: Session, sha256: str) -> bool:
    wanted = select(Asset.seq).where(Asset.sha256 == sha256, Asset.kind != "upload").limit(1)
    return session.exec(wanted).first() is not None
