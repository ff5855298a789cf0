"""What Easel adds to its providers' time: from the request to the final view, less the half second of the order."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from benchmarks.client import Client, clients
from benchmarks.makers import SLEEPERS, Sleeper
from benchmarks.place import data_folder, settings_for
from benchmarks.process import serving
from benchmarks.report import Figure, Report, percentile
from benchmarks.scripts import ScriptPlanner
from bot.app import App, running
from bot.watch.readiness import Readiness
from core.wishes import Wish
from storage.tables import CreationState, new_id

ORDER_S = 0.5
TIMES = 30
AT_ONCE = 10
BOUND_MS = 150
Create = Callable[[], Awaitable[None]]


async def measure() -> Report:
    """In process through the front desk, then over HTTP with events: one at a time, ten, and ten in one moment."""
    figures = [*await _inside(), *await _outside()]
    return Report("overhead", f"time of one creation beyond the {ORDER_S} s of its provider", figures)


async def _inside() -> list[Figure]:
    with data_folder() as folder:
        settings = settings_for(folder, EASEL_USER_AT_ONCE=0)
        async with running(
            settings, providers={"sleeper": Sleeper(ORDER_S)}, planner=ScriptPlanner(), models=SLEEPERS
        ) as app:
            readiness = Readiness(app)
            while await readiness.reasons():
                await asyncio.sleep(0.05)
            return await _figures("studio", "in process", lambda: _by_studio(app))


async def _outside() -> list[Figure]:
    with data_folder() as folder:
        async with (
            serving(folder, ["benchmarks.house", str(ORDER_S)], {"EASEL_USER_AT_ONCE": 0}) as server,
            clients(server.url, [""]) as (client,),
        ):
            return await _figures("http", "HTTP and events", lambda: _by_http(client))


async def _figures(key: str, way: str, create: Create) -> list[Figure]:
    await create()  # the first one loads what is loaded late
    alone = [await _overhead_ms(create) for _ in range(TIMES)]
    together = await asyncio.gather(*(_several(create, i * ORDER_S / AT_ONCE) for i in range(AT_ONCE)))
    steady = [each for several in together for each in several]
    burst = await asyncio.gather(*(_overhead_ms(create) for _ in range(AT_ONCE)))
    return [
        Figure(f"{key}_p50_ms", f"{way}, one after the other: p50, ms", percentile(alone, 50), most=BOUND_MS),
        Figure(f"{key}_p99_ms", f"{way}, one after the other: p99, ms", percentile(alone, 99)),
        Figure(f"{key}_10_p50_ms", f"{way}, {AT_ONCE} at once: p50, ms", percentile(steady, 50)),
        Figure(f"{key}_10_p99_ms", f"{way}, {AT_ONCE} at once: p99, ms", percentile(steady, 99)),
        Figure(f"{key}_burst_p50_ms", f"{way}, {AT_ONCE} in the same moment: p50, ms", percentile(burst, 50)),
    ]


async def _several(create: Create, after_s: float) -> list[float]:
    """One of ten people, who came at different moments: each asks for the next when the last has ended."""
    await asyncio.sleep(after_s)
    return [await _overhead_ms(create) for _ in range(TIMES // AT_ONCE)]


async def _overhead_ms(create: Create) -> float:
    begun = perf_counter()
    await create()
    return (perf_counter() - begun - ORDER_S) * 1_000


async def _by_studio(app: App) -> None:
    wish = Wish(user_id=app.local_user_id, prompt="image: a boat", event_key=f"bench:{new_id()}", surface="rest")
    view = await app.studio.create(wish)
    last = await app.studio.finished(app.local_user_id, view.id)
    assert last.state == CreationState.SUCCEEDED


async def _by_http(client: Client) -> None:
    creation = await client.create("image: a boat")
    finals = await client.finals(creation["id"])
    assert [final["status"] for final in finals] == ["succeeded"]
