"""What an Easel's database says, read without any of its queries, SQLite and PostgreSQL alike."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text

from storage.database import normal_url

Row = Mapping[str, Any]
FINAL = {"creation": "'succeeded', 'failed', 'cancelled'", "step": "'complete', 'error', 'cancelled'"}
SQLITE_WITNESS = (
    "CREATE TABLE witness (id TEXT NOT NULL, state TEXT NOT NULL)",
    *(
        f"CREATE TRIGGER witness_{table} AFTER UPDATE OF state ON {table} WHEN new.state IN ({final}) "
        "BEGIN INSERT INTO witness (id, state) VALUES (new.id, new.state); END"
        for table, final in FINAL.items()
    ),
)
POSTGRES_WITNESS = (
    "CREATE TABLE witness (id TEXT NOT NULL, state TEXT NOT NULL)",
    "CREATE FUNCTION witness() RETURNS trigger AS $$ BEGIN "
    "INSERT INTO witness (id, state) VALUES (new.id, new.state); RETURN NULL; END $$ LANGUAGE plpgsql",
    *(
        f"CREATE TRIGGER witness_{table} AFTER UPDATE OF state ON {table} FOR EACH ROW "
        f"WHEN (new.state IN ({final})) EXECUTE FUNCTION witness()"
        for table, final in FINAL.items()
    ),
)


class Rows:
    """One house's tables, over a connection of its own for each question."""

    def __init__(self, url: str, engine: Path | None) -> None:
        """`engine`: where SQLite keeps the durable engine's tables; PostgreSQL has them in a schema beside."""
        self._easel = create_engine(normal_url(url), poolclass=NullPool)
        self._engine = create_engine(f"sqlite:///{engine}", poolclass=NullPool) if engine else self._easel
        self.is_sqlite = engine is not None

    def all(self, query: str) -> Sequence[Row]:
        """A query's rows."""
        with self._easel.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(text(query))]

    def number(self, query: str) -> float:
        """A query's one number."""
        with self._easel.connect() as connection:
            return float(connection.execute(text(query)).scalar() or 0)

    def in_hand(self) -> int:
        """Workflows that the durable engine has not ended."""
        return self._workflows("status IN ('PENDING', 'ENQUEUED')")

    def carried_on(self) -> int:
        """Workflows that outlived a process."""
        return self._workflows("recovery_attempts > 1")

    def _workflows(self, which: str) -> int:
        table = "workflow_status" if self.is_sqlite else "dbos.workflow_status"
        with self._engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {which}")).scalar() or 0)

    def call_witness(self) -> None:
        """Let the database itself note each end of a creation or a step, whoever writes it."""
        with self._easel.begin() as connection:
            for line in SQLITE_WITNESS if self.is_sqlite else POSTGRES_WITNESS:
                connection.exec_driver_sql(line)

    def sick(self) -> int:
        """Databases that fail their own check; PostgreSQL's files are its own business."""
        if not self.is_sqlite:
            return 0
        found = 0
        for each in (self._easel, self._engine):
            with each.connect() as connection:
                found += connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok"
        return found
