"""People with tokens, put into a data folder before its server starts."""

from pathlib import Path

from benchmarks.place import settings_for
from storage import people
from storage.database import Database
from storage.migrate import migrate


async def add_people(folder: Path, count: int) -> list[str]:
    """Make the tables and that many people; returns a token of each."""
    database = Database(settings_for(folder).easel_database)
    try:
        migrate(database.engine)
        return await database.write(lambda session: [people.add_token(session, f"person {i}") for i in range(count)])
    finally:
        database.close()
