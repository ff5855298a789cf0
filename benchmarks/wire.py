"""How late the server's event loop wakes while 100 creations are made and watched: what everybody else waits for."""

import asyncio
from time import perf_counter

from benchmarks.client import Client, clients
from benchmarks.lag import read_lag
from benchmarks.place import data_folder
from benchmarks.process import serving
from benchmarks.report import Figure, Report, percentile

AT_ONCE = 100
ORDER_S = 1.0
SECONDS = 10
BOUND_MS = 50


async def measure() -> Report:
    """A hundred watchers, each asking for the next as soon as the last has ended."""
    with data_folder() as folder:
        noted = folder / "lag"
        command = ["benchmarks.house", str(ORDER_S), "--lag", str(noted)]
        async with (
            serving(folder, command, {"EASEL_USER_AT_ONCE": 0}) as server,
            clients(server.url, [""]) as (client,),
        ):
            before = len(read_lag(noted))
            until = perf_counter() + SECONDS
            ended = sum(await asyncio.gather(*(_again_and_again(client, until) for _ in range(AT_ONCE))))
            late_ms = read_lag(noted)[before:]
    return Report(
        "wire",
        f"lateness of the event loop while {AT_ONCE} creations of {ORDER_S:g} s run at once",
        (
            Figure("lag_p50_ms", "p50, ms", percentile(late_ms, 50)),
            Figure("lag_p99_ms", "p99, ms", percentile(late_ms, 99), most=BOUND_MS),
            Figure("lag_max_ms", "worst, ms", max(late_ms)),
            Figure("ended", "creations that ended meanwhile", ended),
        ),
    )


async def _again_and_again(client: Client, until: float) -> int:
    ended = 0
    while perf_counter() < until:
        creation = await client.create("image: a boat")
        ended += len(await client.finals(creation["id"]))
    return ended
