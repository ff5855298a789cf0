"""Who may start now: fair among people, in order within a thread, decided over our own rows."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Protocol

import structlog
from sqlmodel import Session

from core.creation.sweeps import sweep
from storage import creations
from storage.changes import Changes
from storage.creations import Place
from storage.database import Database

log = structlog.get_logger()
SWEEP_S = 1.0
REST = 1.0
"""Times as long as a look at the line took, before the next."""
LINE_FRESH_S = 0.25
DOORS = 4
"""How many creations are started at once."""
FEW = 100
"""So many creations, in line or running, are read on the loop; more by a thread."""
NEAR = 20
"""So far from the front each place counts."""
TYPICAL_S = 6.0
"""A guess at one creation's length until the first have ended."""
LONG_YIELDS = timedelta(seconds=20)
"""How much later a film counts as having come: what is short goes first, and nothing waits for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may run at once. 0 means no limit."""

    per_user: int = 2
    overall: int = 0


def line(waiting: Sequence[Place], running: Sequence[Place]) -> list[Place]:
    """The order in which waiting creations will start: everybody's first before anybody's second, short ones sooner.

    A person's creations that run already count as theirs, so one person's hundred do not delay another's one.
    """
    turn = Counter(place.user_id for place in running)
    ranked = []
    for place in waiting:
        came = place.created_at + LONG_YIELDS if place.long else place.created_at
        ranked.append((turn[place.user_id], came, place))
        turn[place.user_id] += 1
    return [place for *_, place in sorted(ranked, key=lambda ranks: ranks[:2])]


def admissible(waiting: Sequence[Place], running: Sequence[Place], room: Room) -> list[Place]:
    """Those who may start now, in order."""
    per_user = Counter(place.user_id for place in running)
    free = room.overall - len(running) if room.overall else len(waiting)
    held = _held_threads(waiting, running)
    chosen: list[Place] = []
    for place in line(waiting, running):
        if len(chosen) >= free:
            break
        if (room.per_user and per_user[place.user_id] >= room.per_user) or place.id in held:
            continue
        per_user[place.user_id] += 1
        chosen.append(place)
    return chosen


def _held_threads(waiting: Sequence[Place], running: Sequence[Place]) -> set[str]:
    """Refinements that must wait: something older in their thread has not ended."""
    busy = {place.thread_id for place in running}
    held = set()
    for place in waiting:
        if place.follows and place.thread_id in busy:
            held.add(place.id)
        busy.add(place.thread_id)
    return held


class Crew(Protocol):
    """The other processes that share the database: who admits what, when several may."""

    shows: bool
    """Whether it falls to this worker to show who waits."""

    def say(self) -> None:
        """Tell the others that there may be something to admit."""
        ...

    async def admit(self, room: Room, deadline: timedelta) -> list[str]:
        """Admit this worker's share of what may start now; returns the ids."""
        ...

    async def usual_s(self) -> float | None:
        """How long creations took lately, whoever made them."""
        ...


class Admission:
    """Starts what waits as soon as there is room: on a signal, and by a sweep each second for what a crash left."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        start: Callable[[str], Awaitable[None]],
        worker_id: str,
        room: Room,
        deadline: timedelta,
        waits: Callable[[Place], None] = lambda _: None,
        crew: Crew | None = None,
    ) -> None:
        """`waits` is told, at each look, of every creation that stays in line. `crew`: None where nobody else works."""
        self._database = database
        self._changes = changes
        self._start = start
        self._worker_id = worker_id
        self._room = room
        self._deadline = deadline
        self._waits = waits
        self._crew = crew
        self._woken = asyncio.Event()
        self._told: dict[str, int] = {}
        self._door = asyncio.Semaphore(DOORS)
        self._starts: set[asyncio.Task[None]] = set()
        self._line: tuple[float, list[Place]] = (0.0, [])
        self._seen = 0
        self._typical_s = TYPICAL_S
        self.open = True
        """False while draining: nothing new starts here."""

    def wake(self) -> None:
        """Something came or was taken back: look now, here and elsewhere."""
        self.look()
        if self._crew:
            self._crew.say()

    def look(self) -> None:
        """Look now."""
        self._woken.set()

    async def run(self) -> None:
        """Admit until cancelled."""
        await self._take_up()
        try:
            await sweep("admission", self._pass, SWEEP_S, self._woken, rest=REST)
        finally:
            for task in list(self._starts):
                task.cancel()
            await asyncio.gather(*self._starts, return_exceptions=True)

    async def place(self, creation_id: str) -> tuple[int | None, float | None]:
        """A waiting creation's place in line (1 is next) and about how many seconds until it starts."""
        order = await self._order(creation_id)
        index = next((i for i, place in enumerate(order) if place.id == creation_id), None)
        if index is None:
            return None, None
        side_by_side = self._room.overall or max(1, self._room.per_user) * max(1, len({p.user_id for p in order}))
        if self._crew:
            self._typical_s = await self._crew.usual_s() or self._typical_s
        return index + 1, round((index // side_by_side + 1) * self._typical_s, 1)

    def ended(self, took_s: float) -> None:
        """Learn how long creations take, and look who is next."""
        self._typical_s += 0.1 * (took_s - self._typical_s)
        if self.open:
            self.look()
        else:
            self.wake()  # there is room, and somebody else must use it

    async def _take_up(self) -> None:
        """A crash between admitting and starting leaves a creation that nobody runs: start it (again is free)."""
        running = await self._database.read(lambda session: creations.running_of(session, self._worker_id))
        for creation_id in running:
            await self._start(creation_id)

    async def _pass(self) -> None:
        if not self.open:
            return
        waiting, running = await self._read()
        chosen = admissible(waiting, running, self._room)
        begun = await self._admit(chosen) if chosen else set()
        self._line = (0.0, [])
        if self._crew and not self._crew.shows:
            return
        self._tell([place for place in line(waiting, running) if place.id not in begun])

    def _tell(self, order: Sequence[Place]) -> None:
        """Wake who watches a place that has changed; far behind, a step forward is no news."""
        before, self._told = self._told, {}
        for index, place in enumerate(order):
            shown = index if index < NEAR else index // NEAR * NEAR
            self._told[place.id] = shown
            if before.get(place.id) != shown:
                self._changes.tell(place.id)
            self._waits(place)

    async def _admit(self, chosen: Sequence[Place]) -> set[str]:
        """Admit all in one transaction, and let them start; nobody waits for that but they. Of several workers, each
        takes no more before it has started what it took: what it only holds would wait for its takeover if it died.
        """
        if self._crew:
            return await self._admit_some(self._crew)
        begun = await self._database.change(lambda session: self._admitted(session, chosen))
        for creation_id in begun:
            task = asyncio.create_task(self._begin(creation_id), name=f"start of {creation_id}")
            self._starts.add(task)
            task.add_done_callback(self._starts.discard)
        return set(begun)

    async def _begin(self, creation_id: str) -> None:
        """A few at a time: where the process is busy that takes longer, so new work comes in more slowly, and whoever
        only wants a word does not wait behind a crowd.
        """
        try:
            async with self._door:
                await self._start(creation_id)
        except Exception:  # it is taken up by the next start of this process, or ended once it is overdue
            log.exception("creation_not_started", creation=creation_id)

    async def _admit_some(self, crew: Crew) -> set[str]:
        begun = await crew.admit(self._room, self._deadline)
        for creation_id in begun:
            await self._begin(creation_id)
            self._changes.tell(creation_id)
        return set(begun)

    def _admitted(self, session: Session, chosen: Sequence[Place]) -> list[str]:
        ids = (place.id for place in chosen)
        return [each for each in ids if creations.admit(session, each, self._worker_id, self._deadline)]

    async def _read(self) -> tuple[list[Place], list[Place]]:
        """Who waits, and who runs: without a limit for all, only those on whom somebody in line may have to wait."""
        running = creations.running if self._room.overall else creations.running_before
        look = self._database.look if self._seen <= FEW else self._database.read
        found = await look(lambda session: _places(session, running))
        self._seen = sum(map(len, found))
        return found

    async def _order(self, creation_id: str) -> list[Place]:
        """The line, read anew where it is old, or from before this creation came."""
        read_at, order = self._line
        if monotonic() - read_at > LINE_FRESH_S or all(place.id != creation_id for place in order):
            order = line(*await self._read())
            self._line = (monotonic(), order)
        return order


def _places(session: Session, running: Callable[[Session], list[Place]]) -> tuple[list[Place], list[Place]]:
    """Where nobody waits, nobody asks who runs."""
    waiting = creations.waiting(session)
    return waiting, running(session) if waiting else []
