"""Several workers on one PostgreSQL: how soon the living notice the dead, and how much more three do than one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlmodel import Session, col, select

from benchmarks.makers import SLEEPERS
from benchmarks.place import data_folder, environment, settings_for
from benchmarks.process import Meter
from benchmarks.report import Figure, Report
from bot.app import App, running
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.wishes import Wish
from storage import creations, people
from storage.creations import NewCreation
from storage.tables import Creation, new_id
from tests.postgres import server

LONG_S, SHORT_S = 90.0, 0.2
TAKEOVER_BOUND_S, LEADER_BOUND_S, SHARE_BOUND = 40.0, 30.0, 2.2
MANY, AT_ONCE = 600, 20
"""Wishes, and how many of them are recorded in one transaction: one asker alone would not feed three workers."""
KEY = "k" * 48
PROMPT = "image: a boat"


class Shift:
    """A worker's process, on a processor of its own where there are enough."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.id = ""
        self.leads = asyncio.Event()
        self.ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "ready":
                self.id = rest
                self.ready.set()
            elif word == "leads":
                self.leads.set()

    async def close(self) -> None:
        """End it, whatever state it is in."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self._reading.cancel()


@asynccontextmanager
async def shifts(folder: Path, url: str, count: int, seconds: float) -> AsyncIterator[list[Shift]]:
    """So many workers, all at work."""
    async with AsyncExitStack() as stack:
        found = []
        for number in range(count):
            found.append(Shift(await _started(folder, url, seconds, number)))
            stack.push_async_callback(found[-1].close)
        for each in found:
            await asyncio.wait_for(each.ready.wait(), 60)
        yield found


async def _started(folder: Path, url: str, seconds: float, number: int) -> asyncio.subprocess.Process:
    settings = {"DATABASE_URL": url, "EASEL_SECRET_KEY": KEY, "EASEL_USER_AT_ONCE": 0}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.shift", str(seconds)),
        env=environment(folder, **settings),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    if (processors := os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process.pid, {number % (processors - 1)})
    return process


async def measure() -> Report:
    """A death, a sleep and a burst, each with the times that people get."""
    last = (os.cpu_count() or 1) - 1
    with data_folder() as folder, server() as postgres:
        os.sched_setaffinity(0, {last})  # the workers have the others, and PostgreSQL what anybody leaves
        killed_s, leader_s = await _death(folder, postgres.fresh(), signal.SIGKILL)
        stopped_s, stopped_leader_s = await _death(folder, postgres.fresh(), signal.SIGSTOP)
        one, one_ms = await _throughput(folder, postgres.fresh(), 1)
        three, three_ms = await _throughput(folder, postgres.fresh(), 3)
    return Report(
        "takeover",
        "workers that die, and workers that share",
        (
            Figure("takeover_s", "kill -9 until another carries the work on, s", killed_s, most=TAKEOVER_BOUND_S),
            Figure("takeover_stopped_s", "the same after SIGSTOP, s", stopped_s, most=TAKEOVER_BOUND_S),
            Figure("leader_s", "kill -9 of the leader until another leads, s", leader_s, most=LEADER_BOUND_S),
            Figure("leader_stopped_s", "the same after SIGSTOP, s", stopped_leader_s, most=LEADER_BOUND_S),
            Figure("one_per_s", "creations a second, one worker on one processor", one),
            Figure("three_per_s", "three workers on three", three),
            Figure("one_cpu_ms", "processor time of one creation at one worker, ms", one_ms),
            Figure("three_cpu_ms", "the same at three, ms", three_ms),
            Figure("gain", "three to one", three / one, least=SHARE_BOUND),
        ),
    )


async def _death(folder: Path, url: str, how: signal.Signals) -> tuple[float, float]:
    async with house(folder, url) as app, shifts(folder, url, 2, LONG_S) as both:
        views = await wishes(app, 2)
        while len(carriers := await _carriers(app, views)) < 2:
            await asyncio.sleep(0.05)
        await asyncio.wait([asyncio.create_task(each.leads.wait()) for each in both], return_when="FIRST_COMPLETED")
        first = next(each for each in both if each.leads.is_set())
        (second,) = (each for each in both if each is not first)
        assert carriers == {first.id, second.id}
        await asyncio.sleep(6)  # whoever has just come judges nobody
        first.process.send_signal(how)
        begun = perf_counter()
        leading = asyncio.create_task(_seconds(second.leads, begun))
        while await _carriers(app, views) != {second.id}:
            await asyncio.sleep(0.05)
        return perf_counter() - begun, await leading


async def _seconds(event: asyncio.Event, begun: float) -> float:
    await asyncio.wait_for(event.wait(), 120)
    return perf_counter() - begun


async def _throughput(folder: Path, url: str, count: int) -> tuple[float, float]:
    """Creations a second, and processor milliseconds that one costs its worker."""
    async with house(folder, url) as app, shifts(folder, url, count, SHORT_S) as workers:
        await wishes(app, 6 * count)
        await ended(app)  # they are warm
        meters = [Meter(each.process.pid) for each in workers]
        begun = perf_counter()
        await burst(app, MANY)
        await ended(app)
        return MANY / (perf_counter() - begun), sum(each.cpu_s() for each in meters) / MANY * 1_000


@asynccontextmanager
async def house(folder: Path, url: str) -> AsyncIterator[App]:
    """The house that people meet, which carries nothing out."""
    settings = settings_for(folder, DATABASE_URL=url, EASEL_SECRET_KEY=KEY, EASEL_USER_AT_ONCE=0)
    async with running(settings, worker=False, models=SLEEPERS) as app:
        yield app


async def wishes(app: App, count: int) -> list[CreationView]:
    """So many wishes of one person."""
    user_id = await _asker(app)

    async def ask() -> CreationView:
        wish = Wish(user_id=user_id, prompt=PROMPT, event_key=new_id(), surface="rest")
        return await app.studio.create(wish)

    return list(await asyncio.gather(*(ask() for _ in range(count))))


async def burst(app: App, count: int) -> None:
    """So many wishes as from a crowd of webs: what recording costs an asker is not what is measured."""
    user_id = await _asker(app)
    for _ in range(count // AT_ONCE):
        found = [_wish(user_id) for _ in range(AT_ONCE)]
        await app.database.record(partial(_record, found))
        app.admission.wake()


def _record(wishes: Sequence[NewCreation], session: Session) -> None:
    for each in wishes:
        creations.record(session, each)


def _wish(user_id: str) -> NewCreation:
    key = new_id()
    return NewCreation(
        event_key=key,
        user_id=user_id,
        workspace_id=None,
        thread_ref=str(ThreadRef(platform="rest", thread=key)),
        surface="rest",
        prompt=PROMPT,
    )


async def ended(app: App) -> None:
    """Wait for all there are."""
    unfinished = select(Creation.id).where(col(Creation.finished_at).is_(None)).limit(1)
    while await app.database.read(lambda session: session.exec(unfinished).first()):
        await asyncio.sleep(0.05)


async def _asker(app: App) -> str:
    return await app.database.write(lambda session: people.local_user(session).id)


async def _carriers(app: App, views: Sequence[CreationView]) -> set[str]:
    ids = [view.id for view in views]
    query = select(Creation.worker).where(col(Creation.id).in_(ids))
    found = await app.database.read(lambda session: list(session.exec(query)))
    return {each for each in found if each}
