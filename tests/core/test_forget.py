"""A person is forgotten wholly, and nobody else loses anything."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from bot.machines import Timing
from bot.settings import Settings
from core.errors import NotFound
from core.providers.base import Kind
from core.safekeeping.tombstones import FOLDER
from storage.finding import Query
from storage.tables import CreationState
from tests.fakes import media
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way, models
from tests.outsider import dump

pytestmark = pytest.mark.each_database

PRIVATE = "a clandestine lighthouse"
PAID = models(image_usd=0.01)


def scripted() -> ScriptedPlanner:
    turn = calls(
        picture(PRIVATE), call("animate", image="call:0", prompt=PRIVATE), call("generate_speech", text=PRIVATE)
    )
    script = {PRIVATE: [turn], "bob's": [calls(picture("bob's"))]}
    return ScriptedPlanner(by_prompt=script, price_micros=1_000)


def traces(settings: Settings, *words: str) -> dict[str, list[str]]:
    """Where words or ids are still found: tables, file names, and bytes of whole files."""
    folder = settings.data_dir
    found: dict[str, list[str]] = {}
    for word in words:
        tables = [
            table
            for url in {settings.easel_database, settings.engine_database}
            for table, rows in dump(url).items()
            if word in str(rows)
        ]
        paths = [str(path.relative_to(folder)) for path in folder.rglob("*") if word in path.name]
        raw = [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
        if tables or paths or raw:
            found[word] = tables + paths + raw
    return found


async def kept(house: House) -> list[str]:
    """Every stored object but the tombstones, which tell nothing of anybody."""
    return [key for key in await house.app.objects.keys() if not key.startswith(FOLDER)]


async def upload(house: House, user_id: str, tmp_path: Path) -> str:
    source = tmp_path / "photo.png"
    media.image(source, 5)
    return (await house.app.studio.upload(user_id, source, f"{PRIVATE}.png")).id


async def test_rows_files_thumbnails_index_spool_and_workflows_are_gone_and_the_other_s_all_there(
    settings: Settings, tmp_path: Path
) -> None:
    provider = ScriptedProvider(default=Way(cost_micros=5_000))
    async with opened(settings, planner=scripted(), provider=provider, catalogue=PAID) as house:
        hers = [await house.made(PRIVATE) for _ in range(3)]
        await upload(house, house.ada, tmp_path)
        his = [await house.made("bob's", by=house.bob) for _ in range(3)]
        await house.app.thumbnails.drained()
        await house.app.sidecars.drained()
        objects = await house.app.objects.keys(house.bob)
        spent = (await house.budgets())["total"].spent_micros
        receipt = await house.app.studio.forget(house.ada)
        assert (receipt.creations, receipt.assets) == (3, 10)
        with pytest.raises(NotFound):
            await house.app.studio.creation(house.ada, hers[0].id)
        assert await house.app.studio.gallery(house.ada, Query(words="clandestine")) == ([], None)
        assert len((await house.app.studio.gallery(house.bob, Query(words="bob's")))[0]) == 3
        assert [await house.app.studio.creation(house.bob, view.id) for view in his] == [
            await house.end(view, by=house.bob) for view in his
        ]
        assert await kept(house) == objects
        total = (await house.budgets())["total"]
        assert total.reserved_micros == 0
        assert sum(charge.settled_micros for charge in await house.charges()) == total.spent_micros == spent
        assert house.app.engine
        engine = await house.app.engine
        assert await engine.unfinished() == set()
        gone = (house.ada, *(view.id for view in hers))
        assert traces(settings, "clandestine", house.ada) == {}, "while Easel runs on"
    assert traces(settings, "clandestine", *gone) == {}


async def test_running_work_is_stopped_first_and_its_money_given_back(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with opened(settings, planner=scripted(), provider=provider, catalogue=PAID) as house:
        view = await house.ask(PRIVATE)
        await house.until(view, lambda _: provider.polls.total() > 0)
        waiting = [await house.ask(PRIVATE) for _ in range(3)]
        async with asyncio.timeout(6):
            await house.app.studio.forget(house.ada)
        assert provider.cancels.total() >= 1
        assert (await house.budgets())["total"].reserved_micros == 0
        gone = (house.ada, view.id, *(each.id for each in waiting))
    assert traces(settings, "clandestine", *gone) == {}


async def test_what_finishes_after_its_owner_was_forgotten_is_discarded(settings: Settings) -> None:
    """The provider takes no notice of a cancellation, so its file comes when the rows are long gone."""
    provider = Deaf(default=Way(after_s=3))
    async with opened(settings, provider=provider, timing=Timing(forgetting_waits_s=1)) as house:
        view = await house.ask(PRIVATE)
        await house.until(view, lambda _: bool(provider.orders))
        await house.app.studio.forget(house.ada)
        assert not provider.ended.is_set()
        async with asyncio.timeout(10):
            await provider.ended.wait()
        await asyncio.sleep(0.5)
        assert await kept(house) == []
        assert list(house.app.spool.folder.iterdir()) == []
    assert traces(settings, house.ada, view.id) == {}


class Deaf(ScriptedProvider):
    """Goes on to the end whatever happens."""

    ended: asyncio.Event

    async def submit(self, order):  # type: ignore[no-untyped-def]
        self.ended = asyncio.Event()
        work = asyncio.ensure_future(super().submit(order))
        try:
            while not work.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.shield(work)
            return work.result()
        finally:
            self.ended.set()


async def test_nothing_new_is_taken_from_a_forgotten_person(house: House, tmp_path: Path) -> None:
    await house.made(PRIVATE)
    await house.app.studio.forget(house.ada)
    with pytest.raises(NotFound):
        await house.ask(PRIVATE)
    with pytest.raises(NotFound):
        await upload(house, house.ada, tmp_path)
    with pytest.raises(NotFound):
        await house.app.studio.forget(house.ada)
    assert await kept(house) == []


async def test_forgetting_begun_by_a_process_that_died_is_finished_by_the_next(settings: Settings) -> None:
    from storage import deletion

    async with opened(settings, planner=scripted(), catalogue=PAID) as house:
        view = await house.made(PRIVATE)
        his = await house.made("bob's", by=house.bob)
        await house.app.thumbnails.drained()
        await house.app.database.write(lambda session: deletion.mark(session, house.ada))
    async with opened(settings, planner=scripted(), catalogue=PAID) as again:
        async with asyncio.timeout(10):
            while await again.read(deletion.marked):
                await asyncio.sleep(0.05)
        assert (await again.app.studio.creation(house.bob, his.id)).state == CreationState.SUCCEEDED
    assert traces(settings, "clandestine", view.id) == {}


async def test_a_deleted_asset_takes_its_file_and_its_thumbnail_along(settings: Settings) -> None:
    async with opened(settings) as house:
        view = await house.made("a lighthouse")
        asset = view.assets[0]
        await house.app.thumbnails.drained()
        await house.app.sidecars.drained()
        assert len(await kept(house)) == 3
        with pytest.raises(NotFound):
            await house.app.studio.delete(house.bob, asset.id)
        await house.app.studio.delete(house.ada, asset.id)
        assert await kept(house) == []
        with pytest.raises(NotFound):
            await house.app.studio.delete(house.ada, asset.id)
        assert (await house.app.studio.creation(house.ada, view.id)).assets == ()
        assert (await house.app.studio.gallery(house.ada, Query(kind=Kind.IMAGE)))[0] == []
