"""People with tokens, put into a house before it opens."""

from pathlib import Path

from benchmarks.place import settings_for
from storage import people
from storage.database import Database
from storage.migrate import migrate


async def add_people(folder: Path, count: int) -> list[str]:
    """Make the tables in a data folder, and that many people; returns a token of each."""
    return await add_people_at(settings_for(folder).easel_database, count)


async def add_people_at(url: str, count: int) -> list[str]:
    """The same in a database."""
    database = Database(url)
    try:
        migrate(database.engine)
        return await database.write(lambda session: [people.add_token(session, f"person {i}") for i in range(count)])
    finally:
        database.close()
