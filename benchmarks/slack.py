"""How fast Slack's people are answered: 200 signed commands a second for half a minute, while 100 creations run."""

from benchmarks.answers import RATE, SECONDS, answered
from benchmarks.neighbour import neighbour
from benchmarks.place import data_folder
from benchmarks.report import Figure, Report

BOUND_P99_MS = 250


async def measure() -> Report:
    """The figures as a table."""
    return Report("slack", f"{RATE} signed commands/s for {SECONDS} s", await figures(BOUND_P99_MS))


async def figures(most_ms: float) -> list[Figure]:
    """A whole house that Slack calls by HTTP, beside a strict Slack in a process of its own."""
    with data_folder() as folder:
        async with neighbour("benchmarks.team", folder) as team:

            async def prepare(url: str) -> None:
                await team.ask(f"deliver {url}/slack/events")

            found, counts = await answered(folder, team, prepare, most_ms=most_ms)
    return [
        *found,
        Figure("too_many", "requests of Easel's answered with 429", counts["too_many"]),
        Figure("refused", "answers that Slack would not take", len(counts["refused"]), most=0),
    ]
