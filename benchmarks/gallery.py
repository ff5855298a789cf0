"""Every way to look into a large gallery: a million assets of a thousand people, asked by the one who has the most."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlmodel import Session

from benchmarks.place import data_folder, settings_for
from benchmarks.report import Figure, Report, percentile
from benchmarks.shelf import ASSETS, LARGEST, PEOPLE, Shelf, fill
from core.gallery.finding import parse
from core.gallery.likeness import Likeness
from storage import creations, finding, gallery
from storage.creations import NewCreation
from storage.database import Database
from storage.finding import Page, Query
from storage.migrate import migrate
from storage.tables import Asset, Creation, Step, Turn, new_id

TIMES = 100
WARM = 3
PAGE_MS, SEARCH_MS, SIMILAR_MS, INSERT_MS = 5, 10, 20, 20
AT_ONCE, INSERTS = 16, 320

SEARCHES: Mapping[str, str] = {
    "two words": "lighthouse harbour",
    "no hit": "zeppelin",
    "two words, no hit": "lighthouse dragon",
    "one letter": "m",
    "a word in all": "detailed",
    "a word in all, no hit": "detailed zeppelin",
    "a phrase": '"misty fox"',
    "a phrase, no hit": '"fox misty"',
    "without a word": "lighthouse -harbour",
    "kind": "kind:video",
    "kind, a word": "kind:video fox",
    "kind, no hit": "kind:upload fox",
    "provider, a word": "provider:runway fox",
    "provider, no hit": "provider:nobody fox",
    "model": "model:flux",
    "model, a word": "model:flux fox",
    "model, no hit": "model:flux kind:video",
    "outline, a word": "aspect:16:9 fox",
    "outline, no hit": "aspect:wide kind:speech",
    "made, a word": "made:upscaled fox",
    "favourites": "is:favourite",
    "favourites, a word": "is:favourite fox",
    "favourites, no hit": "is:favourite zeppelin",
    "shared, a word": "is:shared fox",
    "rated, a word": "rated:up fox",
    "rated, no hit": "rated:down lighthouse dragon",
    "tag": "tag:summer-night",
    "tag, a word": "tag:jazz fox",
    "tag, no hit": "tag:jazz lighthouse dragon",
    "a month": "on:2025-08",
    "a month, a word": "on:2025-08 fox",
    "a month, no hit": "on:2025-08 lighthouse dragon",
    "a year ago": "before:2025-11-17 fox",
    "of others": "by:workspace",
    "of others, a word": "by:workspace fox",
    "of others, no hit": "by:workspace lighthouse dragon",
}


async def measure() -> Report:
    """Each query a hundred times, through the same pool that the server reads by; then what is made, 16 at once."""
    with data_folder() as folder:
        database = Database(settings_for(folder).easel_database)
        migrate(database.engine)
        database.engine.dispose()
        begun = perf_counter()
        shelf = await asyncio.to_thread(fill, Path(database.url.removeprefix("sqlite:///")))
        figures = [Figure("fill_s", "to fill it, s", perf_counter() - begun, most=180)]
        for name, (query, bound_ms) in _queries(shelf).items():
            figures += await _figures(name, partial(_page, database, shelf, query), bound_ms)
        figures += await _figures("similar", partial(_similar, database, shelf), SIMILAR_MS)
        figures += await _inserts(database, shelf)
        database.close()
    title = f"one page of {ASSETS:,} assets of {PEOPLE:,} people, of whom the asker has {LARGEST:,}"
    return Report("gallery", title, figures)


def _queries(shelf: Shelf) -> Mapping[str, tuple[Query, float]]:
    middle = ASSETS // 2
    pages = {
        "newest page": Query(),
        "deep page": Query(before=middle),
        "largest page": Query(limit=200),
        "two words, deep": Query(words=shelf.words, before=middle),
        "collection": Query(collection=shelf.collection),
        "thread": Query(thread=shelf.thread_id),
    }
    searches = {name: parse(said, Query(workspaces=(shelf.workspace_id,))) for name, said in SEARCHES.items()}
    searches |= {
        f"{name}, a word": parse(said)
        for name, said in (("collection", f'in:"{shelf.collection}" fox'), ("thread", f"thread:{shelf.thread_id} fox"))
    }
    searches["collection, no hit"] = parse(f'in:"{shelf.collection}" lighthouse dragon')
    bounds = {"newest page": PAGE_MS, "deep page": PAGE_MS}
    return {name: (query, bounds.get(name, SEARCH_MS)) for name, query in (pages | searches).items()}


async def _figures(name: str, ask: Callable[[], Awaitable[Any]], bound_ms: float) -> list[Figure]:
    for _ in range(WARM):
        await ask()
    took_ms = [await _timed_ms(ask) for _ in range(TIMES)]
    key = name.replace(", ", "_").replace(" ", "_")
    return [
        Figure(f"{key}_p50_ms", f"{name}: p50, ms", percentile(took_ms, 50)),
        Figure(f"{key}_p99_ms", f"{name}: p99, ms", percentile(took_ms, 99), most=bound_ms),
    ]


async def _timed_ms(ask: Callable[[], Awaitable[Any]]) -> float:
    begun = perf_counter()
    await ask()
    return (perf_counter() - begun) * 1_000


async def _page(database: Database, shelf: Shelf, query: Query) -> Page:
    return await database.read(lambda session: finding.page(session, shelf.owner, query))


async def _similar(database: Database, shelf: Shelf) -> None:
    assert len(await Likeness(database).like(shelf.owner, shelf.asset_id)) == 20


# --- what is made -------------------------------------------------------------------------------------------------


async def _inserts(database: Database, shelf: Shelf) -> list[Figure]:
    """Assets of many creations, kept as their steps end: 16 of them at once."""
    waiting = [await database.write(lambda session: _begun(session, shelf)) for _ in range(INSERTS)]
    took_ms: list[float] = []

    async def work() -> None:
        while waiting:
            took_ms.append(await _timed_ms(partial(_kept, database, *waiting.pop())))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return [
        Figure("insert_p50_ms", f"insert, {AT_ONCE} at once: p50, ms", percentile(took_ms, 50)),
        Figure("insert_p99_ms", f"insert, {AT_ONCE} at once: p99, ms", percentile(took_ms, 99), most=INSERT_MS),
    ]


def _begun(session: Session, shelf: Shelf) -> tuple[Creation, Step]:
    wish = NewCreation(
        event_key=new_id(),
        user_id=shelf.owner,
        workspace_id=None,
        thread_ref=f"rest:-:-:{new_id()}",
        surface="rest",
        prompt="a lighthouse",
    )
    creation = session.get_one(Creation, creations.record(session, wish)[0])
    step = Step(creation_id=creation.id, user_id=shelf.owner, turn=0, index=0, call_id="c", tool="generate_image")
    session.add(Turn(creation_id=creation.id, user_id=shelf.owner, index=0))
    session.add(step)
    return creation, step


async def _kept(database: Database, creation: Creation, step: Step) -> None:
    words = "a lighthouse in a harbour at dusk, with boats coming home, soft light, highly detailed"
    made = Asset(
        user_id=creation.user_id,
        creation_id=creation.id,
        thread_id=creation.thread_id,
        step_id=step.id,
        kind="image",
        tool="generate_image",
        media_type="image/png",
        width=1024,
        height=1024,
        object_key=f"{creation.user_id}/{creation.id}/{step.id}-0.png",
        asked=words,
        prompt=f"{words}, wide view, the light just coming on, long shadows on the water, calm and warm",
        alt_text=words,
        provider="replicate",
        model="black-forest-labs/flux-1.1-pro",
    )
    await database.write(lambda session: gallery.add(session, creation, [made]))
