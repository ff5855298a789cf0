"""How fast Slack's people are answered: 200 signed commands a second for half a minute, while 100 creations run."""

from benchmarks.neighbour import Facts, neighbour
from benchmarks.place import data_folder
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, Report
from benchmarks.running import running, until_running

RATE, SECONDS, RUNNING = 200, 30, 100
ORDER_S, FILM_S = 0.2, 90.0
BOUND_P99_MS, BOUND_MS = 250, 3_000


async def measure() -> Report:
    """A whole house that Slack calls by HTTP, beside a strict Slack in a process of its own."""
    with data_folder() as folder:
        async with neighbour("benchmarks.team", folder) as team:
            command = ["benchmarks.house", str(ORDER_S), "--film", str(FILM_S)]
            async with serving(folder, command, {"EASEL_USER_AT_ONCE": 0, "EASEL_DRAIN_S": 0} | team.facts) as server:
                await team.ask(f"deliver {server.url}/slack/events")
                await team.ask(f"running {RUNNING}")
                await until_running(folder, RUNNING)
                async with metering(server.pid) as meter:
                    cpu_s = meter.cpu_s()
                    load = await team.ask(f"load {RATE} {SECONDS}")
                    cpu_s, still = meter.cpu_s() - cpu_s, running(folder)
                counts = await team.ask("counts")
    return Report(
        "slack", f"{RATE} signed commands/s for {SECONDS} s", _figures(load | {"running": still}, counts, cpu_s, meter)
    )


def _figures(load: Facts, counts: Facts, cpu_s: float, meter: Meter) -> list[Figure]:
    acts = load["acts"]
    return [
        Figure("acked", f"of {acts} commands acknowledged within 3 s", load["answered"], acts, acts),
        Figure("p50_ms", "from the moment it was due to the ack, p50, ms", load["p50_ms"]),
        Figure("p99_ms", "p99, ms", load["p99_ms"], most=BOUND_P99_MS),
        *(Figure(f"{kind}_p99_ms", f"p99 of {kind}, ms", ms) for kind, ms in sorted(load["kinds_p99_ms"].items())),
        Figure("most_ms", "the slowest, ms", load["most_ms"], most=BOUND_MS),
        Figure("rate", "commands per second, as they really came", acts / load["took_s"], least=RATE * 0.95),
        Figure("running", "creations that still ran at the end", load["running"], least=RUNNING),
        Figure("too_many", "requests of Easel's answered with 429", counts["too_many"]),
        Figure("refused", "answers that Slack would not take", len(counts["refused"]), most=0),
        Figure("cpu_ms", "processor time per command, with all that they started, ms", cpu_s / acts * 1_000),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb),
    ]
