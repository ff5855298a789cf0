"""Everything a person ever made: found, shown page by page, marked, and deleted. Every query is bound to its user."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, column, not_, table, text
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, select, update
from sqlmodel import delete as delete_rows

from storage import posts, rows
from storage.creations import next_round, touch
from storage.people import living
from storage.tables import Asset, Creation, Look, Placement, Share, Tag, Thread, Vote

PAGE_MAX = 200
WORD = re.compile(r"[^\W_]+", re.UNICODE)
"""Runs of letters and digits, as the index cuts them: an underscore ends a word."""

_OF: Any = bindparam("of")
_ROWS = rows.table_of(Asset)
_CHANGE = update_rows(_ROWS).where(_ROWS.c.id == _OF, _ROWS.c.user_id == bindparam("owner"))
_NAMED = columns(_ROWS.c.step_id, _ROWS.c.ordinal, _ROWS.c.letter).where(_ROWS.c.creation_id == _OF)
_SEARCH = table("asset_search", column("rowid"), column("asset_search"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for. `before` is the `seq` that the last page ended with."""

    words: str = ""
    kind: str | None = None
    favourite: bool | None = None
    thread_id: str | None = None
    limit: int = 40
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Assets, newest first, and where the next page begins (None at the end)."""

    assets: tuple[Asset, ...]
    next: int | None


def page(session: Session, user_id: str, query: Query) -> Page:
    """One page by keyset: as fast for the last page as for the first."""
    limit = max(1, min(query.limit, PAGE_MAX))
    wanted = _filtered(user_id, query)
    if query.words.strip():
        tokens = WORD.findall(query.words)[:20]
        if not tokens:
            return Page((), None)
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        wanted = _found_sqlite(wanted, user_id, tokens, query) if on_sqlite else _found_postgres(wanted, query)
    else:
        wanted = wanted.order_by(col(Asset.seq).desc())
    found = list(session.exec(wanted.limit(limit + 1)))
    more = len(found) > limit
    return Page(tuple(found[:limit]), found[limit - 1].seq if more else None)


def _filtered(user_id: str, query: Query) -> Any:
    wanted: Select[Any] = select(Asset).where(col(Asset.user_id) == user_id)
    wanted = wanted.where(col(Asset.kind) == query.kind if query.kind else col(Asset.kind) != "upload")
    if query.favourite is not None:
        is_one = col(Asset.favourite)  # written so that the partial index serves it
        wanted = wanted.where(is_one if query.favourite else not_(is_one))
    if query.thread_id:
        wanted = wanted.where(col(Asset.thread_id) == query.thread_id)
    if query.before is not None:
        wanted = wanted.where(col(Asset.seq) < query.before)
    return wanted


def _found_sqlite(wanted: Any, user_id: str, tokens: Sequence[str], query: Query) -> Any:
    """The user stands inside the index, which is walked from its newest entry until the page is full.

    A word that all of 90,000 assets contain costs 4 ms so, and 30 ms where the whole list of hits is built first.
    """
    words = " AND ".join(f'"{token}"*' for token in tokens)
    hits = _SEARCH.c
    wanted = wanted.join(_SEARCH, hits.rowid == col(Asset.seq))
    wanted = wanted.where(hits.asset_search.op("MATCH")(f'owner : "{user_id}" AND words : ({words})'))
    if query.before is not None:
        wanted = wanted.where(hits.rowid < query.before)
    return wanted.order_by(hits.rowid.desc())


def _found_postgres(wanted: Any, query: Query) -> Any:
    """The words are cut by the function that cut those in the index; of each, its beginning is enough."""
    prefixes = "SELECT string_agg(quote_literal(lexeme) || ':*D', ' & ')::tsquery FROM unnest(easel_words(:words))"
    match = text(f"asset.search @@ ({prefixes})").bindparams(words=query.words)
    return wanted.where(match).order_by(col(Asset.seq).desc())


def asset(session: Session, user_id: str, asset_id: str) -> Asset | None:
    """One asset of this person."""
    return session.exec(select(Asset).where(Asset.id == asset_id, Asset.user_id == user_id)).first()


def there(session: Session, asset_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of these assets that are not deleted, in the order given."""
    found = set(session.exec(select(Asset.id).where(col(Asset.id).in_(asset_ids)))) if asset_ids else set()
    return tuple(each for each in asset_ids if each in found)


def owner(session: Session, asset_id: str) -> str | None:
    """Whose an asset is."""
    return session.exec(select(Asset.user_id).where(Asset.id == asset_id)).first()


def reachable(session: Session, creation: Creation, asset_id: str) -> Asset | None:
    """An asset that a creation may work from: its person's, one of its thread, or one it was let start from."""
    found = session.exec(select(Asset).where(Asset.id == asset_id)).first()
    if found and (
        found.user_id == creation.user_id or found.thread_id == creation.thread_id or asset_id in creation.inputs
    ):
        return found
    return None


def seen(session: Session, user_id: str, asset_id: str, thread: str, message_id: str) -> Asset | None:
    """An asset of this person, or one that a message shows which they are looking at."""
    found = session.exec(select(Asset).where(Asset.id == asset_id)).first()
    if found is None or found.user_id == user_id:
        return found
    post = posts.by_message(session, thread, message_id) if message_id else None
    return found if post and asset_id in posts.asset_ids(post) and found.safety != "withheld" else None


def vote(session: Session, user_id: str, asset_id: str, value: int) -> None:
    """Note what a person thinks of an asset; 0 takes it back."""
    session.exec(delete_rows(Vote).where(col(Vote.asset_id) == asset_id, col(Vote.user_id) == user_id))
    if value:
        session.add(Vote(asset_id=asset_id, user_id=user_id, value=value))


def lineage(session: Session, user_id: str, asset_id: str) -> tuple[Asset | None, list[Asset]]:
    """An asset's parent and its children, as far as this person may see them."""
    one = asset(session, user_id, asset_id)
    parent = asset(session, user_id, one.parent_id) if one and one.parent_id else None
    children = select(Asset).where(Asset.parent_id == asset_id, Asset.user_id == user_id).order_by(col(Asset.seq))
    return parent, list(session.exec(children))


def change(session: Session, user_id: str, asset_id: str, **values: Any) -> Asset | None:
    """Set columns of one asset of this person."""
    changed = rows.write(session, _CHANGE, values | {"of": asset_id, "owner": user_id})
    return asset(session, user_id, asset_id) if changed else None


def add(session: Session, creation: Creation, assets: Sequence[Asset]) -> None:
    """Insert a step's assets and give them their version names, in the caller's transaction.

    A repeated step finds them there and adds nothing.

    Raises:
        Forgotten: the owner asked to be forgotten while the work ran; nothing is kept.
    """
    living(session, creation.user_id)
    there = rows.read(session, _NAMED, of=creation.id)
    known = {each.ordinal for each in there if each.step_id == assets[0].step_id}
    taken = {each.letter for each in there}
    number = next_round(session, creation)
    fresh = [each for each in assets if each.ordinal not in known]
    for each in fresh:
        each.round, each.letter = number, _free(each.letter, taken)
        taken.add(each.letter)
    rows.add(session, fresh)
    touch(session, creation.id)


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
    living(session, upload.user_id)
    session.add(upload)


def delete(session: Session, user_id: str, asset_id: str) -> list[str] | None:
    """Delete one asset's row; returns the keys of its objects, or None where it is not theirs."""
    found = asset(session, user_id, asset_id)
    if found is None:
        return None
    keys = [key for key in (found.object_key, found.thumbnail_key) if key]
    _let_go(session, found)
    session.delete(found)
    if found.creation_id:
        touch(session, found.creation_id)
    return keys


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
    """Pictures and videos whose thumbnail was never made, because a process ended first."""
    query = (
        select(Asset)
        .where(col(Asset.thumbnail_key).is_(None), col(Asset.kind).in_(("image", "video", "upload")))
        .order_by(col(Asset.seq).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def thread_ref(session: Session, found: Asset) -> str | None:
    """The address of the thread that an asset was made in."""
    thread = session.get(Thread, found.thread_id) if found.thread_id else None
    return thread.ref if thread else None
