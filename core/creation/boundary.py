"""The boundary of a job: the one place where every exception ends, so that a creation always reaches a final state."""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

import structlog

from core import trail
from core.creation.finishing import Finishing
from core.creation.making import Making
from core.creation.planning import NOTHING, Planning
from core.creation.workflow import Plan
from storage.errors import Forgotten, NotOurs, StorageBusy, StoreAway
from storage.tables import new_id

T = TypeVar("T")
U = TypeVar("U")
AGAIN_S = 1.0
AWAY_MAX_S = 15.0
GONE = "forgotten"
NOT_SHOWN = "not shown"
SHOW_AGAIN_S = (0.0, 1.0, 5.0, 30.0, 120.0, 600.0)
"""Waits before each try to show an end."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE})
log = structlog.get_logger()


class Boundary:
    """The three steps of a creation, made safe to hand to the engine: they never raise."""

    def __init__(self, planning: Planning, making: Making, finishing: Finishing) -> None:
        self._planning = planning
        self._making = making
        self._finishing = finishing

    async def plan(self, creation_id: str, turn: int) -> Plan:
        """Plan; a bug ends the creation with an error id."""

        async def failed(error_id: str) -> Plan:
            await self._planning.failed(creation_id, "internal", _sentence(error_id))
            return NOTHING

        return await _steadily(lambda: self._planning.plan(creation_id, turn), NOTHING, failed)

    async def make(self, step_id: str) -> str:
        """Make; a bug ends the step with an error id."""

        async def failed(error_id: str) -> str:
            return await self._making.failed(step_id, "internal", _sentence(error_id))

        with trail.of_step(step_id):
            return await _steadily(lambda: self._making.make(step_id), GONE, failed)

    async def finish(self, creation_id: str) -> str:
        """Finish. Whatever cannot be reached does not undo the end, and showing it is tried again for a while."""

        async def failed(_: str) -> None:
            return None

        for wait_s in SHOW_AGAIN_S:
            await asyncio.sleep(wait_s)
            ended = await _steadily(lambda: self._finishing.finish(creation_id), GONE, failed, away_most=0)
            if ended is not None:
                return ended
        log.warning("end_not_shown", creation=creation_id)
        return NOT_SHOWN


async def _steadily(
    work: Callable[[], Awaitable[T]], gone: T, failed: Callable[[str], Awaitable[T | U]], *, away_most: float = inf
) -> T | U:
    """Run to an end, also where that end is a failure that has to be noted."""
    try:
        return await _again(work, failed, away_most)
    except Forgotten:
        return gone
    except NotOurs as error:  # another worker carries it out by now: nothing of this one's may follow
        log.warning("creation_is_another_workers")
        raise asyncio.CancelledError from error


async def _again(
    work: Callable[[], Awaitable[T]], failed: Callable[[str], Awaitable[T | U]], away_most: float
) -> T | U:
    """Run, again while the database is busy or the store of objects away; what goes on from rows may be begun as often
    as needed, and what was made waits in the spool. `away_most`: how often the store may be found away."""
    away_s, times = AGAIN_S, 0
    while True:
        try:
            return await work()
        except (Forgotten, NotOurs):
            raise
        except StoreAway as error:
            log.warning("store_away_again_soon", reason=error.reason)
            if times >= away_most:
                return await failed(new_id()[:8])
            times += 1
            await asyncio.sleep(away_s)
            away_s = min(2 * away_s, AWAY_MAX_S)
        except Exception as error:
            if _passes(error):
                log.warning("storage_busy_again_soon")
                await asyncio.sleep(AGAIN_S)
                continue
            error_id = new_id()[:8]
            log.exception("job_failed", error_id=error_id)
            return await failed(error_id)


def _passes(error: Exception) -> bool:
    """A locked database or a full disk is waited for: nothing was lost, and the deadline still holds."""
    return isinstance(error, StorageBusy) or (isinstance(error, OSError) and error.errno in FULL)


def _sentence(error_id: str) -> str:
    return f"Something went wrong on Easel's side (error {error_id}). Nothing else is affected; please try again."
