"""Who may look at an asset: its owner, and where they showed it, whoever is in the workspace. Nobody else ever."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.rows import insert_of
from storage.tables import Asset, Membership, User, Vote, Workspace

PRIVATE, WORKSPACE, LINK = "private", "workspace", "link"
WITHHELD = "withheld"
LATELY = timedelta(days=3)
"""How long a platform's word that somebody is in a workspace counts where the platform is not at hand, on the web.

Whoever has left a workspace sees what it shows for no longer than this; a word in the chat renews it.
"""
RENEWED = timedelta(hours=1)
"""A word that is younger is not noted again."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is told beside assets: what the one who looks thinks of them, and the names of people."""

    ratings: dict[str, int] = field(default_factory=dict)
    """Asset id → 1 or -1."""
    names: dict[str, str] = field(default_factory=dict)
    """Person id → what they are called; nobody who is forgotten."""


NOTHING = Notes()

# --- workspaces ---------------------------------------------------------------------------------------------------


def seen_in(session: Session, user_id: str, workspace_id: str, at: datetime) -> None:
    """Note a platform's word that a person is in a workspace."""
    row = {"user_id": user_id, "workspace_id": workspace_id, "seen_at": at}
    keys = [Membership.user_id, Membership.workspace_id]
    noted = insert_of(session)(Membership).values(**row)
    session.execute(noted.on_conflict_do_update(index_elements=keys, set_={"seen_at": at}))


def workspaces(session: Session, user_id: str, at: datetime) -> list[Workspace]:
    """The workspaces in which a person was seen lately, and which Easel is still in."""
    query = (
        select(Workspace)
        .join(Membership, col(Membership.workspace_id) == col(Workspace.id))
        .where(Membership.user_id == user_id, col(Membership.seen_at) > at - LATELY)
        .where(col(Workspace.removed_at).is_(None))
        .order_by(col(Membership.seen_at).desc())
    )
    return list(session.exec(query))


# --- looking ------------------------------------------------------------------------------------------------------


def may_see(user_id: str, workspaces: Sequence[str]) -> ColumnElement[bool]:
    """The condition under which this person, seen in these workspaces, sees a row of `Asset`."""
    own = col(Asset.user_id) == user_id
    if not workspaces:
        return own
    shown = and_(
        col(Asset.visibility) == WORKSPACE,
        col(Asset.workspace_id).in_(workspaces),
        col(Asset.safety) != WITHHELD,
    )
    return or_(own, shown)


def sees(user_id: str, asset: Asset, workspaces: Sequence[str] = ()) -> bool:
    """The same of a row at hand."""
    shown = asset.visibility == WORKSPACE and asset.workspace_id in workspaces and asset.safety != WITHHELD
    return shown or asset.user_id == user_id


def visible(session: Session, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> Asset | None:
    """One asset, if this person may look at it."""
    one = unguarded(session, asset_id)
    return one if one and sees(user_id, one, workspaces) else None


def unguarded(session: Session, asset_id: str) -> Asset | None:
    """One asset, whoever may look at it: the caller asks that."""
    asset: Asset | None = session.execute(_ONE, {"of": asset_id}).scalars().first()
    return asset


_ONE = columns(Asset).where(col(Asset.id) == bindparam("of"))  # built once: asked at every press of a button


def visible_of(session: Session, user_id: str, asset_ids: Sequence[str], workspaces: Sequence[str] = ()) -> list[Asset]:
    """Those of several that this person may look at, in the order given."""
    found = {each.id: each for each in session.exec(_those(asset_ids, may_see(user_id, workspaces)))}
    return [found[each] for each in dict.fromkeys(asset_ids) if each in found]


def own_of(session: Session, user_id: str, asset_ids: Sequence[str]) -> list[Asset]:
    """Those of several that are this person's own, in the order given."""
    return visible_of(session, user_id, asset_ids)


def notes(session: Session, user_id: str, assets: Sequence[Asset]) -> Notes:
    """What is told beside these assets to this person."""
    ids = [asset.id for asset in assets]
    people = {asset.credit_id for asset in assets if asset.credit_id}
    people |= {asset.user_id for asset in assets if asset.user_id != user_id}
    return Notes(ratings(session, user_id, ids), names(session, people))


def ratings(session: Session, user_id: str, asset_ids: Sequence[str]) -> dict[str, int]:
    """What a person thinks of assets."""
    if not asset_ids:
        return {}
    wanted = columns(col(Vote.asset_id), col(Vote.value))
    found = session.execute(wanted.where(col(Vote.user_id) == user_id, col(Vote.asset_id).in_(asset_ids)))
    return {row[0]: row[1] for row in found}


def names(session: Session, user_ids: set[str]) -> dict[str, str]:
    """What people are called."""
    if not user_ids:
        return {}
    wanted = columns(col(User.id), col(User.name)).where(col(User.id).in_(user_ids), col(User.forgotten_at).is_(None))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _those(asset_ids: Sequence[str], condition: ColumnElement[bool]) -> Any:
    return select(Asset).where(col(Asset.id).in_(asset_ids), condition)
