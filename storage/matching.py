"""What to look for in the search index, said in its own language: FTS5's or PostgreSQL's.

Everything that is filtered by is a word of the index, its owner first. So one walk from the newest entry answers every
search, and touches nobody else's entries.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause, text

WORD = re.compile(r"[^\W_]+", re.UNICODE)
"""Runs of letters and digits, as the index cuts them: an underscore ends a word."""
WORDS_MAX = 20
"""More words of one kind say nothing more, and each costs."""

_ASCII = re.compile(r"[a-z0-9]{4,}")
_TERMS_MAX = 32
_NEXT_TERM = "SELECT term FROM asset_search_terms WHERE term >= ? LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All of this must hold of an entry. `owners` or `spaces` say whose entries are looked at: any of them."""

    owners: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    not_owners: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    """Any of each."""
    not_facts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    """Any of these; none: whenever it was. PostgreSQL has a better index for it."""
    models: tuple[str, ...] = ()
    not_models: tuple[str, ...] = ()
    words: str = ""
    """As typed; each word of them by its beginning."""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Words or phrases, whole."""


def cut(words: str) -> tuple[str, ...]:
    """The first words of a text, each once."""
    return tuple(dict.fromkeys(WORD.findall(words)))[:WORDS_MAX]


# --- SQLite -------------------------------------------------------------------------------------------------------


def fts5(connection: Connection, match: Match) -> str:
    """The expression for `MATCH`. https://sqlite.org/fts5.html#full_text_query_syntax"""
    column = "words" if match.spaces else "{words own}"
    scope = ("space", match.spaces) if match.spaces else ("owner", match.owners)
    wanted = [_any(*scope), *(_any("facts", each) for each in match.facts)]
    wanted += [_any("facts", match.days)] if match.days else []
    wanted += [f"model : ({_beginning(connection, each)})" for each in match.models]
    wanted += [f"{column} : ({_beginning(connection, each)})" for each in cut(match.words)]
    wanted += [f"{column} : {_phrase(each)}" for each in match.phrases]
    unwanted = [_any("owner", match.not_owners)] if match.not_owners else []
    unwanted += [f"facts : {_quoted(each)}" for each in match.not_facts]
    unwanted += [f"model : ({_beginning(connection, each)})" for each in match.not_models]
    unwanted += [f"{column} : {_phrase(each)}" for each in match.without]
    found = " AND ".join(wanted)
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def _any(column: str, words: Iterable[str]) -> str:
    return f"{column} : ({' OR '.join(map(_quoted, words))})"


def _phrase(words: str) -> str:
    return _quoted(" ".join(WORD.findall(words)[:WORDS_MAX]))


def _quoted(words: str) -> str:
    """A string of FTS5, whatever it holds."""
    return '"' + words.replace("\0", "").replace('"', '""') + '"'


def _beginning(connection: Connection, words: str) -> str:
    """All words, or rows of words, that begin so: by name where they are few.

    The list of entries of a named word is walked from its newest; that of a beginning is gathered whole first, which
    takes 30 ms where a million assets have such a word. Up to three letters, the index has lists of beginnings.
    """
    *before, last = WORD.findall(words.lower())[:WORDS_MAX]
    terms = _terms(connection, last) if _ASCII.fullmatch(last) else []
    return " OR ".join(_quoted(" ".join((*before, term))) for term in terms) or f"{_phrase(words)} *"


def _terms(connection: Connection, beginning: str) -> list[str]:
    """The words of the index that begin so; none where there are many, or not a single one."""
    found: list[str] = []
    after = beginning
    while term := connection.exec_driver_sql(_NEXT_TERM, (after,)).scalar():
        if not term.startswith(beginning):
            break
        if len(found) == _TERMS_MAX:
            return []
        found.append(term)
        after = f"{term}\x01"
    return found


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def tsquery(match: Match) -> TextClause:
    """The condition on `asset.search`. Words are cut by the function that cut those in the index."""
    weight = "D" if match.spaces else "CD"
    scope = _lexemes([f"0space{each}" for each in match.spaces] or match.owners, " | ")
    texts: list[tuple[str, str]] = [("CAST({} AS tsquery)", scope)]
    texts += [("CAST({} AS tsquery)", _lexemes(each, " | ")) for each in match.facts]
    texts += [(_cut(":*B", " <-> "), each) for each in match.models]
    texts += [(_cut(f":*{weight}", " & "), match.words)] if match.words else []
    texts += [(_cut(f":{weight}", " <-> "), each) for each in match.phrases]
    texts += [("!! CAST({} AS tsquery)", _lexemes([each], "")) for each in (*match.not_facts, *match.not_owners)]
    texts += [(_not(":*B"), each) for each in match.not_models]
    texts += [(_not(f":{weight}"), each) for each in match.without]
    clause = " && ".join(part.format(f":of{number}") for number, (part, _) in enumerate(texts))
    values: dict[str, Any] = {f"of{number}": each for number, (_, each) in enumerate(texts)}
    return text(f"asset.search @@ ({clause})").bindparams(**values)


def _cut(mark: str, between: str) -> str:
    """Words in their order, each marked; nothing matches where there is no word at all."""
    mark = mark.replace(":", "\\:")  # or SQLAlchemy reads a parameter's name
    lexemes = f"SELECT string_agg(quote_literal(lexeme) || '{mark}', '{between}' ORDER BY place)::tsquery"
    return f"({lexemes} FROM unnest(easel_words({{}})) AS cut, unnest(cut.positions) AS place)"


def _not(mark: str) -> str:
    return f"!! coalesce({_cut(mark, ' <-> ')}, ''::tsquery)"


def _lexemes(words: Sequence[str], between: str) -> str:
    """Exact words of weight A, as PostgreSQL reads them."""
    quoted = (each.replace("\0", "").replace("\\", "\\\\").replace("'", "''") for each in words)
    return between.join(f"'{each}':A" for each in quoted)
