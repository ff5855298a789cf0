"""How fast a wish is taken while 100 are being made: requests leave by the clock, whether or not the last came back.

The time counts from the moment a request was due, so a server that stalls is not spared by a client that waits for it.
"""

import asyncio
from time import perf_counter

from benchmarks.client import Client, clients
from benchmarks.place import data_folder
from benchmarks.process import serving
from benchmarks.report import Figure, Report, percentile

IN_FLIGHT = 100
RATE = 20
SECONDS = 10
ORDER_S = 40
"""Longer than the whole measurement: what is in flight stays there."""
BOUND_MS = 100


async def measure() -> Report:
    """100 creations in flight, then 20 new ones each second for 10 seconds."""
    with data_folder() as folder:
        async with (
            serving(folder, ["benchmarks.house", str(ORDER_S)], {"EASEL_USER_AT_ONCE": 0}) as server,
            clients(server.url, [""]) as (client,),
        ):
            await _fill(client)
            took_ms = await asyncio.gather(*(_timed(client, number / RATE) for number in range(RATE * SECONDS)))
    return Report(
        "requests",
        f"POST /api/v1/creations at {RATE}/s while {IN_FLIGHT} creations and more are in flight",
        (
            Figure("post_p50_ms", "p50, ms", percentile(took_ms, 50)),
            Figure("post_p99_ms", "p99, ms", percentile(took_ms, 99), most=BOUND_MS),
            Figure("post_max_ms", "slowest, ms", max(took_ms)),
            Figure("requests", "requests, all accepted", len(took_ms), least=RATE * SECONDS),
        ),
    )


async def _fill(client: Client) -> None:
    made = await asyncio.gather(*(client.create(f"image: a boat {number}") for number in range(IN_FLIGHT)))
    for creation in made:
        while not _in_the_making(await client.creation(creation["id"])):
            await asyncio.sleep(0.05)


def _in_the_making(creation: dict[str, list[dict[str, str]]]) -> bool:
    return any(step["status"] == "in_progress" for step in creation["steps"])


async def _timed(client: Client, due_s: float) -> float:
    due = perf_counter() + due_s
    await asyncio.sleep(due_s)
    await client.create("image: a lighthouse")
    return (perf_counter() - due) * 1_000
