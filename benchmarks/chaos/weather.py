"""What goes wrong around the house meanwhile: the store, the database, the services, the connections to the chats."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from random import Random

from benchmarks.chaos.house import House
from benchmarks.chaos.journal import Journal
from benchmarks.chaos.world import World
from tests.fakes.openai import Route, faults
from tests.fakes.replicate import outcome as predicted
from tests.fakes.replicate import refusals as at_replicate
from tests.fakes.replicate.wire import behaviour
from tests.fakes.runway import outcome as tasked
from tests.fakes.runway import refusals as at_runway
from tests.postgres import Server as Postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """How bad it is. Ranges are seconds."""

    between_s: tuple[float, float]
    database_s: tuple[float, float] = (5.0, 40.0)
    store_s: tuple[float, float] = (2.0, 15.0)


class Weather:
    """One trouble after the other, until cancelled; each is over before the next begins."""

    def __init__(
        self, world: World, house: House, postgres: Postgres | None, luck: Random, climate: Climate, journal: Journal
    ) -> None:
        self._world, self._house, self._postgres = world, house, postgres
        self._luck, self._climate, self._journal = luck, climate, journal

    async def run(self) -> None:
        """All kinds in turn, in an order of chance."""
        while True:
            kinds = [self._database, self._store, self._services, self._chats, self._services, self._chats]
            self._luck.shuffle(kinds)
            for kind in kinds:
                await asyncio.sleep(self._luck.uniform(*self._climate.between_s))
                await kind()

    # --- what the house leans on ----------------------------------------------------------------------------------

    async def _database(self) -> None:
        least, most = self._climate.database_s
        seconds = self._luck.triangular(least, most, least)
        if self._postgres is None:
            await self._held(seconds)
        elif self._luck.random() < 0.5:
            await self._away("database_stopped", seconds, self._postgres.stop, self._postgres.start)
        else:
            await self._away("database_paused", seconds, self._postgres.pause, self._postgres.resume)

    async def _held(self, seconds: float) -> None:
        """Another process has SQLite's lock and keeps it; where it does not get it, that is nobody's trouble."""
        file = self._house.url.removeprefix("sqlite:///")
        with (
            closing(sqlite3.connect(file, timeout=20, isolation_level=None, check_same_thread=False)) as other,
            suppress(sqlite3.OperationalError),
        ):
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            self._journal.note("database_locked", f"{seconds:.1f}")
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    async def _store(self) -> None:
        store = self._world.s3
        await self._away("store_away", self._luck.uniform(*self._climate.store_s), store.down, store.up)

    async def _away(self, word: str, seconds: float, go: Callable[[], None], come: Callable[[], None]) -> None:
        self._journal.note(word, f"{seconds:.1f}")
        await asyncio.to_thread(go)
        try:
            await asyncio.sleep(seconds)
        finally:
            await asyncio.shield(asyncio.to_thread(come))

    # --- services -------------------------------------------------------------------------------------------------

    async def _services(self) -> None:
        """Faults that must not cost anything twice, and need not cost a person their result."""
        kinds: list[Callable[[], None]] = [self._throttled, self._failing_looks, self._failing_models, self._planner]
        kind = self._luck.choice(kinds)
        self._journal.note("service_trouble", kind.__name__.strip("_"))
        kind()

    def _throttled(self) -> None:
        makers = self._world.makers
        makers.replicate.script("create", *[at_replicate.throttled(1)] * 2)
        makers.runway.script("create", *[at_runway.throttled(1)] * 2)
        makers.weather[Route.IMAGES_GENERATE].once += [faults.RateLimited(0.5)] * 2

    def _failing_looks(self) -> None:
        makers = self._world.makers
        makers.replicate.script("get", *[at_replicate.server_error()] * 4, behaviour.html_page(), behaviour.drops())
        makers.runway.script("retrieve", *[at_runway.server_error()] * 4, behaviour.html_page(), behaviour.drops())

    def _failing_models(self) -> None:
        """What fails there is not charged."""
        self._world.makers.replicate.outcomes.append(predicted.fails())
        self._world.makers.runway.outcomes.append(tasked.fails())

    def _planner(self) -> None:
        self._world.makers.weather[Route.RESPONSES].once += [faults.Status(503), faults.RateLimited(0.5), faults.Drop()]

    # --- chats ----------------------------------------------------------------------------------------------------

    async def _chats(self) -> None:
        gateway, sockets = self._world.discord.gateway, self._world.slack.sockets
        gateway.told_again = 20
        kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "gateway_dropped": _now(gateway.drop),
            "gateway_left": _now(gateway.ask_to_reconnect),
            "gateway_invalid": _now(gateway.invalidate),
            "socket_dropped": _now(sockets.drop),
            "socket_refreshed": sockets.refresh,
        }
        word = self._luck.choice(list(kinds))
        self._journal.note("connection_trouble", word)
        await kinds[word]()
        self._world.slack.deliveries.copies = self._luck.choice((1, 2))


def _now(work: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def done() -> None:
        work()

    return done
