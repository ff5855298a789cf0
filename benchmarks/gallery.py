"""Every way to look into a large gallery: 100,000 assets of 100 people, asked by the one who has the most."""

from collections.abc import Mapping
from time import perf_counter

from benchmarks.place import data_folder, settings_for
from benchmarks.report import Figure, Report, percentile
from benchmarks.shelf import ASSETS, LARGEST, PEOPLE, Shelf, fill
from storage import gallery
from storage.database import Database
from storage.gallery import Page, Query
from storage.migrate import migrate

TIMES = 200
BOUND_MS = 20


async def measure() -> Report:
    """Each query 200 times, through the same pool that the server reads by."""
    with data_folder() as folder:
        database = Database(settings_for(folder).easel_database)
        migrate(database.engine)
        shelf = await fill(database)
        figures = []
        for name, query in (await _queries(database, shelf)).items():
            figures += await _figures(database, shelf, name, query)
        database.close()
    title = f"one page of {ASSETS:,} assets of {PEOPLE} people, of whom the asker has {LARGEST:,}"
    return Report("gallery", title, figures)


async def _queries(database: Database, shelf: Shelf) -> Mapping[str, Query]:
    middle = await _middle(database, shelf)
    return {
        "newest page": Query(),
        "deep page": Query(before=middle),
        "largest page": Query(limit=200),
        "only videos": Query(kind="video"),
        "only speech, deep": Query(kind="speech", before=middle),
        "favourites": Query(favourite=True),
        "favourites, deep": Query(favourite=True, before=middle),
        "two words": Query(words=shelf.words),
        "two words, only videos": Query(words=shelf.words, kind="video"),
        "no hit": Query(words="zeppelin"),
        "one letter": Query(words="m"),
        "a word in all": Query(words="detailed"),
        "a word in all, deep": Query(words="detailed", before=middle),
        "a word in all, favourites": Query(words="detailed", favourite=True),
    }


async def _middle(database: Database, shelf: Shelf) -> int | None:
    """Where the page in the middle of the largest gallery begins."""
    before = None
    for _ in range(LARGEST // 400):
        before = (await _page(database, shelf, Query(limit=200, before=before))).next
    return before


async def _figures(database: Database, shelf: Shelf, name: str, query: Query) -> list[Figure]:
    await _page(database, shelf, query)
    took_ms = [await _timed_ms(database, shelf, query) for _ in range(TIMES)]
    key = name.replace(", ", "_").replace(" ", "_")
    return [
        Figure(f"{key}_p50_ms", f"{name}: p50, ms", percentile(took_ms, 50)),
        Figure(f"{key}_p99_ms", f"{name}: p99, ms", percentile(took_ms, 99), most=BOUND_MS),
    ]


async def _timed_ms(database: Database, shelf: Shelf, query: Query) -> float:
    begun = perf_counter()
    await _page(database, shelf, query)
    return (perf_counter() - begun) * 1_000


async def _page(database: Database, shelf: Shelf, query: Query) -> Page:
    return await database.read(lambda session: gallery.page(session, shelf.owner, query))
