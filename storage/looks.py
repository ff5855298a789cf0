"""What pictures look like, and which look alike. Every search is bound to one person and what is shown to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, union
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import rows
from storage.tables import Asset, Look
from storage.visibility import WORKSPACE, may_see

FLAT = 0
"""The bits of a picture without anything in it to be known by."""
SURELY = 7
"""Whatever differs in so many bits has a quarter that differs in one bit at most, and is always found."""

_QUARTER = (1 << 16) - 1
_NOWHERE = -1
"""The quarters of a flat picture: no search comes here."""
_CANDIDATES = 4_000
_LOOK = rows.table_of(Look).c
_LET_GO = delete_rows(rows.table_of(Look)).where(_LOOK.asset_seq == bindparam("of"))
_ASSET = rows.table_of(Asset).c


@dataclass(frozen=True, slots=True)
class Alike:
    """An asset and in how many of 64 bits it looks different (0: the same picture, as far as an eye tells)."""

    asset: Asset
    distance: int


def note(session: Session, asset: Asset, bits: int | None) -> None:
    """Remember what an asset looks like; None: it has nothing to be known by. Again, it replaces what was known."""
    assert asset.seq is not None
    rows.write(session, _LET_GO, {"of": asset.seq})
    quarters = _quarters(bits) if bits is not None else (_NOWHERE,) * 4
    rows.insert(
        session,
        Look,
        asset_seq=asset.seq,
        user_id=asset.user_id,
        bits=_signed(FLAT if bits is None else bits),
        **dict(zip(("q0", "q1", "q2", "q3"), quarters, strict=True)),
    )


def bits_of(session: Session, asset: Asset) -> int | None:
    """What is known of an asset's look."""
    look = session.get(Look, asset.seq)
    return None if look is None or look.q0 == _NOWHERE else look.bits & _ALL


def near(
    session: Session,
    user_id: str,
    bits: int,
    *,
    within: int = 10,
    limit: int = 40,
    workspaces: Sequence[str] = (),
) -> list[Alike]:
    """The assets of this person that look like these bits, the nearest first; of two as near, the newest.

    `workspaces`: those whose members' shown assets count as well. What differs in more than `SURELY` bits may be
    missed: a probe looks only where a quarter of the bits is the same but for one.
    """
    found = _candidates(session, user_id, bits)
    if workspaces:
        found |= _candidates(session, user_id, bits, workspaces)
    ranked = sorted((distance(bits, each), -seq) for seq, each in found.items())
    nearest = {-seq: far for far, seq in ranked[:limit] if far <= within}
    assets = session.exec(select(Asset).where(col(Asset.seq).in_(nearest), may_see(user_id, workspaces)))
    return sorted((Alike(each, nearest[each.seq or 0]) for each in assets), key=_order)


def without(session: Session, before: int | None = None, limit: int = 100) -> list[Asset]:
    """Pictures and videos that have a thumbnail and no look yet, the newest first, older than a `seq`."""
    query = (
        select(Asset)
        .where(
            col(Asset.thumbnail_key).is_not(None),
            col(Asset.kind) != "speech",
            ~select(Look.asset_seq).where(Look.asset_seq == Asset.seq).exists(),
        )
        .order_by(col(Asset.seq).desc())
        .limit(limit)
    )
    return list(session.exec(query.where(col(Asset.seq) < before) if before is not None else query))


def distance(one: int, other: int) -> int:
    """In how many bits two looks differ."""
    return ((one ^ other) & _ALL).bit_count()


_ALL = (1 << 64) - 1


def _candidates(session: Session, user_id: str, bits: int, workspaces: Sequence[str] = ()) -> dict[int, int]:
    """Where any quarter is the same but for one bit: of the person, or of what is shown in workspaces."""
    if workspaces:
        shown = columns(_LOOK.asset_seq, _LOOK.bits).join_from(Look, Asset, _ASSET.seq == _LOOK.asset_seq)
        base: Select[Any] = shown.where(_ASSET.visibility == WORKSPACE, _ASSET.workspace_id.in_(workspaces))
    else:
        base = columns(_LOOK.asset_seq, _LOOK.bits).where(_LOOK.user_id == user_id)
    named = zip((_LOOK.q0, _LOOK.q1, _LOOK.q2, _LOOK.q3), _quarters(bits), strict=True)
    probes = union(*(base.where(column.in_(_one_off(quarter))) for column, quarter in named)).limit(_CANDIDATES)
    return {row.asset_seq: row.bits for row in session.connection().execute(probes)}


def _order(alike: Alike) -> tuple[int, int]:
    return alike.distance, -(alike.asset.seq or 0)


def _quarters(bits: int) -> tuple[int, ...]:
    return tuple(bits >> shift & _QUARTER for shift in (48, 32, 16, 0))


def _one_off(quarter: int) -> list[int]:
    return [quarter, *(quarter ^ 1 << bit for bit in range(16))]


def _signed(bits: int) -> int:
    """The same 64 bits as databases count: with a sign."""
    return bits - (1 << 64) if bits >> 63 else bits
