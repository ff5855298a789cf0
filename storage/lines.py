"""Work that waits for threads. Where much waits, a thread takes several works at once and answers all in one word.

Waking a thread for each work, and the loop for each answer, takes as long as a small query itself.
"""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlmodel import Session

T = TypeVar("T")
Work = Callable[[Session], T]
Take = Callable[[], "Work[Any] | None"]
"""Gives the next work that somebody still waits for, None where nothing waits."""


class Waiting(NamedTuple):
    """One work in line, and who waits for it."""

    work: Work[Any]
    future: asyncio.Future[Any]


class Line:
    """Works in the order in which they came. `carry_out` takes some, and returns what each of them came to: its result,
    or the error that it alone failed with. An error that it raises is every taken work's.
    """

    def __init__(self, name: str, threads: int, carry_out: Callable[[Take], Sequence[Any]]) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads = threads
        self._carry_out = carry_out
        self._lock = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._busy = 0

    async def run(self, work: Work[T]) -> T:
        """Wait for a thread, and for the work."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append(Waiting(work, future))
            is_one_idle = self._busy < self._threads
            self._busy += is_one_idle
        if is_one_idle:
            self._pool.submit(self._look)
        return await future

    def close(self) -> None:
        """Finish what waits."""
        self._pool.shutdown(wait=True)

    def _look(self) -> None:
        """Carry out what waits, until nothing does."""
        while self._goes_on():
            begun: list[Waiting] = []
            try:
                ends = self._carry_out(partial(self._take, begun))
            except BaseException as error:
                ends = [error] * len(begun)
            _tell(begun, ends)

    def _goes_on(self) -> bool:
        with self._lock:
            self._busy -= not self._waiting
            return bool(self._waiting)

    def _take(self, begun: list[Waiting]) -> Work[Any] | None:
        with self._lock:
            while self._waiting:
                waiting = self._waiting.popleft()
                if not waiting.future.cancelled():
                    begun.append(waiting)
                    return waiting.work
        return None


def _tell(begun: Sequence[Waiting], ends: Sequence[Any]) -> None:
    """One call into each loop, which is nearly always one."""
    told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = defaultdict(list)
    for waiting, end in zip(begun, ends, strict=True):
        told[waiting.future.get_loop()].append((waiting.future, end))
    for loop, pairs in told.items():
        with suppress(RuntimeError):  # it is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, pairs)


def settle(pairs: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    """Tell whoever still waits the result, or the error, that their work came to."""
    for future, end in pairs:
        if future.done():  # whoever waited was cancelled
            continue
        if isinstance(end, BaseException):
            future.set_exception(end)
        else:
            future.set_result(end)
