"""Everything a person ever made: looked at, marked, and deleted. Every query is bound to its user."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, select, update
from sqlmodel import delete as delete_rows

from storage import posts, rows, visibility
from storage.creations import next_round, touch
from storage.people import staying
from storage.recipes import sidecar_key
from storage.tables import Asset, Creation, Look, Placement, Share, Tag, Thread, Vote

_OF: Any = bindparam("of")
_ROWS = rows.table_of(Asset)
_MARK = update_rows(_ROWS).where(_ROWS.c.id == _OF, _ROWS.c.user_id == bindparam("owner"))
_TOLD = update_rows(_ROWS).where(_ROWS.c.creation_id == _OF).values(reply=bindparam("reply"))
_THERE = columns(_ROWS.c.id).where(_ROWS.c.id.in_(bindparam("those", expanding=True)))
_NAMED = columns(_ROWS.c.step_id, _ROWS.c.ordinal, _ROWS.c.letter).where(_ROWS.c.creation_id == _OF)


def asset(session: Session, user_id: str, asset_id: str) -> Asset | None:
    """One asset of this person."""
    return session.exec(select(Asset).where(Asset.id == asset_id, Asset.user_id == user_id)).first()


def there(session: Session, asset_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of these assets that are not deleted, in the order given."""
    found = {row.id for row in rows.read(session, _THERE, those=asset_ids)} if asset_ids else set()
    return tuple(each for each in asset_ids if each in found)


def reachable(session: Session, creation: Creation, asset_id: str) -> Asset | None:
    """An asset that a creation may work from: its person's, one of its thread, or one it was let start from."""
    found = visibility.unguarded(session, asset_id)
    if found and (
        found.user_id == creation.user_id or found.thread_id == creation.thread_id or asset_id in creation.inputs
    ):
        return found
    return None


def seen(
    session: Session, user_id: str, asset_id: str, thread: str, message_id: str, workspaces: Sequence[str] = ()
) -> Asset | None:
    """An asset that this person may look at, or one that a message shows which they are looking at: a plain row."""
    found = visibility.looked_at(session, asset_id)
    if found is None or visibility.sees(user_id, found, workspaces):
        return found
    post = posts.by_message(session, thread, message_id) if message_id else None
    return found if post and asset_id in posts.asset_ids(post) and found.safety != visibility.WITHHELD else None


def vote(session: Session, user_id: str, asset_id: str, value: int) -> None:
    """Note what a person thinks of an asset; 0 takes it back."""
    if not value:
        session.exec(delete_rows(Vote).where(col(Vote.asset_id) == asset_id, col(Vote.user_id) == user_id))
        return
    given = rows.insert_of(session)(Vote).values(**Vote(asset_id=asset_id, user_id=user_id, value=value).model_dump())
    session.execute(given.on_conflict_do_update(index_elements=("asset_id", "user_id"), set_={"value": value}))


def lineage(session: Session, user_id: str, one: Asset) -> tuple[Asset | None, list[Asset]]:
    """An asset's parent and its children, as far as they are this person's."""
    parent = asset(session, user_id, one.parent_id) if one.parent_id else None
    children = select(Asset).where(Asset.parent_id == one.id, Asset.user_id == user_id).order_by(col(Asset.seq))
    return parent, list(session.exec(children))


def change(session: Session, user_id: str, asset_id: str, **values: Any) -> Asset | None:
    """Set columns of one asset of this person, and read it."""
    return asset(session, user_id, asset_id) if mark(session, user_id, asset_id, **values) else None


def mark(session: Session, user_id: str, asset_id: str, **values: Any) -> bool:
    """Set columns of one asset of this person; False where there is none."""
    return bool(rows.write(session, _MARK, values | {"of": asset_id, "owner": user_id}))


def add(session: Session, creation: Creation, assets: Sequence[Asset]) -> None:
    """Insert a step's assets and give them their version names, in the caller's transaction.

    A repeated step finds them there and adds nothing.

    Raises:
        Forgotten: the owner asked to be forgotten while the work ran; nothing is kept.
    """
    owner_id = staying(session, creation.user_id)
    # It locks the creation: of two steps that end now, one names its assets first.
    number, is_first = next_round(session, creation)
    there = () if is_first else rows.read(session, _NAMED, of=creation.id)
    known = {each.ordinal for each in there if each.step_id == assets[0].step_id}
    taken = {each.letter for each in there}
    fresh = [each for each in assets if each.ordinal not in known]
    for each in fresh:
        each.user_id, each.round, each.letter = owner_id, number, _free(each.letter, taken)
        taken.add(each.letter)
    rows.add(session, fresh)


def told(session: Session, creation_id: str, reply: str) -> None:
    """Let what a creation made be found by the sentence that closed it."""
    rows.write(session, _TOLD, {"of": creation_id, "reply": reply})


def _free(letter: int, taken: set[int]) -> int:
    """The wished letter, or the next that no other asset of the round has: a step may make several."""
    while letter in taken:
        letter += 1
    return letter


def add_upload(session: Session, upload: Asset) -> None:
    """Insert an uploaded picture.

    Raises:
        Forgotten: its owner asked to be forgotten.
    """
    upload.user_id = staying(session, upload.user_id)
    session.add(upload)


def delete(session: Session, user_id: str, asset_id: str) -> list[str] | None:
    """Delete one asset's row; returns the keys of its objects, or None where it is not theirs."""
    found = asset(session, user_id, asset_id)
    if found is None:
        return None
    keys = [key for key in (found.object_key, found.thumbnail_key, sidecar_key(found.object_key)) if key]
    _let_go(session, found)
    _stand_elsewhere(session, found)
    session.delete(found)
    if found.creation_id:
        touch(session, found.creation_id)
    return keys


def _stand_elsewhere(session: Session, found: Asset) -> None:
    """The thread that went back to it goes on from its newest again."""
    stood = update(Thread).where(col(Thread.id) == found.thread_id, col(Thread.head_id) == found.id)
    session.exec(stood.values(head_id=None))


def _let_go(session: Session, found: Asset) -> None:
    """Take an asset out of everything that points to it: votes, tags, collections, shares, looks."""
    for kind in (Tag, Look, Placement):
        session.exec(delete_rows(kind).where(col(kind.asset_seq) == found.seq))
    for kept in (Vote, Share):
        session.exec(delete_rows(kept).where(col(kept.asset_id) == found.id))


def release(session: Session, asset_id: str) -> bool:
    """Let an asset be shown that a check had flagged; an operator's act, so no user is named."""
    released = session.exec(update(Asset).where(col(Asset.id) == asset_id).values(safety=""))
    return bool(released.rowcount)


def without_thumbnail(session: Session, limit: int = 100) -> list[Asset]:
    """Assets whose thumbnail was never made, because a process ended first."""
    query = select(Asset).where(col(Asset.thumbnail_key).is_(None)).order_by(col(Asset.seq).desc()).limit(limit)
    return list(session.exec(query))


def thread_ref(session: Session, found: Asset) -> str | None:
    """The address of the thread that an asset was made in."""
    thread = session.get(Thread, found.thread_id) if found.thread_id else None
    return thread.ref if thread else None
