"""The database and the store of files, watched."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Generic, TypeVar

import structlog
from sqlmodel import Session

from bot.watch.watch import Call, Watch, calling
from storage.database import Database
from storage.errors import StorageBusy, StoreAway
from storage.objects import ObjectStore, Stored

T = TypeVar("T")
log = structlog.get_logger()
KINDS = ("read", "write", "record")


class WatchedDatabase(Database):
    """A database whose transactions are timed: how long each waited for its turn, and when it was done."""

    def __init__(self, url: str, watch: Watch) -> None:
        super().__init__(url)
        figures = watch.figures
        # looked up once: three transactions are a millisecond's work, their labels should be none
        self._wait = {kind: figures.database_wait.labels(kind) for kind in KINDS}
        self._seconds = {kind: figures.database_seconds.labels(kind) for kind in KINDS}
        self._given_up = {kind: figures.database_busy.labels(kind) for kind in KINDS}

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run a query."""
        return await self._timed("read", super().read, work)

    async def look(self, work: Callable[[Session], T]) -> T:
        """Run a small query by keys. SQLite answers it at once: it waits for no turn."""
        if not self.is_sqlite:
            return await self._timed("read", super().look, work)
        asked = perf_counter()
        try:
            return await super().look(work)
        finally:
            self._seconds["read"].observe(perf_counter() - asked)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction."""
        return await self._timed("write", super().write, work)

    async def change(self, work: Callable[[Session], T]) -> T:
        """Run one small transaction by keys."""
        return await self._timed("write", super().change, work)

    async def record(self, work: Callable[[Session], T]) -> T:
        """Run one transaction of an incoming wish."""
        return await self._timed("record", super().record, work)

    async def _timed(
        self, kind: str, way: Callable[[Callable[[Session], T]], Awaitable[T]], work: Callable[[Session], T]
    ) -> T:
        lap = _Lap(work)
        try:
            return await way(lap.work)
        except StorageBusy:
            self._given_up[kind].inc()
            raise
        finally:
            self._note(kind, lap)

    def _note(self, kind: str, lap: "_Lap[T]") -> None:
        done = perf_counter()
        self._wait[kind].observe((lap.began or done) - lap.asked)
        self._seconds[kind].observe(done - lap.asked)


class _Lap(Generic[T]):
    """When a transaction was asked for, and when it began."""

    __slots__ = ("_work", "asked", "began")

    def __init__(self, work: Callable[[Session], T]) -> None:
        self.asked = perf_counter()
        self.began = 0.0
        self._work = work

    def work(self, session: Session) -> T:
        self.began = self.began or perf_counter()
        return self._work(session)


class WatchedObjects:
    """Does what the store does."""

    def __init__(self, objects: ObjectStore, watch: Watch) -> None:
        self._objects = objects
        self._watch = watch
        self._away = False

    @property
    def itself(self) -> ObjectStore:
        """The store that is watched, for whoever asks what kind it is."""
        return self._objects

    async def put(self, key: str, source: Path | bytes, media_type: str, *, shared: bool = False) -> None:
        """Store a file."""
        await self._watched("put", self._objects.put(key, source, media_type, shared=shared))

    async def size(self, key: str) -> int | None:
        """Bytes stored under a key."""
        return await self._watched("size", self._objects.size(key))

    async def fetch(self, key: str, folder: Path) -> Path:
        """A local file."""
        return await self._watched("fetch", self._objects.fetch(key, folder))

    def local(self, key: str) -> Path | None:
        """The object's own path."""
        return self._objects.local(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """Chunks."""
        return self._objects.open(key, start, length)

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        """A link, which is made without asking anybody."""
        return await self._objects.url(key, expires_s, media_type, disposition)

    async def delete(self, key: str) -> None:
        """Remove an object."""
        await self._watched("delete", self._objects.delete(key))

    async def delete_all(self, prefix: str) -> int:
        """Remove everything under a prefix."""
        return await self._watched("delete_all", self._objects.delete_all(prefix))

    async def keys(self, prefix: str = "") -> list[str]:
        """Every key."""
        return await self._watched("keys", self._objects.keys(prefix))

    def listing(self, prefix: str = "") -> AsyncIterator[list[Stored]]:
        """Pages of what is stored."""
        return self._objects.listing(prefix)

    def close(self) -> None:
        """Finish what runs."""
        self._objects.close()

    async def _watched(self, act: str, work: Awaitable[T]) -> T:
        with calling(partial(self._note, act), _why) as call:
            result = await work
            call.outcome = "ok"
        return result

    def _note(self, act: str, call: Call) -> None:
        figures = self._watch.figures
        figures.store_calls.labels(act, call.outcome).inc()
        figures.store_seconds.labels(act).observe(call.seconds)
        if call.outcome == "away" and not self._away:
            figures.outages.inc()
        if call.outcome in ("away", "ok"):
            self._away = call.outcome == "away"
        if act == "put":
            self._watch.span("store", call.began, failed="" if call.outcome == "ok" else call.outcome)
        log.debug("store_called", act=act, outcome=call.outcome, seconds=round(call.seconds, 3))


def _why(error: Exception) -> str:
    if isinstance(error, StoreAway):
        return "away"
    return "missing" if isinstance(error, FileNotFoundError) else "failed"
