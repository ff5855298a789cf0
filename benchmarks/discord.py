"""How fast Discord's people are answered: 200 interactions a second for half a minute, while 100 creations run."""

from benchmarks.neighbour import Facts, neighbour
from benchmarks.place import data_folder
from benchmarks.process import Meter, metering, serving
from benchmarks.report import Figure, Report
from benchmarks.running import running, until_running

RATE, SECONDS, RUNNING = 200, 30, 100
ORDER_S, FILM_S = 0.2, 90.0
BOUND_P99_MS, BOUND_MS = 500, 3_000


async def measure() -> Report:
    """A whole house with its gateway connection, beside a strict Discord in a process of its own."""
    with data_folder() as folder:
        async with neighbour("benchmarks.guild", folder) as guild:
            command = ["benchmarks.house", str(ORDER_S), "--film", str(FILM_S)]
            async with serving(folder, command, {"EASEL_USER_AT_ONCE": 0, "EASEL_DRAIN_S": 0} | guild.facts) as server:
                await guild.ask("connected")
                await guild.ask("results")
                await guild.ask(f"running {RUNNING}")
                await until_running(folder, RUNNING)
                async with metering(server.pid) as meter:
                    cpu_s = meter.cpu_s()
                    load = await guild.ask(f"load {RATE} {SECONDS}")
                    cpu_s, still = meter.cpu_s() - cpu_s, running(folder)
                counts = await guild.ask("counts")
    return Report(
        "discord", f"{RATE} interactions/s for {SECONDS} s", _figures(load | {"running": still}, counts, cpu_s, meter)
    )


def _figures(load: Facts, counts: Facts, cpu_s: float, meter: Meter) -> list[Figure]:
    acts = load["acts"]
    return [
        Figure("answered", f"of {acts} interactions answered within 3 s", load["answered"], acts, acts),
        Figure("p50_ms", "from the act to the first answer, p50, ms", load["p50_ms"]),
        Figure("p99_ms", "p99, ms", load["p99_ms"], most=BOUND_P99_MS),
        *(Figure(f"{kind}_p99_ms", f"p99 of {kind}, ms", ms) for kind, ms in sorted(load["kinds_p99_ms"].items())),
        Figure("most_ms", "the slowest, ms", load["most_ms"], most=BOUND_MS),
        Figure("rate", "interactions per second, as they really came", acts / load["took_s"], least=RATE * 0.95),
        Figure("running", "creations that still ran at the end", load["running"], least=RUNNING),
        Figure("throttled", "of 100 requests of Easel's answered with 429", _percent(counts), most=1),
        Figure("flawed", "answers of the local Discord that were not Discord's", len(counts["flawed"]), most=0),
        Figure("cpu_ms", "processor time per interaction, with all that they started, ms", cpu_s / acts * 1_000),
        Figure("rss_mb", "memory of the server at its peak, MB", meter.peak_mb),
    ]


def _percent(counts: Facts) -> float:
    return 100 * counts["throttled"] / max(1, counts["requests"])
