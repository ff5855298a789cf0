"""What a person looks for among all that they made, and where it is found, the newest first, page by page.

Every search is bound to the person who asks: to their own assets, or to what others show in their workspaces.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, column, literal, literal_column, table
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import rows, visibility
from storage.collections import may_look
from storage.matching import Match, cut, fts5, tsquery
from storage.tables import Asset, Collection, Thread, now

PAGE_MAX = 200
UPLOAD = "upload"
SCOPE = 8
"""So much of who may look stands in each word that is filtered by; who it is stands in the index as a whole besides."""
FIRST_YEAR = 2000
"""Nothing was made before."""

Subject = Literal["kind", "provider", "model", "aspect", "is", "rated", "tag", "tool"]
_SEARCH = table("asset_search", column("rowid"), column("asset_search"))


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must hold of an asset, or with `holds=False` must not: `Fact("kind", "video")`."""

    subject: Subject
    value: str
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for: all of it must hold. `before` is the `seq` that the last page ended with."""

    words: str = ""
    """Each must be there, by its beginning."""
    phrases: tuple[str, ...] = ()
    """Words that must stand side by side."""
    without: tuple[str, ...] = ()
    """Words or phrases that must not be there."""
    kind: str | None = None
    """Uploads are found only where they are asked for."""
    favourite: bool | None = None
    facts: tuple[Fact, ...] = ()
    thread: str = ""
    """The address of a thread, or its id."""
    collection: str = ""
    """The name of a collection of theirs, or of one that a workspace shows them."""
    since: datetime | None = None
    until: datetime | None = None
    others: bool = False
    """Not one's own, but what others show in one's workspaces."""
    workspaces: tuple[str, ...] | None = None
    """The workspaces that one is in, as whoever asks has proved it; None: those in which one was seen lately."""
    limit: int = 40
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Assets as plain rows, newest first, and where the next page begins (None at the end)."""

    assets: tuple[Asset, ...]
    next: int | None


def page(session: Session, user_id: str, query: Query) -> Page:
    """One page by keyset: as fast for the last page as for the first."""
    match = _match(session, user_id, query)
    if match is None:
        return Page((), None)
    limit = max(1, min(query.limit, PAGE_MAX))
    found: Any = session.connection().execute(_wanted(session, user_id, query, match).limit(limit + 1)).all()
    more = len(found) > limit
    return Page(tuple(found[:limit]), found[limit - 1].seq if more else None)


def owners(user_id: str, *, uploads: bool) -> tuple[str, ...]:
    """How the index names a person: apart as the one who made something, and as the one who uploaded it."""
    return (f"0up{user_id}",) if uploads else (f"0made{user_id}",)


# --- what to look for ---------------------------------------------------------------------------------------------


def _match(session: Session, user_id: str, query: Query) -> Match | None:
    """The query in words of the index; None where nothing can be found."""
    facts = list(_facts(query))
    uploads = Fact("kind", UPLOAD) in facts
    known = _workspaces(session, user_id, query) if query.others or query.collection else ()
    spaces = known if query.others else ()
    places = _places(session, user_id, query, known)
    if places is None or (query.others and not spaces):
        return None
    if any(not cut(each) for each in (*query.phrases, query.words.strip() or "all")):
        return None
    scopes = [each[:SCOPE] for each in spaces or (user_id,)]
    wanted = (*_named(facts, holds=True), *places)
    return Match(
        owners=() if query.others else owners(user_id, uploads=uploads),
        spaces=spaces,
        not_owners=(*owners(user_id, uploads=False), *owners(user_id, uploads=True)) if query.others else (),
        facts=tuple(tuple(f"{each}{scope}" for scope in scopes) for each in wanted),
        not_facts=tuple(f"{each}{scope}" for each in _named(facts, holds=False) for scope in scopes),
        days=tuple(f"{each}{scope}" for each in _days(query.since, query.until) for scope in scopes),
        models=tuple(fact.value for fact in facts if fact.subject == "model" and fact.holds),
        not_models=tuple(fact.value for fact in facts if fact.subject == "model" and not fact.holds),
        words=query.words.strip(),
        phrases=query.phrases,
        without=tuple(each for each in query.without if cut(each)),
    )


def _facts(query: Query) -> Iterator[Fact]:
    yield from query.facts
    if query.kind:
        yield Fact("kind", query.kind)
    if query.favourite is not None:
        yield Fact("is", "favourite", query.favourite)


def _named(facts: list[Fact], *, holds: bool) -> tuple[str, ...]:
    return tuple(map(_name, (fact for fact in facts if fact.subject != "model" and fact.holds == holds)))


def _name(fact: Fact) -> str:
    """As the index spells it: a hyphen would part a tag in two."""
    value = fact.value.lower()
    return f"0{fact.subject}{value.replace('-', '0') if fact.subject == 'tag' else value}"


def _places(session: Session, user_id: str, query: Query, workspaces: Sequence[str]) -> tuple[str, ...] | None:
    """Thread and collection as words of the index; None where there are none such."""
    found = []
    if query.thread:
        known = session.exec(select(Thread.id).where(Thread.ref == query.thread)).first()
        found.append(f"0thread{known or query.thread}")
    if query.collection:
        collection_id = _collection(session, user_id, query.collection, workspaces)
        if collection_id is None:
            return None
        found.append(f"0in{collection_id}")
    return tuple(found)


def _collection(session: Session, user_id: str, name: str, workspaces: Sequence[str]) -> str | None:
    """One's own collection of this name comes first; small and large letters make no difference."""
    known = session.exec(select(Collection).where(may_look(user_id, workspaces))).all()
    named = [each for each in known if each.name.casefold() == name.casefold()]
    named.sort(key=lambda each: (each.user_id != user_id, each.name != name, each.created_at))
    return named[0].id if named else None


def _workspaces(session: Session, user_id: str, query: Query) -> tuple[str, ...]:
    if query.workspaces is not None:
        return query.workspaces
    return tuple(each.id for each in visibility.workspaces(session, user_id, now()))


def _days(since: datetime | None, until: datetime | None) -> tuple[str, ...]:
    """The years, months and days of UTC that a span touches, as few as hold them all."""
    if since is None and until is None:
        return ()
    first = since.astimezone(UTC).date() if since else date(FIRST_YEAR, 1, 1)
    last = (until.astimezone(UTC) - timedelta(microseconds=1)).date() if until else now().date() + timedelta(days=2)
    return tuple(_spans(max(first, date(FIRST_YEAR, 1, 1)), min(last, now().date() + timedelta(days=2)))) or ("0never",)


def _spans(day: date, last: date) -> Iterator[str]:
    while day <= last:
        if (day.month, day.day) == (1, 1) and last >= date(day.year, 12, 31):
            yield f"0y{day:%Y}"
            day = date(day.year + 1, 1, 1)
        elif day.day == 1 and last >= (following := _next_month(day)) - timedelta(days=1):
            yield f"0m{day:%Y%m}"
            day = following
        else:
            yield f"0d{day:%Y%m%d}"
            day += timedelta(days=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


# --- where to look ------------------------------------------------------------------------------------------------


def _wanted(session: Session, user_id: str, query: Query, match: Match) -> Any:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    wanted: Any = columns(rows.table_of(Asset)).where(*_rows(user_id, query, match, on_sqlite=on_sqlite))
    if on_sqlite:
        hits = _SEARCH.c
        wanted = wanted.join(_SEARCH, hits.rowid == col(Asset.seq))
        wanted = wanted.where(hits.asset_search.op("MATCH")(fts5(session.connection(), match)))
        place: Any = hits.rowid
    else:
        wanted, place = wanted.where(tsquery(match)), col(Asset.seq)
    if query.before is not None:
        wanted = wanted.where(place < query.before)
    return wanted.order_by(place.desc())


def _rows(user_id: str, query: Query, match: Match, *, on_sqlite: bool) -> Iterator[ColumnElement[bool]]:
    """What the rows themselves must say: whose they are, and what the index knows only roughly."""
    # SQLite must begin with the search index; the sign keeps it from any other.
    owner: Any = literal_column("+asset.user_id") if on_sqlite else col(Asset.user_id)
    space: Any = literal_column("+asset.workspace_id") if on_sqlite else col(Asset.workspace_id)
    if query.others:
        yield owner != user_id
        yield col(Asset.visibility) == visibility.WORKSPACE
        yield space.in_(match.spaces)
        yield col(Asset.safety) != visibility.WITHHELD
    else:
        yield owner == user_id
    uploads = Fact("kind", UPLOAD) in _facts(query)
    yield col(Asset.kind) == UPLOAD if uploads else col(Asset.kind) != UPLOAD
    if query.since:
        yield col(Asset.created_at) >= query.since
    if query.until:
        yield col(Asset.created_at) < query.until
    for fact in query.facts:
        if fact.subject == "tag":
            has_it = (literal(" ") + col(Asset.tags) + " ").contains(f" {fact.value} ", autoescape=True)
            yield has_it if fact.holds else ~has_it
    if not on_sqlite:
        yield from _served(query)


def _served(query: Query) -> Iterator[ColumnElement[bool]]:
    """What PostgreSQL may find by indexes of its own, where it thinks them shorter."""
    if query.kind:
        yield col(Asset.kind) == query.kind
    if query.favourite:
        is_one: Any = col(Asset.favourite)
        yield is_one
