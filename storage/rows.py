"""Rows written and read on their tables, past the mapper, which costs three to ten times as much.

For what happens at every change of a creation. Statements are built once and given their values; the columns' own
types still turn those into what the database keeps, and back. What the mapper still holds is flushed before, but the
objects that it has loaded do not notice what is written here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from sqlite3 import Cursor
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table, bindparam, select
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from storage.prepared import Prepared, prepared

T = TypeVar("T")
LOCKED: dict[str, Any] = {"key_share": True}
"""For `with_for_update`: nobody else writes the row before this transaction ends. SQLite has one writer anyway.

Of PostgreSQL's locks the one that lets others insert rows which point to it."""


def table_of(kind: type[SQLModel]) -> Any:
    """The table behind a class."""
    table: Table = kind.__table__  # type: ignore[attr-defined]
    return table


def write(session: Session, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
    """Run a prepared statement, once for each set of values. Returns how many rows it changed."""
    session.flush()
    return int(_run(session.connection(), statement, values).rowcount)


def read(session: Session, statement: Executable, **values: Any) -> Sequence[Any]:
    """Run a prepared query. Its rows are tuples with their columns' names, as the objects of the mapper would have."""
    session.flush()
    connection = session.connection()
    if quick := _quick(connection, statement, values):
        return quick.rows(quick.run(_driver(connection), values))
    return connection.execute(statement, values).all()


def one(session: Session, kind: type[SQLModel], of: str | None) -> Any:
    """The plain row with this id, None where there is none."""
    return next(iter(read(session, _one(kind), of=of)), None)


def add(session: Session, rows: Iterable[SQLModel]) -> None:
    """Insert new rows and note the numbers that they are given; they do not become objects of the mapper."""
    session.flush()
    connection = session.connection()
    for row in rows:
        values = {name: value for name, value in row.model_dump().items() if value is not None}
        ended = _run(connection, _insert(type(row)), values)
        for column in table_of(type(row)).primary_key:
            if column.name not in values:
                given = ended.lastrowid if isinstance(ended, Cursor) else ended.inserted_primary_key[0]
                setattr(row, column.name, given)


def insert(session: Session, kind: type[SQLModel], **values: Any) -> None:
    """Insert one new row with the class's defaults, and make no object of it: that takes longer than to insert it."""
    defaults = {name: make() for name, make in _defaults(kind) if name not in values}
    write(session, _insert(kind), defaults | {name: value for name, value in values.items() if value is not None})


def claim(session: Session, row: SQLModel) -> None:
    """Insert a row unless its key is taken. Who came first is told by the row alone: PostgreSQL counts nothing here."""
    write(session, _claim(type(row), session.get_bind().dialect.name), row.model_dump(exclude_none=True))


def insert_of(session: Session) -> Any:
    """The `INSERT` of this database, which knows `ON CONFLICT`."""
    return _insert_of(session.get_bind().dialect.name)


def _run(connection: Connection, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Any:
    """Run a statement, by SQLite's own driver where that is at hand."""
    one = values if isinstance(values, Mapping) else values[0]
    quick = _quick(connection, statement, one)
    if quick is None:
        return connection.execute(statement, values)
    if isinstance(values, Mapping):
        return quick.run(_driver(connection), values)
    return quick.run_each(_driver(connection), values)


def _quick(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> Prepared | None:
    dialect = connection.dialect
    return prepared(statement, tuple(values), dialect) if dialect.name == "sqlite" else None


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _insert_of(dialect: str) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert


@cache
def _claim(kind: type[SQLModel], dialect: str) -> Any:
    return _insert_of(dialect)(table_of(kind)).on_conflict_do_nothing()


@cache
def _one(kind: type[SQLModel]) -> Any:
    table = table_of(kind)
    return select(table).where(table.c.id == bindparam("of"))


@cache
def _insert(kind: type[SQLModel]) -> Any:
    return insert_into(table_of(kind))


@cache
def _defaults(kind: type[SQLModel]) -> list[tuple[str, Callable[[], Any]]]:
    """What makes the first value of each column that has one."""
    made: dict[str, Any] = {name: each.default_factory for name, each in kind.model_fields.items()}
    given = {name: each.default for name, each in kind.model_fields.items() if not each.is_required()}
    return [
        (name, made[name] or partial(_same, value)) for name, value in given.items() if made[name] or value is not None
    ]


def _same(value: T) -> T:
    return value
