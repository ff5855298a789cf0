"""A server process as its measurer sees it: started, asked whether it is well, metered, ended in every way there is."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import perf_counter

import aiohttp
import psutil

from benchmarks.place import environment, free_port

WELL_WITHIN_S = 30.0
LOOK_EVERY_S = 0.005


class Unwell(Exception):
    """A server ended, or did not answer in time; the text ends with what it logged last."""


class Server:
    """`python -m …` on a data folder and a port. It may be started, ended and started again."""

    def __init__(self, folder: Path, command: Sequence[str], settings: Mapping[str, object] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.command = list(command)
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "server.log"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; it answers a moment later."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                env=environment(self.folder, PORT=self.port, **self._settings),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def ended(self) -> int | None:
        """Its exit code, once it has ended; None while it runs, also where it is stopped."""
        return -1 if self._process is None else self._process.poll()

    async def answers(self, path: str = "/readyz") -> float:
        """Wait for a 200; returns the seconds that took.

        Raises:
            Unwell: the process ended, or time ran out.
        """
        begun = perf_counter()
        async with aiohttp.ClientSession() as http:
            while perf_counter() - begun < WELL_WITHIN_S:
                with suppress(aiohttp.ClientError, OSError):
                    async with http.get(self.url + path) as response:
                        if response.status == 200:
                            return perf_counter() - begun
                if self._process is None or self._process.poll() is not None:
                    raise Unwell(f"the server ended: {self.last_words()}")
                await asyncio.sleep(LOOK_EVERY_S)
        raise Unwell(f"no answer from {path}: {self.last_words()}")

    async def end(self, how: signal.Signals = signal.SIGTERM, within_s: float = 60.0) -> int:
        """Send a signal and wait; returns the exit code (negative: the signal that ended it)."""
        assert self._process is not None
        self._process.send_signal(how)
        return await asyncio.to_thread(self._process.wait, within_s)

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-lines:]) if self._log.exists() else ""


@asynccontextmanager
async def serving(
    folder: Path, command: Sequence[str], settings: Mapping[str, object] | None = None
) -> AsyncIterator[Server]:
    """A server that is ready, killed at the end."""
    server = Server(folder, command, settings)
    server.start()
    try:
        await server.answers()
        yield server
    finally:
        await server.end(signal.SIGKILL)


class Meter:
    """Looks at a process and its media children twenty times a second."""

    EVERY_S = 0.05

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._cpu_s_before = self._cpu_s()
        self.peak_mb = 0.0
        """The process alone."""
        self.peak_all_mb = 0.0
        """With its children; pages they share are counted once for each."""

    async def run(self) -> None:
        """Meter until cancelled, or until the process is gone."""
        with suppress(psutil.NoSuchProcess):
            while True:
                own = self._process.memory_info().rss
                children = sum(_rss(child) for child in self._process.children(recursive=True))
                self.peak_mb = max(self.peak_mb, own / 1e6)
                self.peak_all_mb = max(self.peak_all_mb, (own + children) / 1e6)
                await asyncio.sleep(self.EVERY_S)

    def now_mb(self) -> float:
        """The process alone, at this moment."""
        return float(self._process.memory_info().rss / 1e6)

    def cpu_s(self) -> float:
        """Processor seconds since the meter was made, of the process and its living children."""
        return self._cpu_s() - self._cpu_s_before

    def own_cpu_s(self) -> float:
        """Processor seconds of the process alone, since it began."""
        return _cpu(self._process)

    def _cpu_s(self) -> float:
        processes = [self._process, *self._process.children(recursive=True)]
        return sum(_cpu(each) for each in processes)


@asynccontextmanager
async def metering(pid: int) -> AsyncIterator[Meter]:
    """A meter that runs during the block."""
    meter = Meter(pid)
    task = asyncio.create_task(meter.run())
    try:
        yield meter
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
