"""Messages in chat threads: intended in a row, then sent, then noted with their id."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, select

from storage import rows
from storage.tables import Asset, Creation, Post, PostState, Thread, now

ROOT = "root"
STATUS = "status"
RESULT = "result:"
SHARED = "shared:"


class MessageId(NamedTuple):
    """Where a message stands."""

    thread: str
    message_id: str


def of(session: Session, creation_id: str) -> list[Post]:
    """Every message of a creation, intended or sent, in the order of the intents."""
    return list(session.execute(_OF_CREATION, {"of": creation_id}).scalars())


def by_message(session: Session, thread: str, message_id: str) -> Post | None:
    """The row of a message that Easel wrote, to look at only."""
    found: Any = rows.read(session, _BY_MESSAGE, of=message_id, thread=thread)
    return found[0] if found else None


# Built once: asked with every message that is written, and with every button that is pressed.
_OF: Any = bindparam("of")
_POSTS, _CREATIONS = rows.table_of(Post), rows.table_of(Creation).c
_OF_CREATION = columns(Post).where(col(Post.creation_id) == _OF).order_by(col(Post.intent_at), col(Post.id))
_IN_ROLE = columns(_POSTS).where(_POSTS.c.creation_id == _OF, _POSTS.c.role == bindparam("role"))
_STANDS = columns(_POSTS).where(_POSTS.c.id == _OF).with_for_update(**rows.LOCKED)
_CHANGE = update_rows(_POSTS).where(_POSTS.c.id == _OF)
_WHOSE = columns(_CREATIONS.id, _CREATIONS.user_id, _CREATIONS.thread_id).where(_CREATIONS.id == _OF)
_MOVE = update_rows(rows.table_of(Thread)).where(rows.table_of(Thread).c.id == _OF)
_BY_MESSAGE = columns(_POSTS).where(_POSTS.c.message_id == _OF, _POSTS.c.thread == bindparam("thread"))


def by_id(session: Session, post_id: str) -> Post | None:
    """One row."""
    return session.get(Post, post_id)


def showing(session: Session, asset: Asset) -> list[Post]:
    """Every message that shows an asset."""
    if asset.creation_id is None:
        return []
    return [post for post in of(session, asset.creation_id) if asset.id in asset_ids(post)]


def of_user(session: Session, user_id: str) -> list[Post]:
    """Every message that stands in a chat because of a person."""
    query = select(Post).where(Post.user_id == user_id, Post.state == PostState.SENT)
    return list(session.exec(query.order_by(col(Post.intent_at))))


def intend(session: Session, creation: Creation, thread: str, role: str) -> tuple[Post, bool]:
    """The row of a message in its role, and whether it was made just now."""
    found = rows.read(session, _IN_ROLE, of=creation.id, role=role)
    if found:
        return Post(**found[0]._asdict()), False
    post = Post(creation_id=creation.id, user_id=creation.user_id, role=role, thread=thread)
    rows.add(session, [post])
    return post, True


def sent(session: Session, post_id: str, message_id: str, revision: int) -> None:
    """Note a message's id, and the revision of the creation that it shows."""
    values = {"state": PostState.SENT, "message_id": message_id, "revision": revision, "sent_at": now()}
    rows.write(session, _CHANGE, values | {"of": post_id})


def lost(session: Session, post_id: str) -> None:
    """Note that a message cannot be shown, so that nobody tries for ever."""
    rows.write(session, _CHANGE, {"of": post_id, "state": PostState.LOST})


def opened(session: Session, creation_id: str, thread: str, message_id: str) -> MessageId:
    """Note where a creation's pending thread was opened. Of two that opened it, the first counts: it is returned."""
    creation: Any = rows.read(session, _WHOSE, of=creation_id)[0]
    post, _ = intend(session, creation, thread, ROOT)
    (stands,) = rows.read(session, _STANDS, of=post.id)
    if stands.state != PostState.INTENT:
        return MessageId(stands.thread, stands.message_id or "")
    values = {"thread": thread, "message_id": message_id, "state": PostState.SENT, "sent_at": now()}
    rows.write(session, _CHANGE, values | {"of": post.id})
    rows.write(session, _MOVE, {"of": creation.thread_id, "ref": thread})
    return MessageId(thread, message_id)


def result_role(asset_ids: Sequence[str]) -> str:
    """The role of the message that shows these assets first."""
    return RESULT + ",".join(asset_ids)


def asset_ids(post: Post) -> list[str]:
    """Ids of the assets that a message shows; none for a thread's root and its status message."""
    if post.role.startswith(RESULT):
        return post.role.removeprefix(RESULT).split(",")
    return [post.role.split(":")[1]] if post.role.startswith(SHARED) else []


def files(session: Session, post_id: str, file_ids: Sequence[str]) -> None:
    """Note the platform's ids of a message's files, in the order of its assets; empty where there is no file."""
    rows.write(session, _CHANGE, {"of": post_id, "file_ids": list(file_ids)})


def file_of(post: Post) -> dict[str, str]:
    """Asset id → the platform's id of its file."""
    return dict(zip(asset_ids(post), post.file_ids, strict=False))
