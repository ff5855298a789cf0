"""The pool of media children: native code runs there."""

import asyncio
import os
from typing import Any

from core.errors import Invalid, NativeError, TooLarge, Unsupported, UserError
from core.native.process import ChildProcess

JOBS_PER_CHILD = 500
"""A child is replaced after so many jobs, as codecs may leak. To start one takes half a second of a processor."""
PATIENT, PROMPT = 10, 0
"""How nice children are."""
QUICK = frozenset({"core.native.pictures:probe"})
"""What takes milliseconds, while somebody waits for a result that is there already: these do not stand back."""

_USER_ERRORS: dict[str, type[UserError]] = {kind.__name__: kind for kind in (Invalid, TooLarge, Unsupported)}


class NativePool:
    """At most `size` children (default: one per processor, at least two) and as many for what is quick, each started
    when first needed.
    """

    def __init__(self, size: int | None = None) -> None:
        size = size or max(2, processors())
        self._patient, self._prompt = _Children(size, PATIENT), _Children(size, PROMPT)

    @property
    def waiting(self) -> int:
        """Jobs that wait for a child."""
        return self._patient.waiting + self._prompt.waiting

    @property
    def busy(self) -> int:
        """Jobs that run."""
        return len(self._patient.busy) + len(self._prompt.busy)

    @property
    def pids(self) -> list[int]:
        """The process ids of all living children."""
        return [*self._patient.pids(), *self._prompt.pids()]

    async def run(self, function: str, arguments: dict[str, Any], *, timeout_s: float = 60) -> Any:
        """Call `module:function` of the child's list with these arguments, and return its JSON result.

        Raises Invalid, TooLarge or Unsupported with the function's own sentence, otherwise NativeError. The timeout
        counts from the start of the job. A child that is late, dead or no longer wanted (cancellation) is killed.
        """
        children = self._prompt if function in QUICK else self._patient
        return await children.run(function, arguments, timeout_s)

    async def close(self) -> None:
        """Kill every child; jobs in flight fail."""
        await asyncio.gather(self._patient.close(), self._prompt.close())


class _Children:
    """Those of one kind: one job per child, first come first served."""

    def __init__(self, size: int, nice: int) -> None:
        self._nice = nice
        self._turns = asyncio.Semaphore(size)
        self._idle: list[ChildProcess] = []
        self.busy: set[ChildProcess] = set()
        self._closed = False
        self.waiting = 0

    def pids(self) -> list[int]:
        return [child.pid for child in (*self._idle, *self.busy) if child.alive]

    async def run(self, function: str, arguments: dict[str, Any], timeout_s: float) -> Any:
        await self._turn()
        try:
            answer = await self._ask(function, arguments, timeout_s)
        finally:
            self._turns.release()
        if "error" in answer:
            raise _error(function, answer)
        return answer["result"]

    async def close(self) -> None:
        self._closed = True
        children = [*self._idle, *self.busy]
        self._idle.clear()
        await asyncio.gather(*(child.kill() for child in children))

    async def _turn(self) -> None:
        self.waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self.waiting -= 1

    async def _ask(self, function: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        child = await self._take()
        self.busy.add(child)
        healthy = False
        try:
            async with asyncio.timeout(timeout_s):
                answer = await child.ask(function, arguments)
            healthy = answer.get("kind") != "Failed" and child.jobs < JOBS_PER_CHILD
        except TimeoutError as error:
            raise NativeError(f"{function}: no result after {timeout_s:g} s") from error
        finally:
            self.busy.discard(child)
            await self._give_back(child, healthy)
        return answer

    async def _take(self) -> ChildProcess:
        if self._closed:
            raise NativeError("the media pool is closed")
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
        return await ChildProcess.start(self._nice)

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
