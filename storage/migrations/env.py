"""Alembic's entry: uses the engine handed over by `storage.migrate`, never an address from a file."""

from alembic import context
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - registers the tables
from storage.database import make_engine

engine = context.config.attributes.get("engine") or make_engine(context.config.get_main_option("sqlalchemy.url") or "")

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name != "sqlite":
            context.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        context.run_migrations()
    connection.commit()
