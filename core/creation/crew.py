"""Several processes over one PostgreSQL: each worker takes its share of what waits, and all tell each other."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import ceil
from time import monotonic

from sqlmodel import Session

from core.creation.admission import Room, admissible
from core.creation.heartbeat import Heartbeat
from storage import creations, workers
from storage.creations import Place
from storage.database import Database
from storage.notices import MISSED, Notices
from storage.tables import now

LEFT_TO_OTHERS = timedelta(seconds=1)
"""How long a wish is left to the worker that has less to do; then it is anybody's."""
USUAL_EVERY_S = 10.0
WISH = "wish"
"""What processes tell each other when there may be something to admit."""


def share(
    chosen: Sequence[Place], running: Sequence[Place], crew: Sequence[str], worker_id: str, at: datetime
) -> list[Place]:
    """Of those who may start now, the ones that this worker takes: as many as leave all with equally much to do."""
    own = sum(place.worker == worker_id for place in running)
    fair = ceil((len(running) + len(chosen)) / max(1, len(crew)))
    taken: list[Place] = []
    for place in chosen:
        if own + len(taken) < fair or at - place.created_at > LEFT_TO_OTHERS:
            taken.append(place)
    return taken


class Crew:
    """This process among the others. Without a heartbeat it carries out nothing, and only speaks."""

    def __init__(self, database: Database, notices: Notices, heartbeat: Heartbeat | None) -> None:
        self._database = database
        self._notices = notices
        self._heartbeat = heartbeat
        self._usual: tuple[float, float | None] = (-USUAL_EVERY_S, None)
        self.shows = False
        """Whether it falls to this worker to show who waits: to the one that has been there longest."""

    def hear(self, look: Callable[[], None]) -> None:
        """Look whenever another process says that there may be something to admit."""
        self._notices.hear(lambda word, _: look() if word in (WISH, MISSED) else None)

    def say(self) -> None:
        """Tell the others that there may be something to admit."""
        self._notices.say(WISH)

    async def admit(self, room: Room, deadline: timedelta) -> list[str]:
        """Admit this worker's share of what may start now; returns the ids."""
        heartbeat = self._heartbeat
        if heartbeat is None or not heartbeat.certain:
            return []

        def work(session: Session) -> list[str]:
            creations.admitting(session)
            if not workers.holds(session, heartbeat.id):
                return []
            waiting, running = creations.waiting(session), creations.running(session)
            crew = [each.id for each in workers.living(session, heartbeat.rhythm.ttl)]
            mine = share(admissible(waiting, running, room), running, crew, heartbeat.id, now())
            return [place.id for place in mine if creations.admit(session, place.id, heartbeat.id, deadline)]

        return await self._database.write(work)

    async def take(self, creation_id: str) -> bool:
        """Make a creation this worker's, whoever had it; False where this one may carry out nothing any more."""
        heartbeat = self._heartbeat
        if heartbeat is None:
            return False
        if await self._database.read(lambda session: creations.worker_of(session, creation_id)) == heartbeat.id:
            return True

        def work(session: Session) -> bool:
            if not workers.holds(session, heartbeat.id):
                return False
            workers.take(session, creation_id, heartbeat.id)
            return True

        return await self._database.write(work)

    async def look_around(self) -> None:
        """Learn who is there: the eldest shows who waits."""
        if self._heartbeat:
            ttl = self._heartbeat.rhythm.ttl
            found = await self._database.read(lambda session: workers.living(session, ttl))
            self.shows = bool(found) and found[0].id == self._heartbeat.id

    async def usual_s(self) -> float | None:
        """How long creations took lately, whoever made them."""
        read_at, usual = self._usual
        if monotonic() - read_at > USUAL_EVERY_S:
            usual = await self._database.read(creations.usual_s)
            self._usual = (monotonic(), usual)
        return usual
