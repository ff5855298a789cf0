"""Brings the tables to the newest shape. Loading Alembic costs a quarter of a second, so a look comes first."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

FOLDER = Path(__file__).with_name("migrations")
HEAD = "0003"


def migrate(engine: Engine) -> bool:
    """Migrate to the newest revision; returns whether anything had to be done."""
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
