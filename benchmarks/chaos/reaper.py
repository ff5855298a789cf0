"""Kills and stops processes at random moments, and starts again whatever has ended."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter

import aiohttp

from benchmarks.chaos.journal import Journal
from benchmarks.process import Server

LOOK_S = 0.2
WORKS_WITHIN_S = 6.0
USUAL_START_S = 3.0
"""What a start takes, chats and all, where nobody else needs the machine. Where it takes longer, so does each call, and
lives last longer by as much: what a blow cuts off is to be the storm's doing, and not the machine's."""
WELL_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the storm goes. Ranges are seconds."""

    life_s: tuple[float, float]
    """From when a process works to the blow."""
    while_starting: float = 0.15
    """Of all blows, the share that does not wait until a process works."""
    down_s: tuple[float, float] = (0.0, 1.5)
    """From a death to the next start."""
    pauses: float = 0.2
    """Of all blows, the share that stops a process instead of killing it."""
    farewells: float = 0.1
    """Of all blows, the share that asks a process to end, as a new release does."""
    pause_s: tuple[float, float] = (0.5, 8.0)
    long_pauses: float = 0.2
    """Of the pauses, the share that outlasts a heartbeat's life."""
    long_pause_s: tuple[float, float] = (32.0, 42.0)


class Reaper:
    """A little supervisor, and the one who makes it necessary."""

    def __init__(self, processes: Sequence[Server], luck: Random, pace: Pace, journal: Journal) -> None:
        self._processes, self._luck, self._pace, self._journal = processes, luck, pace, journal
        self._held: set[Server] = set()
        """Stopped, or dead on purpose for a moment."""
        self._pausing: set[asyncio.Task[None]] = set()
        self._starts_s: list[float] = []

    async def open(self) -> None:
        """Start everything, and wait until it is well."""
        for each in self._processes:
            each.start()
        await self.well()

    async def well(self) -> None:
        """Wait until every process works.

        Raises:
            TimeoutError: one does not.
        """
        async with asyncio.timeout(WELL_WITHIN_S):
            for each in self._processes:
                while not await _ready(each):
                    await asyncio.sleep(LOOK_S)

    async def watch(self) -> None:
        """Start again whatever ends, until cancelled."""
        while True:
            for each in self._processes:
                if each not in self._held and (code := each.ended()) is not None:
                    self._journal.note("ended_by_itself", f"{each.folder.name} {code}")
                    each.start()
            await asyncio.sleep(LOOK_S)

    async def storm(self, kills: int) -> None:
        """So many deaths, and pauses among them; returns when nothing is stopped any more."""
        while self._journal.counts["kill"] < kills:
            there = [each for each in self._processes if each not in self._held and each.ended() is None]
            if not there:
                await asyncio.sleep(LOOK_S)
                continue
            victim = self._luck.choice(there)
            if self._luck.random() >= self._pace.while_starting:
                started_s = await self._works(victim)
                await asyncio.sleep(self._luck.uniform(*self._pace.life_s) * max(1.0, started_s / USUAL_START_S))
            await self._strike(victim)
        await asyncio.gather(*self._pausing)

    async def _works(self, process: Server) -> float:
        """Wait until it takes work; not for ever, as it may be waiting for something that is away: then 0 is returned,
        else the seconds that it took."""
        begun = perf_counter()
        with suppress(TimeoutError):
            async with asyncio.timeout(WORKS_WITHIN_S):
                while not await _ready(process):
                    await asyncio.sleep(LOOK_S)
                took_s = perf_counter() - begun
                if took_s >= LOOK_S:  # else it had worked before
                    self._starts_s.append(took_s)
                return took_s
        return 0.0

    async def _strike(self, process: Server) -> None:
        self._held.add(process)
        dice = self._luck.random()
        if dice < self._pace.pauses:
            self._pausing.add(asyncio.create_task(self._pause(process)))
            return
        if dice < self._pace.pauses + self._pace.farewells:
            await self._part(process)
        else:
            self._journal.note("kill", process.folder.name)
            await process.end(signal.SIGKILL)
        await asyncio.sleep(self._luck.uniform(*self._pace.down_s))
        process.start()
        self._held.discard(process)

    async def _part(self, process: Server) -> None:
        """Ask it to end; one that is still starting ends as any process does that knows no better."""
        begun = perf_counter()
        try:
            code = await process.end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self._journal.note("stuck", process.folder.name)
            code = await process.end(signal.SIGKILL)
        self._journal.note("farewell", f"{process.folder.name} {code} {perf_counter() - begun:.1f} s")

    async def _pause(self, process: Server) -> None:
        long = self._luck.random() < self._pace.long_pauses
        seconds = self._luck.uniform(*(self._pace.long_pause_s if long else self._pace.pause_s))
        self._journal.note("long_pause" if long else "pause", f"{process.folder.name} {seconds:.1f}")
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(process.pid, signal.SIGCONT)
        self._held.discard(process)

    @property
    def start_s(self) -> float:
        """What a start took, in the middle; without those that came while something was away."""
        return median(self._starts_s) if self._starts_s else 0.0

    async def close(self) -> None:
        """Everything ends, also what is stopped."""
        for task in self._pausing:
            task.cancel()
        for each in self._processes:
            if each.ended() is None:
                await each.end(signal.SIGKILL)


async def _ready(process: Server) -> bool:
    limits = aiohttp.ClientTimeout(total=2)
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with aiohttp.request("GET", process.url + "/readyz", timeout=limits) as response:
            return response.status == 200
    return False
