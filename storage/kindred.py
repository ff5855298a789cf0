"""Assets whose prompts say much the same: they share the words that are rare among what their person made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.finding import owners
from storage.matching import WORD, Match, fts5, tsquery
from storage.tables import Asset
from storage.visibility import may_see

LOOKED_AT = 24
"""Words of a prompt of which it is asked how rare they are."""
TELLING = 6
"""The rarest of them, by which others are found."""
PROBE = 40
HITS = 1_000
"""Of each telling word, so many of the newest are looked at."""
SHORTEST = 3
LEAST = 0.3
"""What shares less than this part of the telling is not alike."""


@dataclass(frozen=True, slots=True)
class Kindred:
    """An asset, and which part of the telling words it shares: 1 is all of them."""

    asset: Asset
    share: float


def kindred(
    session: Session, user_id: str, one: Asset, *, limit: int = 40, workspaces: Sequence[str] = ()
) -> list[Kindred]:
    """This person's own assets with a prompt like this one's, the likest first; of two as like, the newest.

    `workspaces`: those whose members' shown assets count as well.
    """
    scopes = [Match(owners=(*owners(user_id, uploads=False), *owners(user_id, uploads=True)))]
    scopes += [Match(spaces=tuple(workspaces))] if workspaces else []
    weights = _weights(session, scopes, _words(one), one.seq or 0)
    telling = _telling(weights)
    whole = sum(weights[word] for word in telling)
    shares: dict[int, float] = {}
    for word in telling:
        for seq in _hits(session, scopes, word, HITS):
            shares[seq] = shares.get(seq, 0.0) + weights[word] / whole
    shares.pop(one.seq or 0, None)
    best = sorted((seq for seq in shares if shares[seq] >= LEAST), key=lambda seq: (-shares[seq], -seq))[:limit]
    return _shown(session, user_id, best, shares, workspaces)


def _telling(weights: dict[str, float]) -> list[str]:
    """The rarest words; beside a rare one, a word that most assets have tells nothing."""
    rarest = sorted(weights, key=lambda word: -weights[word])[:TELLING]
    return [word for word in rarest if weights[word] >= weights[rarest[0]] / 4]


def _words(one: Asset) -> list[str]:
    """The distinct words of its prompt, or where it has none, of what was asked."""
    found = (word.lower() for word in WORD.findall(one.prompt or one.asked))
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST))[:LOOKED_AT]


def _weights(session: Session, scopes: Sequence[Match], words: Iterable[str], itself: int) -> dict[str, float]:
    """How much it tells that two assets share a word: the more, the rarer it is. None for a word of this one alone."""
    everything = _hits(session, scopes, "", PROBE)
    weights: dict[str, float] = {}
    for word in words:
        hits = _hits(session, scopes, word, PROBE)
        if any(seq != itself for seq in hits):
            weights[word] = log(1 + _apart(hits, everything[0]) / _apart(everything, everything[0]))
    return weights


def _apart(hits: Sequence[int], newest: int) -> float:
    """How far apart hits lie. All words are spread alike, so the newest tell how many there are without counting."""
    return (newest - hits[-1] + 1) / PROBE if len(hits) == PROBE else newest / len(hits)


def _hits(session: Session, scopes: Sequence[Match], word: str, limit: int) -> list[int]:
    """The newest entries that have a word; without a word, the newest of all."""
    if len(scopes) == 1:
        return _newest(session, scopes[0], word, limit)
    found = {seq for scope in scopes for seq in _newest(session, scope, word, limit)}
    return sorted(found, reverse=True)[:limit]


def _newest(session: Session, scope: Match, word: str, limit: int) -> list[int]:
    match = Match(owners=scope.owners, spaces=scope.spaces, phrases=(word,) if word else ())
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        found: Any = connection.exec_driver_sql(_SQLITE, (fts5(connection, match), limit))
    else:
        wanted = columns(col(Asset.seq)).where(tsquery(match)).order_by(col(Asset.seq).desc())
        found = connection.execute(wanted.limit(literal_column(f"{limit:d}")))
    return list(found.scalars())


_SQLITE = "SELECT rowid FROM asset_search WHERE asset_search MATCH ? ORDER BY rowid DESC LIMIT ?"


def _shown(
    session: Session, user_id: str, seqs: Sequence[int], shares: dict[int, float], workspaces: Sequence[str]
) -> list[Kindred]:
    wanted = select(Asset).where(col(Asset.seq).in_(seqs), may_see(user_id, workspaces))
    found = {each.seq: each for each in session.exec(wanted)}
    return [Kindred(found[seq], round(shares[seq], 3)) for seq in seqs if seq in found]
