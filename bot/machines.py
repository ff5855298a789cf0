"""Easel among others on one PostgreSQL: who this process is, what it hears of them, what it alone may do."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.settings import Settings
from core.chat import Adapter
from core.creation.crew import Crew
from core.creation.fence import FencedAdapter, FencedProvider
from core.creation.heartbeat import RHYTHM, Heartbeat, Rhythm
from core.people.deletion import WAIT_S
from core.providers.base import Provider
from storage.allowances import Rate, Shared
from storage.database import Database
from storage.leader import LEASE, Leader, Lease
from storage.notices import Notices

CREATES = {"replicate": Rate(per_s=9.5, burst=20)}
"""Replicate takes 600 creates a minute (https://replicate.com/docs/topics/predictions/rate-limits)."""
LEFT = "left"
"""What a worker says last of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How soon the silent count as dead, and what does not stop is left behind; tests are in more of a hurry."""

    rhythm: Rhythm = RHYTHM
    lease: Lease = LEASE
    forgetting_waits_s: float = WAIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """On SQLite, where one process works, there is nobody else: every part is None."""

    worker_name: str
    timing: Timing
    database: Database
    notices: Notices | None = None
    heartbeat: Heartbeat | None = None
    crew: Crew | None = None

    @property
    def worker_id(self) -> str:
        """As this process signs what it carries out."""
        return self.heartbeat.id if self.heartbeat else self.worker_name

    @property
    def among_others(self) -> str | None:
        """The same where there are others, else None."""
        return self.heartbeat.id if self.heartbeat else None

    def leader(self, name: str) -> Leader | None:
        """Who stands for the one process that holds a thing; None where there is only one anyway."""
        return Leader(self.database.url, name, self.timing.lease) if self.notices else None

    def shared(self, key: str, rate: Rate) -> Shared | None:
        """What all processes together may do; None where there is only one, which can count by itself."""
        return Shared(self.database, key, rate) if self.notices else None

    def adapter(self, adapter: Adapter) -> Adapter:
        """An adapter that writes only while this worker surely counts as alive."""
        return FencedAdapter(adapter, self.heartbeat.sure) if self.heartbeat else adapter

    def providers(self, providers: Mapping[str, Provider]) -> dict[str, Provider]:
        """Providers that are asked only while this worker surely counts as alive."""
        if self.heartbeat is None:
            return dict(providers)
        sure = self.heartbeat.sure
        shared = {name: Shared(self.database, f"{name}:creates", rate) for name, rate in CREATES.items()}
        return {name: FencedProvider(each, sure, shared.get(name)) for name, each in providers.items()}

    async def take_late(self, creation_id: str) -> bool:
        """Whether a creation that nobody ended in time is to be ended here; then it is this worker's."""
        if self.heartbeat is None or self.crew is None:
            return True
        return self.crew.shows and await self.crew.take(creation_id)

    async def join(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Be there for the others, before anything is carried out; returns what then runs as long as the house stands.

        Raises:
            NameTaken: another worker of this name lives.
        """
        if self.heartbeat is None:
            return {}
        await self.heartbeat.begin()
        return {"heartbeat": self.heartbeat.run()}

    def listening(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs as long as the house stands."""
        return {"notices": self.notices.run()} if self.notices else {}

    async def leave(self) -> None:
        """Last of all: others may take what is not done."""
        if self.heartbeat:
            await self.heartbeat.leave()
        if self.notices:
            if self.heartbeat:
                self.notices.say(LEFT)
            await self.notices.close()


def machines(settings: Settings, database: Database, *, worker: bool, timing: Timing) -> Machines:
    """Made of the settings; nothing is told to anybody yet."""
    if database.is_sqlite:
        return Machines(worker_name=settings.worker_id, timing=timing, database=database)
    named = settings.worker_id if "worker_id" in settings.model_fields_set else None
    notices = Notices(database)
    heartbeat = Heartbeat(database, named, timing.rhythm) if worker else None
    return Machines(
        worker_name=settings.worker_id,
        timing=timing,
        database=database,
        notices=notices,
        heartbeat=heartbeat,
        crew=Crew(database, notices, heartbeat),
    )
