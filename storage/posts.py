"""Messages in chat threads: intended in a row, then sent, then noted with their id."""

from collections.abc import Sequence

from sqlmodel import Session, col, select, update

from storage.tables import Creation, Post, PostState, now

STATUS = "status"
RESULT = "result:"


def of(session: Session, creation_id: str) -> list[Post]:
    """Every message of a creation, intended or sent, in the order of the intents."""
    query = select(Post).where(Post.creation_id == creation_id).order_by(col(Post.intent_at), col(Post.id))
    return list(session.exec(query))


def intend(session: Session, creation: Creation, thread: str, asset_ids: Sequence[str] = ()) -> Post:
    """The row of the message that shows these assets, or of the status message; made if it is not there."""
    role = RESULT + ",".join(asset_ids) if asset_ids else STATUS
    found = session.exec(select(Post).where(Post.creation_id == creation.id, Post.role == role)).first()
    if found:
        return found
    post = Post(creation_id=creation.id, user_id=creation.user_id, role=role, thread=thread)
    session.add(post)
    session.flush()
    return post


def sent(session: Session, post_id: str, message_id: str, revision: int) -> None:
    """Note a message's id, and the revision of the creation that it shows."""
    session.exec(
        update(Post)
        .where(col(Post.id) == post_id)
        .values(state=PostState.SENT, message_id=message_id, revision=revision, sent_at=now())
    )


def asset_ids(post: Post) -> list[str]:
    """Ids of the assets that a message shows; none for the status message."""
    return post.role.removeprefix(RESULT).split(",") if post.role.startswith(RESULT) else []
