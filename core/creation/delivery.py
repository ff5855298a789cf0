"""Shows creations in their chat threads while they run, and their ends.

Surfaces that watch by themselves (the web page, the terminal) have no adapter and get no messages.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from core import trail
from core.chat import Adapter, MessageRef, ThreadRef
from core.creation.posting import SETTLES_S, TOGETHER, Posting
from core.creation.progress import Progress
from core.errors import Conflict, Unreachable
from storage import creations, posts
from storage.changes import Changes
from storage.database import Database
from storage.tables import Asset, Post

T = TypeVar("T")
AGAIN_S = (1.0, 2.0, 5.0, 15.0)
"""Waits after a platform could not be asked; the last one repeats."""
QUIET_S = 30.0
"""Without a change there is nothing to show but pictures that waited for each other."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many messages were taken back, and how many their platform keeps."""

    deleted: int
    left: int


class Delivery:
    """One per process. `adapters` is filled when the platforms' modules are loaded."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        posting: Posting,
        adapters: MutableMapping[str, Adapter],
        worker_id: str | None = None,
    ) -> None:
        """`worker_id`: of several workers this one. Each shows what it carries out. None: nobody else works."""
        self.adapters = adapters
        self._worker_id = worker_id
        self._database = database
        self._changes = changes
        self._posting = posting
        self._progress = Progress()
        self._followed: dict[str, asyncio.Task[None]] = {}

    def follow(self, creation_id: str) -> None:
        """Show a creation from now on, also while it waits in line."""
        if self.adapters and creation_id not in self._followed:
            task = asyncio.create_task(self._follow(creation_id), name=f"delivery of {creation_id}")
            self._followed[creation_id] = task
            task.add_done_callback(lambda _: self._followed.pop(creation_id, None))

    async def finish(self, creation_id: str) -> None:
        """Show the end: every result posted, the status message final. Safe to repeat."""
        if not self.adapters:
            return
        if follower := self._followed.get(creation_id):
            follower.cancel()
            await asyncio.wait({follower})
        await self._end(creation_id)

    def opening(self, creation_id: str) -> AbstractContextManager[None]:
        """While this is entered, a surface of this process opens the pending thread itself."""
        return self._posting.opening(creation_id)

    async def opened(self, creation_id: str, message: MessageRef) -> MessageRef:
        """A surface opened a pending thread with this message; returns the root that counts, perhaps an earlier one."""
        return await self._posting.opened(creation_id, message)

    async def share(self, asset: Asset, thread: ThreadRef, event: str) -> MessageRef:
        """Post one asset in another place.

        Raises:
            Conflict: it cannot be posted there.
        """
        adapter = self.adapters.get(thread.platform)
        message = await self._posting.share(asset, thread, adapter, event) if adapter else None
        if message is None:
            raise Conflict("Easel cannot post here.", "not_posted")
        return message

    async def withdraw(self, written: Sequence[Post]) -> None:
        """Take messages back whose results are gone, or show what is left of them."""
        for post in written:
            await self._taken_back(post, self._posting.withdraw)

    async def withdraw_all(self, user_id: str) -> Withdrawn:
        """Take back every message that stands in a chat because of a person."""
        written = await self._database.read(lambda session: posts.of_user(session, user_id))
        deleted = [await self._taken_back(post, self._posting.remove) for post in written]
        return Withdrawn(sum(deleted), len(deleted) - sum(deleted))

    async def close(self) -> None:
        """Stop following; the next start goes on from the posts' rows."""
        tasks = list(self._followed.values())
        for task in tasks:
            if not task.cancelling():  # a last round that is under way is not cut short
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._posting.close()

    async def _follow(self, creation_id: str) -> None:
        """The boundary of this job: a platform that cannot be asked now is asked again, until the creation ends."""
        failures, news = 0, False
        with trail.of_creation(creation_id), self._changes.listening(creation_id) as changed:
            while True:
                changed.clear()
                try:
                    wait_s = await self._shown(creation_id, news=news)
                    if wait_s is None:
                        return
                    failures = 0
                except Unreachable as error:
                    log.warning("thread_not_shown", creation=creation_id, reason=error.reason)
                    return
                except Exception as error:
                    log.warning("progress_not_shown", creation=creation_id, error=type(error).__name__)
                    await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
                    failures += 1
                    continue
                news = await _or_later(changed, wait_s)

    async def _shown(self, creation_id: str, *, news: bool) -> float | None:
        """Show one state; returns when to look again at the latest, None where nobody needs to.

        `news`: something is to be edited, which must wait for its turn. What is first posted is not held up.
        """
        stands = await self._database.look(lambda session: creations.standing(session, creation_id))
        adapter = self._adapter(stands.thread) if stands else None
        if stands is None or adapter is None:
            return None
        if stands.state.final:
            if not stands.begun:  # it ended in line: no workflow will show that
                await self._end(creation_id)
            return None
        if self._worker_id and stands.begun and stands.worker != self._worker_id:
            return None  # it is shown by whoever carries it out
        pace = adapter.pace(ThreadRef.parse(stands.thread))
        if news:
            await self._progress.turn(creation_id, pace)
        else:
            self._progress.spent(pace)
        held = await _to_its_end(self._posting.show(creation_id, adapter))
        return TOGETHER.total_seconds() if held else QUIET_S

    async def _end(self, creation_id: str) -> None:
        stands = await self._database.look(lambda session: creations.standing(session, creation_id))
        if stands and (adapter := self._adapter(stands.thread)):
            self._progress.spent(adapter.pace(ThreadRef.parse(stands.thread)))
            try:
                await self._posting.show(creation_id, adapter)
            except Unreachable as error:
                log.warning("end_not_shown", creation=creation_id, reason=error.reason)

    async def _taken_back(self, post: Post, act: Callable[[Post, Adapter], Awaitable[None]]) -> bool:
        """The boundary of this job: what a platform refuses stays, and the rest goes."""
        adapter = self._adapter(post.thread)
        if adapter is None:
            return False
        try:
            await act(post, adapter)
        except Exception as error:
            log.warning("message_stays", post=post.id, error=type(error).__name__)
            return False
        return True

    def _adapter(self, thread: str) -> Adapter | None:
        return self.adapters.get(ThreadRef.parse(thread).platform)


async def _to_its_end(round_of_messages: Coroutine[Any, Any, T]) -> T:
    """Let a round end before it is given up: of one cut short nobody knows which messages stand, or stand twice.

    What waits longer than a message may take waits for its platform, and is cut.
    """
    task = asyncio.create_task(round_of_messages)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait({task}, timeout=SETTLES_S)
        finally:  # also where it is given up once more meanwhile, as when the house closes: none outlives its platform
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        raise


async def _or_later(changed: asyncio.Event, within_s: float) -> bool:
    """Wait for a change, and tell whether it came."""
    try:
        async with asyncio.timeout(within_s):
            await changed.wait()
    except TimeoutError:
        return False
    return True
