"""A bucket that is away for a while: what was made waits on this machine, is stored later, and is never made again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from core.creation.spool import SLIP
from core.creation.view import CreationView
from core.errors import Busy
from core.providers.base import Order, Output, Refused, Ticket
from storage.errors import StoreAway
from storage.tables import CreationState
from tests.core.test_restart import audit
from tests.core.victim import PAID
from tests.fakes import media
from tests.fakes import s3 as fake
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.s3 import S3Server, Trouble

COSTS = Way(cost_micros=90_000)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as running:
        yield running


@pytest.fixture
def far(server: S3Server, tmp_path: Path) -> Settings:
    values: dict[str, Any] = {"EASEL_DATA_DIR": tmp_path / "data", **server.environment}
    return Settings(_env_file=None, **values)


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedProvider]:
    yield ScriptedProvider(default=COSTS)


async def made(settings: Settings) -> None:
    """Wait until what was paid for lies in the spool, with its slip."""
    async with asyncio.timeout(10):
        while not list((settings.data_dir / "spool").glob(f"*/{SLIP}")):
            await asyncio.sleep(0.02)


async def well(house: House, server: S3Server, view: CreationView, provider: ScriptedProvider) -> None:
    """It came to its end, once, and everything lies in the bucket."""
    ended = await house.end(view, within_s=40)
    assert (ended.state, len(ended.assets)) == (CreationState.SUCCEEDED, 1)
    assert ended.cost_usd == pytest.approx(0.09)
    await audit(house)
    assert len(server.shelf.objects) == 2
    assert provider.submits.total() == 1


TROUBLES = {
    "refuses": fake.fails("AccessDenied"),
    "busy": fake.slow_down(),
    "forgets": fake.forgets(),
    "a gateway speaks": fake.gateway_page(),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_what_a_store_did_not_keep_is_stored_when_it_does(
    server: S3Server, far: Settings, provider: ScriptedProvider, trouble: Trouble
) -> None:
    server.always("PutObject", trouble)
    async with opened(far, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await made(far)
        await asyncio.sleep(2)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final
        server.always("PutObject", None)
        await well(house, server, view, provider)


async def test_an_outage_is_sat_out_without_making_anything_again(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
        await asyncio.sleep(5)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final
        server.up()
        await well(house, server, view, provider)


async def test_an_outage_is_sat_out_over_a_restart(server: S3Server, far: Settings, provider: ScriptedProvider) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
    later = ScriptedProvider(default=COSTS)
    async with opened(far, provider=later, catalogue=PAID) as house:
        await asyncio.sleep(2)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final
        server.up()
        await well(house, server, view, provider)
    assert later.submits.total() == 0


async def test_a_store_that_comes_back_between_two_starts_gets_what_was_made(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
    server.up()
    later = ScriptedProvider(default=COSTS)
    async with opened(far, provider=later, catalogue=PAID) as house:
        await well(house, server, view, provider)
    assert later.submits.total() == 0


async def test_a_wish_that_works_from_a_stored_picture_waits_for_the_store_before_it_pays(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        first = await house.made()
        await house.app.thumbnails.drained()
        server.down()
        from core.wishes import Action

        view = await house.ask("", action=Action.VARY, inputs=(first.assets[0].id,))
        await asyncio.sleep(2)
        assert provider.submits.total() == 1
        server.up()
        assert (await house.end(view, within_s=40)).state == CreationState.SUCCEEDED
    assert provider.submits.total() == 2


async def test_an_upload_while_the_store_is_away_is_told_to_come_again(
    server: S3Server, far: Settings, tmp_path: Path
) -> None:
    async with opened(far, worker=False) as house:
        server.down()
        with pytest.raises(Busy):
            await house.app.studio.upload(house.ada, media.image(tmp_path / "a.png", 1).path, "a.png")
        server.up()
        assert (await house.app.studio.upload(house.ada, tmp_path / "a.png", "a.png")).kind == "upload"


async def test_nothing_is_half_deleted_while_the_store_is_away(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        asset = (await house.made()).assets[0]
        await house.app.thumbnails.drained()
        server.down()
        with pytest.raises(StoreAway):
            await house.app.studio.delete(house.ada, asset.id)
        server.up()
        assert await house.app.studio.content(house.ada, asset.id)
        await house.app.studio.delete(house.ada, asset.id)
    assert server.shelf.objects == {}


async def test_forgetting_goes_on_when_the_store_is_back(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        await house.made()
        await house.app.thumbnails.drained()
        assert server.shelf.objects
        server.down()
        with pytest.raises(StoreAway):
            await house.app.studio.forget(house.ada)
        server.up()
        async with asyncio.timeout(20):
            while server.shelf.objects:
                await asyncio.sleep(0.1)


class Sketching(ScriptedProvider):
    """Shows a rough picture on the way."""

    async def submit(self, order: Order) -> Ticket | Output | Refused:
        await order.preview(media.image(order.folder / "rough.png", 2).path)
        return await super().submit(order)  # type: ignore[return-value]


async def test_a_rough_picture_that_cannot_be_stored_breaks_no_paid_call(server: S3Server, far: Settings) -> None:
    provider = Sketching(default=COSTS)
    async with opened(far, provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
        server.up()
        await well(house, server, view, provider)
