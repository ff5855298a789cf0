"""A film of 300 MB on its way from Runway into the store: it passes through memory, and never lies there."""

from pathlib import Path
from time import perf_counter

from benchmarks.away import CHAT_S, VIDEO_S
from benchmarks.client import Client, Json, clients
from benchmarks.outside import Outside, outside
from benchmarks.people import add_people
from benchmarks.place import data_folder
from benchmarks.process import metering, serving
from benchmarks.report import Figure, Report

POLL_S = 0.25
SIZE_BYTES = 300 << 20
BOUND_MB = 64


async def measure() -> Report:
    """A small film first, which loads what is loaded late; then the large one."""
    with data_folder() as folder:
        tokens = await add_people(folder, 1)
        async with (
            outside(folder) as away,
            serving(folder, ["bot", "run"], {"EASEL_POLL_S": POLL_S, **away.settings}) as server,
            clients(server.url, tokens) as (client,),
        ):
            await _film(client)
            figures = await _figures(client, away, server.pid, folder)
    return Report("stream", "a video of 300 MB, from the provider into the store", figures)


async def _figures(client: Client, away: Outside, pid: int, folder: Path) -> list[Figure]:
    await away.huge()
    async with metering(pid) as meter:
        before_mb, begun = meter.now_mb(), perf_counter()
        film = await _film(client)
        took_s = perf_counter() - begun
    stored = sorted(path.stat().st_size for path in (folder / "objects").rglob("*.mp4"))
    return [
        Figure("size_mb", "the film as Easel tells it, MB", film["assets"][0]["bytes"] / 1e6),
        Figure(
            "stored", "bytes of it that are missing in the store, or too many", abs(stored[-1] - SIZE_BYTES), most=0
        ),
        Figure("rss_before_mb", "memory of the server before, MB", before_mb),
        Figure("rss_grown_mb", "and at its peak more, MB", meter.peak_mb - before_mb, most=BOUND_MB),
        Figure("took_s", "from the wish to the end, s", took_s),
        Figure("moving_s", "of these beside planner and provider, s", took_s - VIDEO_S - 2 * CHAT_S),
    ]


async def _film(client: Client) -> Json:
    creation = await client.create("video: a lighthouse at dusk")
    finals = await client.finals(creation["id"])
    assert [final["status"] for final in finals] == ["succeeded"], finals
    return finals[0]
