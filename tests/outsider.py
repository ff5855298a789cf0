"""Rows as somebody sees them who has nothing of Easel: a plain connection, to SQLite's file or to PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


def ask(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """One statement, with `?` for each value."""
    with connected(url) as connection:
        if isinstance(connection, psycopg.Connection):
            statement = statement.replace("?", "%s")
        cursor = connection.execute(statement, values)
        return [] if cursor.description is None else cursor.fetchall()


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    if url.startswith("sqlite"):
        tables = ask(url, "SELECT name FROM sqlite_master WHERE type = 'table'")
        named = {name: f'"{name}"' for (name,) in tables}
    else:
        tables = ask(url, "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'dbos')")
        named = {name: f'"{schema}"."{name}"' for schema, name in tables}
    return {name: ask(url, f"SELECT * FROM {quoted}") for name, quoted in named.items()}


def hold(connection: Any, table: str = "asset") -> None:
    """Let nobody else write a row of a table, until the connection closes."""
    if isinstance(connection, psycopg.Connection):
        connection.execute("BEGIN")
        connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
    else:
        connection.execute("BEGIN IMMEDIATE")


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection that commits each statement by itself."""
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    else:
        connection = psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()
