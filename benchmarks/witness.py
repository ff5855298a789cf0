"""A witness inside the database: it notes each time that a creation or a step comes to an end, whoever writes it."""

import sqlite3
from contextlib import closing
from pathlib import Path

TABLE = """CREATE TABLE witness (
    id TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400)
)"""
TRIGGER = """CREATE TRIGGER witness_{table} AFTER UPDATE OF state ON {table}
    WHEN new.state IN ({final}) BEGIN INSERT INTO witness (id, state) VALUES (new.id, new.state); END"""
FINAL = {"creation": "'succeeded', 'failed', 'cancelled'", "step": "'complete', 'error', 'cancelled'"}


def call_witness(folder: Path) -> None:
    """Put the witness into a folder's tables."""
    with closing(sqlite3.connect(folder / "easel.db")) as database:
        database.execute(TABLE)
        for table, final in FINAL.items():
            database.execute(TRIGGER.format(table=table, final=final))


def testimony(folder: Path) -> dict[str, list[tuple[str, float]]]:
    """What it saw: id → each final state and when, in seconds since 1970."""
    seen: dict[str, list[tuple[str, float]]] = {}
    with closing(sqlite3.connect(folder / "easel.db")) as database:
        for row_id, state, at in database.execute("SELECT id, state, at FROM witness ORDER BY at"):
            seen.setdefault(row_id, []).append((state, at))
    return seen
