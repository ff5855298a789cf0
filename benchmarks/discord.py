"""How fast Discord's people are answered: 200 interactions a second for half a minute, while 100 creations run."""

from benchmarks.answers import RATE, SECONDS, answered
from benchmarks.neighbour import neighbour
from benchmarks.place import data_folder
from benchmarks.report import Figure, Report

BOUND_P99_MS = 500


async def measure() -> Report:
    """The figures as a table."""
    return Report("discord", f"{RATE} interactions/s for {SECONDS} s", await figures(BOUND_P99_MS))


async def figures(most_ms: float) -> list[Figure]:
    """A whole house with its gateway connection, beside a strict Discord in a process of its own."""
    with data_folder() as folder:
        async with neighbour("benchmarks.guild", folder) as guild:

            async def prepare(_: str) -> None:
                await guild.ask("connected")
                await guild.ask("results")

            found, counts = await answered(folder, guild, prepare, most_ms=most_ms)
    throttled = 100 * counts["throttled"] / max(1, counts["requests"])
    return [
        *found,
        Figure("throttled", "of 100 requests of Easel's answered with 429", throttled, most=1),
        Figure("flawed", "answers of the local Discord that were not Discord's", len(counts["flawed"]), most=0),
    ]
