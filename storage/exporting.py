"""Everything that stands in the rows about one person, page by page, for them to take along."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from storage.deletion import persons
from storage.recipes import Ingredients, ingredients
from storage.tables import (
    Account,
    Asset,
    Charge,
    Collection,
    Creation,
    Membership,
    Placement,
    Share,
    Step,
    Tag,
    Thread,
    Token,
    Turn,
    User,
    Vote,
    Workspace,
)

PAGE = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and the key that the next page begins after; None at the end."""

    rows: Sequence[Any]
    next: Any


def newest(session: Session, user_id: str) -> int:
    """The last asset that an export begun now holds."""
    query = select(Asset.seq).where(col(Asset.user_id).in_(persons(session, user_id))).order_by(col(Asset.seq).desc())
    return session.exec(query.limit(1)).first() or 0


def assets(session: Session, user_id: str, after: int, until: int) -> tuple[list[Ingredients], int | None]:
    """A page of a person's assets with what their recipes tell of, the oldest first."""
    query = select(Asset).where(
        col(Asset.user_id).in_(persons(session, user_id)), col(Asset.seq) > after, col(Asset.seq) <= until
    )
    found = list(session.exec(query.order_by(col(Asset.seq)).limit(PAGE)))
    return ingredients(session, found), found[-1].seq if len(found) == PAGE else None


def chosen(session: Session, user_id: str, asset_ids: Sequence[str]) -> list[Ingredients]:
    """Those of these assets that are this person's."""
    query = select(Asset).where(col(Asset.id).in_(asset_ids), col(Asset.user_id).in_(persons(session, user_id)))
    return ingredients(session, list(session.exec(query.order_by(col(Asset.seq)))))


def creations(session: Session, user_id: str, after: str) -> Page:
    """Requests with all that was planned and said for them, by id."""
    query = select(Creation).where(col(Creation.user_id).in_(persons(session, user_id)), col(Creation.id) > after)
    found = list(session.exec(query.order_by(col(Creation.id)).limit(PAGE)))
    ids = [each.id for each in found]
    steps = session.exec(select(Step).where(col(Step.creation_id).in_(ids)).order_by(col(Step.index))).all()
    turns = session.exec(select(Turn).where(col(Turn.creation_id).in_(ids)).order_by(col(Turn.index))).all()
    rows = [
        _told(each, "user_id", "worker", "revision", "files")
        | {"steps": [_told(step, *HIDDEN) for step in steps if step.creation_id == each.id]}
        | {"turns": [_told(turn, *HIDDEN) for turn in turns if turn.creation_id == each.id]}
        for each in found
    ]
    return Page(rows, ids[-1] if len(ids) == PAGE else None)


def usage(session: Session, user_id: str, after: str) -> Page:
    """What was paid, by id."""
    query = select(Charge).where(col(Charge.user_id).in_(persons(session, user_id)), col(Charge.id) > after)
    found = list(session.exec(query.order_by(col(Charge.id)).limit(PAGE)))
    rows = [_told(each, "user_id", "budgets") for each in found]
    return Page(rows, found[-1].id if len(found) == PAGE else None)


def about(session: Session, user_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is little: who they are, and how they ordered what they have."""
    ids = persons(session, user_id)
    hung = (
        select(Placement, Collection.name, Asset.id)
        .join(Collection, col(Collection.id) == col(Placement.collection_id))
        .join(Asset, col(Asset.seq) == col(Placement.asset_seq))
        .where(col(Placement.user_id).in_(ids))
    )
    tagged = (
        select(Tag.name, Asset.id).join(Asset, col(Asset.seq) == col(Tag.asset_seq)).where(col(Tag.user_id).in_(ids))
    )
    places = (
        select(Membership, Workspace.platform, Workspace.platform_id)
        .join(Workspace, col(Workspace.id) == col(Membership.workspace_id))
        .where(col(Membership.user_id).in_(ids))
    )
    return {
        "person": [_told(each, "forgotten_at") for each in session.exec(select(User).where(col(User.id).in_(ids)))],
        "accounts": _all(session, Account, ids, "id"),
        "tokens": _all(session, Token, ids, "sha256"),
        "workspaces": [
            {"platform": platform, "platform_id": platform_id, "seen_at": member.seen_at}
            for member, platform, platform_id in session.exec(places)
        ],
        "threads": _all(session, Thread, ids),
        "votes": _all(session, Vote, ids),
        "tags": [{"tag": name, "asset_id": asset_id} for name, asset_id in session.exec(tagged)],
        "collections": _all(session, Collection, ids),
        "hung": [
            {"collection": name, "asset_id": asset_id, "at": placement.created_at}
            for placement, name, asset_id in session.exec(hung)
        ],
        "shares": _all(session, Share, ids),
    }


HIDDEN = ("user_id", "creation_id")


def _all(session: Session, table: Any, ids: Sequence[str], *without: str) -> list[dict[str, Any]]:
    found = session.exec(select(table).where(col(table.user_id).in_(ids)))
    return [_told(each, "user_id", *without) for each in found]


def _told(row: SQLModel, *without: str) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump().items() if name not in without}
