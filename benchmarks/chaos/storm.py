"""One storm over one house: people ask, everything dies, then it is quiet, and everything is counted."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.chaos.audit import Audit
from benchmarks.chaos.house import House, build
from benchmarks.chaos.journal import Journal
from benchmarks.chaos.people import CALLERS, Crowd, connected, crowd
from benchmarks.chaos.reaper import Pace, Reaper
from benchmarks.chaos.weather import Climate, Weather
from benchmarks.chaos.wishes import Book
from benchmarks.chaos.world import World, world
from benchmarks.people import add_people_at
from benchmarks.report import Figure
from tests.postgres import Server as Postgres

Begin = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]
LOOK_S = 0.5
KEPT = 0.95
"""Of all wishes, so many must be accepted: a few people give up, or read that nothing can be stored just now."""
CALM_S = 3.0
"""Nothing changes for so long: thumbnails and last edits are done, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How large a storm is."""

    kills: int
    creations: int
    pace: Pace
    climate: Climate
    settle_s: float
    uncertain_most: float | None = None
    """Of a hundred creations; among few of them the share says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a storm left, for the table."""

    figures: Sequence[Figure]
    wrong: Sequence[str]
    """What is behind figures that do not keep their bounds."""


async def storm(folder: Path, measure: Measure, seed: int, postgres: Postgres | None) -> Found:
    """A whole storm with its audit."""
    if task := asyncio.current_task():  # whoever ends this early leaves no process behind
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    journal, luck = Journal(folder / "journal"), Random(seed)
    begun = perf_counter()
    async with world(folder, socket_mode=postgres is not None) as away:
        house = build(folder, away, postgres.fresh() if postgres else None)
        tokens = await add_people_at(house.url, CALLERS)
        house.rows.call_witness()
        reaper = Reaper(house.processes, Random(luck.random()), measure.pace, journal)
        weather = Weather(away, house, postgres, Random(luck.random()), measure.climate, journal)
        book = Book()
        async with crowd(house, away, book, tokens, luck) as people:
            try:
                await reaper.open()
                await connected(house, away)
                storm_s = await blow(reaper, weather, people, measure, journal, away)
                settled_s = await settle(house, away, reaper, journal, measure.settle_s)
                audit = Audit(away, house.rows, book, round(measure.creations * KEPT), measure.uncertain_most)
                audit.told.update({each: await people.read(each) for each in audit.uncertain_by_rest()})
                figures = audit.figures()
            finally:
                await reaper.close()
        took_s = perf_counter() - begun
    return Found(
        figures=[
            Figure("seed", "seed", seed),
            *_done(journal, measure),
            Figure("unanswered", "requests and commands without an answer, made again", book.unanswered),
            *figures,
            Figure("start_s", "what a start took in it, in the middle, s", reaper.start_s),
            Figure("storm_s", "the storm, s", storm_s),
            Figure("settled_s", "from its end until everything had ended, s", settled_s, most=measure.settle_s),
            Figure("took_s", "all of it, s", took_s),
        ],
        wrong=[*_wrong(audit), *journal.lines()],
    )


def _done(journal: Journal, measure: Measure) -> list[Figure]:
    counts = journal.counts
    database = sum(counts[word] for word in ("database_stopped", "database_paused", "database_locked"))
    return [
        Figure("kills", "kill -9", counts["kill"], least=measure.kills),
        Figure("farewells", "asked to end (SIGTERM)", counts["farewell"]),
        Figure("stuck", "of these still there a minute later", counts["stuck"], most=0),
        Figure("pauses", "stopped and woken", counts["pause"] + counts["long_pause"]),
        Figure("long_pauses", "of these for longer than a heartbeat's life", counts["long_pause"]),
        Figure("ended", "processes that ended by themselves, and were started again", counts["ended_by_itself"]),
        Figure("database_away", "times the database was away", database),
        Figure("store_away", "times the store was away", counts["store_away"]),
        Figure("troubles", "troubles at services", counts["service_trouble"]),
        Figure("connections", "connections to the chats dropped or refreshed", counts["connection_trouble"]),
    ]


def _wrong(audit: Audit) -> list[str]:
    return [
        *(f"lost: {each}" for each in audit.lost()[:20]),
        *(f"misshown: {each}" for each in audit.misshown()[:20]),
        *(f"unexplained: {each}" for each in audit.unexplained()[:20]),
        *(f"uncertain: {each}" for each in audit.uncertain()[:20]),
        *(f"untold: {each}" for each in audit.untold()[:20]),
        *(f"orphan: {each}" for each in audit.orphans()[:20]),
    ]


# --- the storm ----------------------------------------------------------------------------------------------------


async def blow(
    reaper: Reaper,
    weather: Weather,
    people: Crowd,
    measure: Measure,
    journal: Journal,
    away: World,
) -> float:
    """Wishes come evenly over all kills; returns the seconds it took."""
    begun = perf_counter()
    async with _beside() as begin:
        watching, bad = begin(reaper.watch()), begin(weather.run())
        killing = begin(reaper.storm(measure.kills))
        asking: list[asyncio.Task[None]] = []
        while len(asking) < measure.creations:
            due = measure.creations * (journal.counts["kill"] + 1) / measure.kills
            if len(asking) < due or killing.done():
                asking.append(begin(people.ask_soon()))
            await asyncio.sleep(0.02)
        await killing
        await _over(bad)
        await reaper.well()
        while (await asyncio.wait(asking, timeout=1))[1]:
            away.slack.clock.advance(60)  # Slack's last repetitions come soon
        await asyncio.gather(*asking)
        await _over(watching)
    return perf_counter() - begun


@asynccontextmanager
async def _beside() -> AsyncIterator[Begin]:
    """Begins tasks. Whatever ends the block, none outlives it: nobody starts again what the reaper will close."""
    begun: list[asyncio.Task[None]] = []

    def begin(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        begun.append(asyncio.create_task(work))
        return begun[-1]

    try:
        yield begin
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


async def _over(task: asyncio.Task[None]) -> None:
    """End what runs for ever; had it ended by itself, its error is worth knowing."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def settle(house: House, away: World, reaper: Reaper, journal: Journal, within_s: float) -> float:
    """Everything that was accepted comes to its end, or time runs out; then a little calm."""
    begun = perf_counter()
    async with _beside() as begin:
        watching = begin(reaper.watch())
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while await asyncio.to_thread(_unfinished, house):
                    await asyncio.sleep(LOOK_S)
                journal.note("all_ended")
                while not _shown(away, house):
                    await asyncio.sleep(LOOK_S)
                journal.note("all_shown")
        took_s = perf_counter() - begun
        await asyncio.sleep(CALM_S)
        await _over(watching)
    return took_s


def _unfinished(house: House) -> float:
    return house.rows.in_hand() + house.rows.number(
        "SELECT count(*) FROM creation WHERE state NOT IN ('succeeded', 'failed', 'cancelled')"
    )


def _shown(away: World, house: House) -> bool:
    return not Audit(away, house.rows, Book()).misshown()
