"""The rows behind recipes: an asset, the call that made it, and what it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import rows
from storage.tables import Asset, Step, version_of
from storage.visibility import names

T = TypeVar("T", Asset, Step)
FEW = 3
"""So many rows are read one by one: their query is prepared, that for a list is not."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """All rows that one recipe tells of."""

    asset: Asset
    step: Step | None
    """None for uploads, and once the call's row is gone."""
    versions: dict[str, str]
    """What the assets that it was made from are called, as far as they are there; by id."""
    credit: str
    """The name of the person whose shared asset it was made from; empty for nobody, and once they are forgotten."""


def ingredients(session: Session, assets: Sequence[Asset]) -> list[Ingredients]:
    """The rows behind several assets that a caller has found for somebody, in few queries however many they are."""
    steps = _by_id(session, Step, {asset.step_id for asset in assets})
    sources = _by_id(session, Asset, {each for asset in assets for each in sources_of(asset)})
    people = names(session, {asset.credit_id for asset in assets if asset.credit_id})
    return [
        Ingredients(
            asset,
            steps.get(asset.step_id or ""),
            {each: version_of(sources[each]) for each in sources_of(asset) if each in sources},
            people.get(asset.credit_id or "", ""),
        )
        for asset in assets
    ]


def sources_of(asset: Asset) -> list[str]:
    """The ids of what it was made from; an older row knows its parent alone."""
    return asset.inputs or ([asset.parent_id] if asset.parent_id else [])


def sidecar_key(object_key: str) -> str:
    """Where an object's recipe lies: beside it, under the same name."""
    return str(PurePosixPath(object_key).with_suffix(".json"))


def bare(session: Session, limit: int = 100) -> list[Asset]:
    """Assets that have no sidecar yet, the oldest first."""
    wanted = select(Asset).where(~col(Asset.sidecar))  # written so that the partial index serves it
    return list(session.exec(wanted.order_by(col(Asset.seq)).limit(limit)))


def _by_id(session: Session, kind: type[T], ids: set[str | None]) -> dict[str | None, T]:
    """Plain rows, with the columns of the class."""
    wanted = sorted(each for each in ids if each)
    if len(wanted) <= FEW:
        found: Any = [row for each in wanted if (row := rows.one(session, kind, each))]
    else:
        found = rows.read(session, _THOSE[kind], those=wanted)
    return {row.id: row for row in found}


_THOSE = {
    kind: columns(table).where(table.c.id.in_(bindparam("those", expanding=True)))
    for kind, table in ((kind, rows.table_of(kind)) for kind in (Step, Asset))
}
