"""Statements that run at every change of a creation, put into SQLite's words once, and run by SQLite's own driver.

SQLAlchemy finds the words, and how values become what SQLite keeps and back. To let it run them as well takes several
times as long as SQLite needs, and the life of one creation has more than a hundred of them.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

KNOWN = 1_000
Process = Callable[[Any], Any]


class _Bound(NamedTuple):
    """One place in the words: for a value that is given at each run, or for one that the statement brings along."""

    name: str | None
    process: Process | None = None
    constant: Any = None


class Prepared:
    """One statement, for values of certain names."""

    def __init__(self, statement: Any, compiled: Any, names: tuple[str, ...], dialect: Dialect) -> None:
        self._words = str(compiled)
        self._bound = [_bound(compiled.binds[each], names, dialect) for each in compiled.positiontup]
        columns = statement.exported_columns.items()
        self._row: Any = namedtuple("Row", [name for name, _ in columns], rename=True)  # type: ignore[misc]
        kinds = enumerate(column.type for _, column in columns)
        self._found = [(place, process) for place, kind in kinds if (process := _found(kind, dialect))]

    def run(self, connection: sqlite3.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it once."""
        try:
            return connection.execute(self._words, self._values(values))
        except sqlite3.Error as error:
            raise self._told(error) from error

    def run_each(self, connection: sqlite3.Connection, values: Sequence[Mapping[str, Any]]) -> sqlite3.Cursor:
        """Run it for each set of values."""
        try:
            return connection.executemany(self._words, [self._values(each) for each in values])
        except sqlite3.Error as error:
            raise self._told(error) from error

    def rows(self, cursor: sqlite3.Cursor) -> list[Any]:
        """What a query found: tuples with their columns' names."""
        if not self._found:
            return [self._row._make(values) for values in cursor]
        return [self._row._make(self._read(list(values))) for values in cursor]

    def _values(self, values: Mapping[str, Any]) -> list[Any]:
        return [
            constant if name is None else process(values[name]) if process else values[name]
            for name, process, constant in self._bound
        ]

    def _read(self, values: list[Any]) -> list[Any]:
        for place, process in self._found:
            values[place] = process(values[place])
        return values

    def _told(self, error: sqlite3.Error) -> BaseException:
        """The error as SQLAlchemy would raise it; it holds no values."""
        return DBAPIError.instance(self._words, None, error, sqlite3.Error, hide_parameters=True)


@lru_cache(KNOWN)
def prepared(statement: Executable, names: tuple[str, ...], dialect: Dialect) -> Prepared | None:
    """A statement's words, found once; None where they hang on the values, as the length of a list does."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=sorted(names))  # type: ignore[attr-defined]
    if any(bind.expanding or bind.literal_execute for bind in compiled.binds.values()):
        return None
    return Prepared(statement, compiled, names, dialect)


def _bound(bind: Any, names: tuple[str, ...], dialect: Dialect) -> _Bound:
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.key in names:
        return _Bound(bind.key, process)
    if bind.required:
        raise KeyError(bind.key)
    return _Bound(None, constant=process(bind.value) if process else bind.value)


def _found(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    process: Process | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return process
