"""Messages in chat threads: intended in a row, then sent, then noted with their id."""

from sqlmodel import Session, col, select, update

from storage.tables import Creation, Post, PostState, now


def intend(session: Session, creation: Creation, role: str, thread: str) -> tuple[Post, bool]:
    """The row of one message, and whether it was made just now."""
    found = session.exec(select(Post).where(Post.creation_id == creation.id, Post.role == role)).first()
    if found:
        return found, False
    post = Post(creation_id=creation.id, user_id=creation.user_id, role=role, thread=thread)
    session.add(post)
    session.flush()
    return post, True


def sent(session: Session, post_id: str, message_id: str, revision: int) -> None:
    """Note a message's id and what it shows."""
    session.exec(
        update(Post)
        .where(col(Post.id) == post_id)
        .values(state=PostState.SENT, message_id=message_id, revision=revision, sent_at=now())
    )


def shown(session: Session, creation_id: str) -> set[str]:
    """Short ids of the assets that sent messages show."""
    query = select(Post.role).where(
        Post.creation_id == creation_id, Post.state == PostState.SENT, col(Post.role).startswith("result:")
    )
    return {each for role in session.exec(query) for each in role.removeprefix("result:").split(",")}
