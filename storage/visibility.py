"""Who may look at an asset: its owner, and where they showed it, whoever is in the workspace. Nobody else ever."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import rows
from storage.tables import Asset, Membership, User, Vote, Workspace

PRIVATE, WORKSPACE, LINK = "private", "workspace", "link"
WITHHELD = "withheld"
LATELY = timedelta(days=3)
"""How long a platform's word that somebody is in a workspace counts where the platform is not at hand, on the web.

Whoever has left a workspace sees what it shows for no longer than this; a word in the chat renews it.
"""
RENEWED = timedelta(hours=1)
"""A word that is younger is not noted again."""
_ASSETS, _VOTES, _USERS = rows.table_of(Asset), rows.table_of(Vote), rows.table_of(User)
_WORKSPACES, _MEMBERSHIPS = rows.table_of(Workspace), rows.table_of(Membership)
# Built once: asked at every press of a button.
_THOSE: Any = bindparam("those", expanding=True)
_RATINGS = columns(_VOTES.c.asset_id, _VOTES.c.value).where(
    _VOTES.c.user_id == bindparam("by"), _VOTES.c.asset_id.in_(_THOSE)
)
_NAMES = columns(_USERS.c.id, _USERS.c.name).where(_USERS.c.id.in_(_THOSE), _USERS.c.forgotten_at.is_(None))
_WHOLE = columns(Asset).where(col(Asset.id) == bindparam("of"))
_SEEN_LATELY = (
    columns(_WORKSPACES)
    .join(_MEMBERSHIPS, _MEMBERSHIPS.c.workspace_id == _WORKSPACES.c.id)
    .where(_MEMBERSHIPS.c.user_id == bindparam("of"), _MEMBERSHIPS.c.seen_at > bindparam("since"))
    .where(_WORKSPACES.c.removed_at.is_(None))
    .order_by(_MEMBERSHIPS.c.seen_at.desc())
)


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
    noted = rows.insert_of(session)(Membership).values(**row)
    session.execute(noted.on_conflict_do_update(index_elements=keys, set_={"seen_at": at}))


def workspaces(session: Session, user_id: str, at: datetime) -> list[Workspace]:
    """The workspaces in which a person was seen lately, and which Easel is still in."""
    found: Any = rows.read(session, _SEEN_LATELY, of=user_id, since=at - LATELY)
    return list(found)


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
    asset: Asset | None = session.execute(_WHOLE, {"of": asset_id}).scalars().first()
    return asset


def looked_at(session: Session, asset_id: str) -> Asset | None:
    """The same for a view alone: a plain row, see `creations.snapshot`."""
    found: Asset | None = rows.one(session, Asset, asset_id)
    return found


def visible_of(session: Session, user_id: str, asset_ids: Sequence[str], workspaces: Sequence[str] = ()) -> list[Asset]:
    """Those of several that this person may look at, in the order given."""
    return _ordered(asset_ids, session.exec(_those(asset_ids, may_see(user_id, workspaces))))


def own_of(session: Session, user_id: str, asset_ids: Sequence[str]) -> list[Asset]:
    """Those of several that are this person's own, in the order given; nobody else changes them meanwhile."""
    mine = _those(asset_ids, col(Asset.user_id) == user_id).order_by(col(Asset.seq)).with_for_update(**rows.LOCKED)
    return _ordered(asset_ids, session.exec(mine))


def notes(session: Session, user_id: str, assets: Sequence[Asset]) -> Notes:
    """What is told beside these assets to this person."""
    ids = [asset.id for asset in assets]
    people = {asset.credit_id for asset in assets if asset.credit_id}
    people |= {asset.user_id for asset in assets if asset.user_id != user_id}
    return Notes(ratings(session, user_id, ids), names(session, people))


def ratings(session: Session, user_id: str, asset_ids: Sequence[str]) -> dict[str, int]:
    """What a person thinks of assets."""
    found = rows.read(session, _RATINGS, by=user_id, those=asset_ids) if asset_ids else ()
    return {row.asset_id: row.value for row in found}


def names(session: Session, user_ids: Collection[str]) -> dict[str, str]:
    """What people are called."""
    found = rows.read(session, _NAMES, those=list(user_ids)) if user_ids else ()
    return {row.id: row.name for row in found}


def _those(asset_ids: Sequence[str], condition: ColumnElement[bool]) -> Any:
    return select(Asset).where(col(Asset.id).in_(asset_ids), condition)


def _ordered(asset_ids: Sequence[str], assets: Iterable[Asset]) -> list[Asset]:
    found = {each.id: each for each in assets}
    return [found[each] for each in dict.fromkeys(asset_ids) if each in found]
