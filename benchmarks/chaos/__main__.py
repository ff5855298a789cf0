"""`python -m benchmarks.chaos [--kills 30] [--creations 60] [--seed N]`: kill and restart; stop gently; audit."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.chaos.audit import Audit
from benchmarks.chaos.reaper import Reaper
from benchmarks.chaos.wishes import Person, Wish
from benchmarks.client import Json, clients
from benchmarks.people import add_people
from benchmarks.place import data_folder, keep_to_two_processors
from benchmarks.process import Server
from benchmarks.report import Figure, Report, conclude
from benchmarks.witness import call_witness

HOUSE = "benchmarks.chaos.house"
PEOPLE = 4
AT_ONCE = 5
SETTLE_S = 90
LAST = PEOPLE * AT_ONCE
"""Creations in flight when the server is asked to stop."""
LAST_NUMBER = 1_000_000


def main() -> int:
    """Run; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--creations", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None, help="the same moments and wishes as in another run")
    given = parser.parse_args()
    keep_to_two_processors()
    seed = given.seed if given.seed is not None else Random().randrange(10_000)
    with data_folder() as folder:
        return conclude(asyncio.run(chaos(folder, given.kills, given.creations, seed)))


async def chaos(folder: Path, kills: int, creations: int, seed: int) -> Report:
    """Both halves, and one audit over all."""
    tokens = await add_people(folder, PEOPLE)
    call_witness(folder)
    luck, begun = Random(seed), perf_counter()
    server = Server(folder, [HOUSE, "0.2", "1.5"], {"EASEL_USER_AT_ONCE": AT_ONCE, "EASEL_DRAIN_S": 1})
    reaper = Reaper(server, luck)
    async with clients(server.url, tokens) as each:
        people = [Person(client, f"person{i}", Random(f"{seed}-{i}")) for i, client in enumerate(each)]
        await _kill(reaper, people, kills, creations, luck)
        killed = len(reaper.deaths.at)
        settled_s = await _settle(server, people)
        gentle = await _stop_gently(reaper, people)
        changed = await _changed(people)
    await server.end()
    audit = Audit(folder, [wish for person in people for wish in person.wishes], reaper.deaths)
    figures = [
        Figure("seed", "seed", seed),
        Figure("kills", "kills", killed, least=kills),
        Figure("creations", "creations accepted", len(audit.wishes), least=creations),
        Figure("unanswered", "requests that a dying server did not answer, sent again", sum(p.refused for p in people)),
        Figure("settled_s", "from the last start until everything had ended, s", settled_s, most=SETTLE_S),
        *audit.figures(),
        Figure("changed", "finished creations that look different after restarts", changed, most=0),
        *gentle,
        Figure("took_s", "the whole test, s", perf_counter() - begun),
    ]
    return Report("chaos", f"{kills} × kill -9 while people use Easel, then a gentle stop", figures)


async def _kill(reaper: Reaper, people: Sequence[Person], kills: int, creations: int, luck: Random) -> None:
    """Wishes come evenly over all lives, each at a random moment, some of them while nobody listens."""
    asking: list[asyncio.Task[None]] = []
    for life in range(kills):
        while len(asking) * kills < creations * (life + 1):
            person = people[len(asking) % len(people)]
            asking.append(asyncio.create_task(_ask_later(person, len(asking), luck.uniform(0, 2.5))))
        await reaper.life()
    reaper.revive()
    await asyncio.gather(*asking)


async def _ask_later(person: Person, number: int, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await person.ask(number)


async def _settle(server: Server, people: Sequence[Person]) -> float:
    """Everything that was accepted comes to an end, or time runs out."""
    begun = perf_counter()
    await server.answers()
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            await asyncio.gather(*(look for person in people for look in person.looking))
    return perf_counter() - begun


async def _stop_gently(reaper: Reaper, people: Sequence[Person]) -> list[Figure]:
    """SIGTERM with a second's grace while creations run that take longer; the next start finishes them."""
    server = reaper.server
    await server.end()
    server.command = [HOUSE, "3", "4"]
    server.start()
    await server.answers()
    before = {wish.key for person in people for wish in person.wishes}
    kinds = ("image", "video", "talk", "video", "image")
    await asyncio.gather(*(person.ask(LAST_NUMBER + i, kind) for person in people for i, kind in enumerate(kinds)))
    await asyncio.sleep(1.5)
    begun = perf_counter()
    code = await reaper.end(signal.SIGTERM)
    stopped_s = perf_counter() - begun
    server.start()
    await _settle(server, people)
    ends = [wish.creation["status"] for person in people for wish in person.wishes if wish.key not in before]
    return [
        Figure("gentle_exit", "exit code after SIGTERM", code, most=0, least=0),
        Figure("gentle_s", "seconds from SIGTERM to the end of the process", stopped_s, most=10),
        Figure("gentle_creations", "creations in flight at SIGTERM", len(ends), least=LAST),
        Figure("gentle_succeeded", "of these succeeded after the next start", ends.count("succeeded"), LAST, LAST),
    ]


async def _changed(people: Sequence[Person]) -> int:
    """Finished creations are asked for again: each must look as at its first final view."""
    pairs = [(person, wish) for person in people for wish in person.wishes]
    now: list[Json] = await asyncio.gather(*(_view(person, wish) for person, wish in pairs))
    return sum(1 for (_, wish), view in zip(pairs, now, strict=True) if view != wish.creation)


async def _view(person: Person, wish: Wish) -> Json:
    return await person.stubbornly(lambda: person.client.creation(wish.creation["id"]))


if __name__ == "__main__":
    sys.exit(main())
