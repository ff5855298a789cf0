"""Brings the tables to the newest shape. Loading Alembic costs a quarter of a second, so a look comes first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError

from storage.errors import StorageBusy

FOLDER = Path(__file__).with_name("migrations")
LOCK = 7_305_441_990
"""Of PostgreSQL's advisory locks, the one of whoever migrates."""
HEAD = "0004"


def migrate(engine: Engine) -> bool:
    """Migrate to the newest revision; returns whether anything had to be done.

    Raises:
        StorageBusy: the database cannot be reached, or is locked.
    """
    try:
        if revision(engine) == HEAD:
            return False
        with _alone(engine):
            return _upgrade(engine)
    except OperationalError as error:
        raise StorageBusy(f"the database does not answer ({type(error.orig).__name__})") from error


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Several machines may start at once, and one migrates. SQLite has one writer, and one machine."""
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        try:
            yield
        finally:
            connection.invalidate()  # closed, it holds neither the lock nor its endless patience


def _upgrade(engine: Engine) -> bool:
    if revision(engine) == HEAD:
        return False
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    return True


def revision(engine: Engine) -> str | None:
    """The revision of the tables, None where there are none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
