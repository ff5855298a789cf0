"""How long real models are waited for: Easel beside OpenAI, Replicate and Runway, whose times are known.

The critical path is what nobody can save: the planner's call, the slowest of the calls that it asked for, and the
planner's closing sentence. Work that is polled counts with one interval of polling, for it ends between two looks.
"""

import asyncio
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.away import CHAT_S, IMAGE_S, VIDEO_S
from benchmarks.client import Client, clients
from benchmarks.outside import Outside, outside
from benchmarks.people import add_people
from benchmarks.place import data_folder
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, Report, percentile

TIMES = 5
CROWD = 100
POLL_S = 0.25
BOUND = 1.10
BOUND_CROWD = 1.5
PATH_S = {
    "image": CHAT_S + IMAGE_S + CHAT_S,
    "replicate": CHAT_S + IMAGE_S + POLL_S + CHAT_S,
    "mixed": CHAT_S + VIDEO_S + POLL_S + CHAT_S,
}
TITLES = {
    "image": "a picture at OpenAI",
    "replicate": "a picture at Replicate, polled",
    "mixed": "two pictures, a video and speech in one request",
}
OPTIONS = {"replicate": {"model": "flux-2-pro"}}
PAID = {
    "image": Counter({"responses": 2, "images.generate": 1}),
    "replicate": Counter({"responses": 2, "replicate": 1}),
    "mixed": Counter({"responses": 2, "images.generate": 2, "audio.speech": 1, "runway": 1}),
}
Ends = list[tuple[bool, float]]
"""Of each creation: whether it ended once, whole and well; and the seconds until then."""


async def measure() -> Report:
    """A whole `easel run` with three keys: one wish at a time, then a hundred in one moment."""
    with data_folder() as folder:
        tokens = await add_people(folder, CROWD)
        settings: dict[str, object] = {"EASEL_POLL_S": POLL_S, "EASEL_USER_AT_ONCE": 0}
        async with (
            outside(folder) as away,
            serving(folder, ["bot", "run"], settings | away.settings) as server,
            clients(server.url, tokens) as crowd,
            metering(server.pid) as meter,
        ):
            figures = [*await _alone(crowd[0], away, folder), *await _together(crowd, away, meter, folder)]
    return Report("models", "real SDKs, services at known distances, a poll each 0.25 s", figures)


async def _alone(client: Client, away: Outside, folder: Path) -> list[Figure]:
    figures = []
    for name in PATH_S:
        await _created(client, name)  # the first one loads what is loaded late
        before = Counter(await away.paid())
        ends = [await _created(client, name) for _ in range(TIMES)]
        figures += [*_times(name, ends), _paid(name, name, TIMES, before, Counter(await away.paid()))]
    return figures


def _times(name: str, ends: Ends) -> list[Figure]:
    took_s, path_s = median(seconds for _, seconds in ends), PATH_S[name]
    return [
        Figure(f"{name}_s", f"{TITLES[name]}: median of {TIMES}, s", took_s, most=round(path_s * BOUND, 3)),
        Figure(f"{name}_path", f"the same / critical path of {path_s:.2f} s", took_s / path_s, most=BOUND),
        Figure(f"{name}_whole", "of these finished", sum(ok for ok, _ in ends), TIMES, TIMES),
    ]


async def _together(crowd: list[Client], away: Outside, meter: Meter, folder: Path) -> list[Figure]:
    before, cpu_s = Counter(await away.paid()), meter.cpu_s()
    begun = perf_counter()
    ends = await asyncio.gather(*(_created(client, "mixed") for client in crowd))
    took_s, cpu_s = perf_counter() - begun, meter.cpu_s() - cpu_s
    seconds, path_s = [each for _, each in ends], PATH_S["mixed"]
    return [
        Figure("crowd_whole", f"{CROWD} such requests at once: finished", sum(ok for ok, _ in ends), CROWD, CROWD),
        Figure("crowd_p50_s", "median, s", median(seconds), most=path_s * BOUND_CROWD),
        Figure("crowd_path", "median / critical path", median(seconds) / path_s, most=BOUND_CROWD),
        Figure("crowd_p99_s", "p99, s", percentile(seconds, 99)),
        Figure("crowd_total_s", "until the last had theirs, s", took_s),
        _paid("crowd", "mixed", CROWD, before, Counter(await away.paid())),
        Figure("cpu_ms", "processor time of one of them, with its media children, ms", cpu_s / CROWD * 1_000),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb),
        Figure("rss_all_mb", "with its media children, MB", meter.peak_all_mb),
    ]


def _paid(key: str, name: str, times: int, before: Counter[str], after: Counter[str]) -> Figure:
    """Whether the services were paid for exactly what was wished: calls beyond it, and calls that are missing."""
    paid = Counter({route: after[route] - before[route] for route in after})
    expected = Counter({route: count * times for route, count in PAID[name].items()})
    wrong = (paid - expected).total() + (expected - paid).total()
    return Figure(f"{key}_paid_wrong", f"of {expected.total()} paid calls too many or too few", wrong, most=0)


async def _created(client: Client, name: str) -> tuple[bool, float]:
    begun = perf_counter()
    kind = "image" if name == "replicate" else name
    creation = await client.create(f"{kind}: a lighthouse at dusk", options=OPTIONS.get(name, {}))
    finals = await client.finals(creation["id"])
    took_s = perf_counter() - begun
    whole = [final["status"] for final in finals] == ["succeeded"] and finals[0]["error"] is None
    return whole and all(step["status"] == "complete" for step in finals[0]["steps"]), took_s
