"""A bucket that is away for a while: what was made waits on this machine, is stored later, and is never made again."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from bot.settings import Settings
from core.chat import ThreadRef
from core.creation import posting
from core.creation.making import STORE_AWAY
from core.creation.spool import SLIP
from core.creation.view import CreationView
from core.errors import Busy
from core.providers.base import Order, Output, Refused, Ticket
from core.safekeeping.tombstones import FOLDER
from storage.errors import StoreAway
from storage.tables import Creation, CreationState, now
from tests.core.outage import sat_out
from tests.core.test_restart import audit
from tests.core.victim import PAID
from tests.fakes import media
from tests.fakes import s3 as fake
from tests.fakes.adapter import MemoryChat, Posted
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


def stored(server: S3Server) -> list[str]:
    """What lies in the bucket, but for tombstones."""
    return [key for key in server.shelf.objects if not key.startswith(FOLDER)]


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
    await house.app.sidecars.drained()
    assert len(server.shelf.objects) == 3, "the original, its thumbnail and its recipe"
    assert provider.submits.total() == 1


TROUBLES = {
    "refuses": fake.fails("AccessDenied"),
    "busy": fake.slow_down(),
    "forgets": fake.forgets(),
    "a gateway speaks": fake.gateway_page(),
    "the line is cut at half": fake.breaks_off(0.5),
    "the bytes are damaged": fake.damages(),
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


async def test_with_a_wrong_secret_nothing_is_ever_done_and_with_the_right_one_it_is_stored(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    wrong = far.model_copy(update={"aws_secret_access_key": SecretStr("wrong")})
    async with opened(wrong, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await made(far)
        seen = await house.until(view, lambda seen: seen.steps[0].detail == STORE_AWAY)
        await asyncio.sleep(2)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final
        assert (seen.assets, server.shelf.objects) == ((), {})
        assert set(server.refused) == {"SignatureDoesNotMatch"}
    later = ScriptedProvider(default=COSTS)
    async with opened(far, provider=later, catalogue=PAID) as house:
        await well(house, server, view, provider)
    assert later.submits.total() == 0


async def test_over_a_line_of_100_bytes_a_second_nothing_is_done_before_it_is_there(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    server.always("PutObject", fake.crawls(100))
    async with opened(far, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await made(far)
        (size,) = [path.stat().st_size for path in (far.data_dir / "spool").glob("*/*.png")]
        begun = time.monotonic()
        async with asyncio.timeout(size / 100 + 10):
            while not (await house.app.studio.creation(house.ada, view.id)).state.final:
                await asyncio.sleep(0.1)
        assert time.monotonic() - begun > 0.9 * size / 100
        server.always("PutObject", None)
        await well(house, server, view, provider)


async def test_an_outage_in_the_middle_of_20_uploads_loses_none_and_makes_none_again(tmp_path: Path) -> None:
    found = await sat_out(tmp_path, away_s=6)
    assert 5 <= found.stored_before < 20
    assert found.under_way > 0
    assert (found.too_soon, found.waiting) == (0, 20 - found.done)
    assert (found.stored, found.lost, found.orphans, found.half) == (20, 0, 0, 0)
    assert (found.paid, found.again, found.cost_micros) == (20, 0, 20 * 90_000)


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


async def ended_long_ago(house: House) -> None:
    """As if all that is shown in chats had been held up by something else."""
    at = now() - timedelta(hours=1)
    async with asyncio.timeout(20):
        while not await house.app.database.write(lambda session: _moved_back(session, at)):
            await asyncio.sleep(0.02)


def _moved_back(session: Session, at: datetime) -> bool:
    ended = session.exec(select(Creation).where(Creation.state == CreationState.SUCCEEDED)).all()
    for creation in ended:
        creation.finished_at = at
    return bool(ended)


def results(chat: MemoryChat) -> list[Posted]:
    """With a file or without."""
    return [each for each in chat.messages.values() if each.role.startswith("result:")]


@pytest.mark.parametrize("stays_away", [False, True])
async def test_a_chat_gets_its_file_late_and_a_link_alone_only_where_the_store_stays_away(
    server: S3Server,
    far: Settings,
    provider: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
    stays_away: bool,
) -> None:
    monkeypatch.setattr(posting, "STORE_WAIT_S", 0.5 if stays_away else 60.0)
    server.always("GetObject", fake.fails("AccessDenied"))
    chat = MemoryChat()
    async with opened(far, provider=provider, catalogue=PAID, adapters={"chat": chat}) as house:
        await house.ask(thread=ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1"), surface="chat")
        await ended_long_ago(house)
        await asyncio.sleep(3)
        assert bool(results(chat)) == stays_away
        if not stays_away:
            server.always("GetObject", None)
        async with asyncio.timeout(20):
            while not results(chat):
                await asyncio.sleep(0.05)
    (result,) = results(chat)
    assert len(result.files) == (0 if stays_away else 1)


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
    assert stored(server) == []


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
            while stored(server):
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


async def test_no_deadline_takes_away_what_was_paid_and_only_waits_for_the_store(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far.model_copy(update={"deadline_s": 2}), provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
        seen = await house.until(view, lambda seen: seen.steps[0].detail == STORE_AWAY)
        assert not seen.state.final
        await asyncio.sleep(4)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final
        server.up()
        await well(house, server, view, provider)


async def test_no_deadline_takes_it_away_over_a_restart_either(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far.model_copy(update={"deadline_s": 2}), provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
        await house.until(view, lambda seen: seen.steps[0].detail == STORE_AWAY)
    await asyncio.sleep(2)
    later = ScriptedProvider(default=COSTS)
    async with opened(far, provider=later, catalogue=PAID) as house:
        await asyncio.sleep(2)
        server.up()
        await well(house, server, view, provider)
    assert later.submits.total() == 0


async def test_a_person_may_cancel_what_waits_for_the_store_and_nothing_of_it_stays(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    async with opened(far, provider=provider, catalogue=PAID) as house:
        server.down()
        view = await house.ask()
        await made(far)
        await house.app.studio.cancel(house.ada, view.id)
        ended = await house.end(view, within_s=30)
        assert (ended.state, ended.assets) == (CreationState.CANCELLED, ())
        server.up()
        await asyncio.sleep(1)
        await audit(house)
    assert stored(server) == []


async def test_a_cancel_in_the_middle_of_storing_leaves_no_object_behind(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    server.always("PutObject", fake.slow(2))
    async with opened(far, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        async with asyncio.timeout(10):
            while not server.count("PutObject"):
                await asyncio.sleep(0.02)
        await house.app.studio.cancel(house.ada, view.id)
        assert (await house.end(view)).state == CreationState.CANCELLED
        async with asyncio.timeout(10):
            while stored(server) or not server.count("DeleteObject"):
                await asyncio.sleep(0.05)
        await audit(house)


@dataclass(frozen=True, slots=True)
class Judgement:
    ok: bool
    sentence: str


class Counting:
    """Flags every picture, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def check_words(self, text: str) -> Judgement:
        return Judgement(True, "")

    async def check_picture(self, path: Path) -> Judgement:
        self.asked += 1
        return Judgement(False, "flagged")


async def test_a_finished_picture_is_judged_once_however_often_the_store_is_tried(
    server: S3Server, far: Settings, provider: ScriptedProvider
) -> None:
    safety = Counting()
    settings = far.model_copy(update={"check_outputs": "spoiler"})
    async with opened(settings, provider=provider, catalogue=PAID, safety=safety) as house:
        server.down()
        view = await house.ask()
        await made(far)
        await asyncio.sleep(4)
        server.up()
        ended = await house.end(view, within_s=40)
    assert [asset.safety for asset in ended.assets] == ["spoiler"]
    assert safety.asked == 1
