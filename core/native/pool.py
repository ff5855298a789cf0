"""The pool of media children: native code runs there, one job per child, first come first served."""

import asyncio
import os
from typing import Any

from core.errors import Invalid, NativeError, TooLarge, Unsupported, UserError
from core.native.process import ChildProcess

JOBS_PER_CHILD = 500
"""A child is replaced after so many jobs, as codecs may leak. To start one takes half a second of a processor."""

_USER_ERRORS: dict[str, type[UserError]] = {kind.__name__: kind for kind in (Invalid, TooLarge, Unsupported)}


class NativePool:
    """At most `size` children (default: one per processor, at least two), each started when first needed."""

    def __init__(self, size: int | None = None) -> None:
        self._turns = asyncio.Semaphore(size or max(2, processors()))
        self._idle: list[ChildProcess] = []
        self._busy: set[ChildProcess] = set()
        self._closed = False
        self.waiting = 0
        """Jobs that wait for a child."""

    @property
    def busy(self) -> int:
        """Jobs that run."""
        return len(self._busy)

    @property
    def pids(self) -> list[int]:
        """The process ids of all living children."""
        return [child.pid for child in (*self._idle, *self._busy) if child.alive]

    async def run(self, function: str, arguments: dict[str, Any], *, timeout_s: float = 60) -> Any:
        """Call `module:function` of the child's list with these arguments, and return its JSON result.

        Raises Invalid, TooLarge or Unsupported with the function's own sentence, otherwise NativeError. The timeout
        counts from the start of the job. A child that is late, dead or no longer wanted (cancellation) is killed.
        """
        await self._turn()
        try:
            answer = await self._ask(function, arguments, timeout_s)
        finally:
            self._turns.release()
        if "error" in answer:
            raise _error(function, answer)
        return answer["result"]

    async def _turn(self) -> None:
        self.waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        """Kill every child; jobs in flight fail."""
        self._closed = True
        children = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(child.kill() for child in children))

    async def _ask(self, function: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        child = await self._take()
        self._busy.add(child)
        healthy = False
        try:
            async with asyncio.timeout(timeout_s):
                answer = await child.ask(function, arguments)
            healthy = answer.get("kind") != "Failed" and child.jobs < JOBS_PER_CHILD
        except TimeoutError as error:
            raise NativeError(f"{function}: no result after {timeout_s:g} s") from error
        finally:
            self._busy.discard(child)
            await self._give_back(child, healthy)
        return answer

    async def _take(self) -> ChildProcess:
        if self._closed:
            raise NativeError("the media pool is closed")
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
        return await ChildProcess.start()

    async def _give_back(self, child: ChildProcess, healthy: bool) -> None:
        if healthy and not self._closed:
            self._idle.append(child)
        else:
            await child.kill()


def processors() -> int:
    """How many processors this process may use: fewer than the machine has, inside a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def _error(function: str, answer: dict[str, Any]) -> UserError | NativeError:
    kind = _USER_ERRORS.get(answer["kind"])
    if kind is None:
        return NativeError(f"{function}: {answer['error']}")
    return kind(answer["error"], answer.get("code"))
