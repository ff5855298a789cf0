"""A person is forgotten by whoever asked it, though a sweep comes along: the receipt tells what there was."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlmodel import Session, col, update

from bot.settings import Settings
from core.creation import thumbnails
from core.creation.delivery import Withdrawn
from core.people.deletion import Deletion
from core.safekeeping.tombstones import FOLDER
from storage import deletion
from storage.database import Database
from storage.tables import Creation, CreationState
from tests.fakes.house import House, opened

pytestmark = pytest.mark.each_database
T = TypeVar("T")


class Late(Database):
    """Something happens between the end of its next transaction and the answer."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def write(self, work: Callable[[Session], T]) -> T:
        done = await super().write(work)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return done


class Withdrawals:
    """Nothing stands in chats; when each person's messages were taken back is noted."""

    def __init__(self) -> None:
        self.of: list[str] = []

    async def __call__(self, user_id: str) -> Withdrawn:
        self.of.append(user_id)
        return Withdrawn(0, 0)


@pytest.fixture
async def filled(settings: Settings) -> AsyncIterator[House]:
    """A house without a worker, in which Ada has a picture and its thumbnail."""
    async with opened(settings) as house:
        await house.made()
        await house.app.thumbnails.drained()
        await house.app.sidecars.drained()
    async with opened(settings, worker=False) as house:
        yield house


@pytest.fixture
async def late(filled: House) -> AsyncIterator[Late]:
    database = Late(filled.app.database.url)
    yield database
    database.close()


def worker(house: House, database: Database, withdraw: Withdrawals) -> Deletion:
    async def forget_workflows(ids: list[str]) -> None:
        pass

    app = house.app
    settled = app.thumbnails.settled
    return Deletion(database, app.objects, app.spool, app.stops, forget_workflows, withdraw, settled)


async def until_nobody_is_marked(house: House) -> None:
    async with asyncio.timeout(10):
        while await house.read(deletion.marked):
            await asyncio.sleep(0.02)


async def test_the_receipt_tells_what_there_was_also_where_another_worker_was_faster(filled: House, late: Late) -> None:
    other = worker(filled, filled.app.database, Withdrawals())

    async def swept() -> None:
        sweep = asyncio.create_task(other.run())
        await until_nobody_is_marked(filled)
        sweep.cancel()
        await asyncio.gather(sweep, return_exceptions=True)

    late.meanwhile = swept
    receipt = await worker(filled, late, Withdrawals()).forget(filled.ada)
    assert (receipt.assets, receipt.objects, receipt.thumbnails) == (1, 3, 1)


async def test_the_sweep_of_a_worker_leaves_alone_whom_it_is_forgetting_already(filled: House, late: Late) -> None:
    withdrawals = Withdrawals()
    mine = worker(filled, late, withdrawals)
    view = await filled.ask()
    await stands(filled, view.id, CreationState.RUNNING)
    sweeps: list[asyncio.Task[None]] = []

    async def sweep_begins() -> None:
        sweeps.append(asyncio.create_task(mine.run()))
        await asyncio.sleep(0.5)

    late.meanwhile = sweep_begins
    forgetting = asyncio.create_task(mine.forget(filled.ada))
    await asyncio.sleep(1)
    assert sweeps
    assert withdrawals.of == [], "what runs is waited for"
    await stands(filled, view.id, CreationState.CANCELLED)
    receipt = await forgetting
    sweeps[0].cancel()
    await asyncio.gather(*sweeps, return_exceptions=True)
    assert withdrawals.of == [filled.ada]
    assert receipt.objects == 3


async def stands(house: House, creation_id: str, state: CreationState) -> None:
    moved = update(Creation).where(col(Creation.id) == creation_id).values(state=state)
    await house.app.database.write(lambda session: session.exec(moved) and None)


async def test_a_small_picture_that_is_stored_while_they_go_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(settings) as house:
        put = house.app.objects.put
        told: list[str] = []
        made, nearly = asyncio.Event(), asyncio.Event()

        async def slowly(key: str, source: Path, media_type: str, **more: Any) -> None:
            """The small picture comes when all is deleted, or, if that waits for it, in a while."""
            if key.endswith(thumbnails.ENDING):
                made.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(nearly.wait(), 2)
                await put(key, source, media_type, **more)
                await asyncio.sleep(1)
                return
            if key.startswith(FOLDER):
                told.append(key)
            if len(told) == 2:  # the end of it is told: nothing is deleted any more
                nearly.set()
                await asyncio.sleep(0.1)
            await put(key, source, media_type, **more)

        monkeypatch.setattr(house.app.objects, "put", slowly)
        await house.made()
        await made.wait()
        await house.app.studio.forget(house.ada)
        assert await house.app.objects.keys(house.ada) == []
