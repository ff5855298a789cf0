"""Who is told that a creation changed: a signal inside the process, and one cheap poll for changes from outside.

The poll runs every 250 ms, for all listeners of a process together, and only while anyone listens. On PostgreSQL
processes tell each other, and the poll is only the net below that: it is slow, unless nobody can be heard.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

import structlog
from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage import creations, rows
from storage.database import Database
from storage.errors import NotOurs, StorageBusy
from storage.notices import MISSED, Notices
from storage.tables import Creation

T = TypeVar("T")
AGAIN_S = 0.5
POLL_S = 0.25
NET_S = 2.0
"""Between two polls, while what other processes change is heard."""
CHANGED = "changed"
ENDED = "ended"
"""What processes tell each other of a creation."""
FLEET = 10
"""With more creations watched than this, each is looked at less often."""

_CREATIONS = rows.table_of(Creation).c
_OWNER = columns(_CREATIONS.worker).where(_CREATIONS.id == bindparam("of")).with_for_update(**rows.LOCKED)
"""Built once: asked at every change."""

log = structlog.get_logger()


class Listener(asyncio.Event):
    """Set after each change, but not sooner after it was last cleared than its pace."""

    def __init__(self, pace_s: float) -> None:
        super().__init__()
        self.seen = 0
        """The newest revision that its owner has read, or was woken for: the poll does not wake it for that again."""
        self._pace_s = pace_s
        self._due = 0.0
        self._later: asyncio.TimerHandle | None = None

    def clear(self) -> None:
        """Wait for the next change."""
        super().clear()
        self._due = asyncio.get_running_loop().time() + self._pace_s
        if self._later:
            self._later.cancel()
            self._later = None

    def tell(self, *, at_once: bool = False) -> None:
        """There is a change: wake the owner now, or as soon as the pace allows."""
        loop = asyncio.get_running_loop()
        if at_once or loop.time() >= self._due:
            self.set()
        elif self._later is None:
            self._later = loop.call_at(self._due, self.set)


class Changes:
    """Wakes those who watch a creation; says only that something changed, never what."""

    def __init__(self, database: Database, notices: Notices | None = None, worker_id: str | None = None) -> None:
        """`worker_id`: of several workers this one, which changes no creation of another. None: nobody else works."""
        self._database = database
        self._notices = notices
        self._worker_id = worker_id
        if notices:
            notices.hear(self._heard)
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None

    def tell(self, creation_id: str, *, at_once: bool = False) -> None:
        """Wake the listeners of one creation: each at its pace, or all at once, as for an end."""
        self._tell(creation_id, at_once=at_once)
        if self._notices:
            self._notices.say(ENDED if at_once else CHANGED, (creation_id,))

    async def write(self, creation_id: str, work: Callable[[Session], T], *, at_once: bool = False) -> T:
        """Run one transaction that changes a creation on the way to its end, then tell who watches it.

        A busy database is asked again as long as it takes: a ticket, or an answer that was paid for, stands nowhere
        else until it is written.

        Raises:
            NotOurs: another worker carries it out. Nothing was stored.
        """
        while True:
            try:
                result = await self._database.change(self._owned(creation_id, work))
            except StorageBusy:
                log.warning("storage_busy_again_soon")
                await asyncio.sleep(AGAIN_S)
            else:
                self.tell(creation_id, at_once=at_once)
                return result

    async def still_ours(self, creation_id: str) -> bool:
        """Whether no other worker has taken a creation over, as far as a look can tell."""
        if self._worker_id is None:
            return True
        found = await self._database.look(lambda session: creations.worker_of(session, creation_id))
        return found in (None, self._worker_id)

    def _owned(self, creation_id: str, work: Callable[[Session], T]) -> Callable[[Session], T]:
        """The work, once the row says that it is ours, which it then says until the end of the transaction."""
        if self._worker_id is None:
            return work

        def guarded(session: Session) -> T:
            if any(row.worker not in (None, self._worker_id) for row in rows.read(session, _OWNER, of=creation_id)):
                raise NotOurs
            return work(session)

        return guarded

    def _tell(self, creation_id: str, *, at_once: bool) -> None:
        for listener in self._listeners.get(creation_id, ()):
            listener.tell(at_once=at_once)

    def _heard(self, word: str, ids: list[str]) -> None:
        """Another process changed something."""
        for creation_id in list(self._listeners) if word == MISSED else ids:
            self._tell(creation_id, at_once=word == ENDED)

    @contextlib.contextmanager
    def listening(self, creation_id: str, pace_s: float = 0.0) -> Iterator[Listener]:
        """An event that is set after each change while the block runs, `pace_s` seconds apart at least."""
        event = Listener(pace_s * max(1.0, len(self._listeners) / FLEET))
        self._listeners[creation_id].add(event)
        self._start()
        try:
            yield event
        finally:
            self._leave(creation_id, event)

    async def close(self) -> None:
        """Stop polling."""
        if self._poller:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    def _leave(self, creation_id: str, event: Listener) -> None:
        self._listeners[creation_id].discard(event)
        if not self._listeners[creation_id]:
            del self._listeners[creation_id]

    def _start(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(), name="changes")

    async def _poll(self) -> None:
        while self._listeners:
            await asyncio.sleep(NET_S if self._notices and self._notices.up else POLL_S)
            for creation_id, revision in await self._revisions(list(self._listeners)):
                self._tell_unseen(creation_id, revision)

    def _tell_unseen(self, creation_id: str, revision: int) -> None:
        for listener in self._listeners.get(creation_id, ()):
            if listener.seen != revision:
                listener.seen = revision
                listener.tell()

    async def _revisions(self, ids: list[str]) -> list[tuple[str, int]]:
        def work(session: Session) -> list[tuple[str, int]]:
            query = select(Creation.id, Creation.revision).where(col(Creation.id).in_(ids))
            return [(creation_id, revision) for creation_id, revision in session.exec(query)]

        try:
            return await self._database.read(work)
        except Exception:  # a poll that fails is simply made again
            return []
