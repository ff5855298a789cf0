"""What goes by itself, and what stays: told by a clock that a test may turn."""

import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from bot.settings import Settings
from core.safekeeping.retention import KEPT, Retention, Tidied
from core.safekeeping.tombstones import Tombstones
from core.wishes import Action
from storage import people, retention
from storage.tables import Asset, Collection, CreationState, Inbound, Placement, Share, SignIn, Turn, now
from tests.fakes import media
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, picture

pytestmark = pytest.mark.each_database

PRIVATE = "a clandestine lighthouse"


@pytest.fixture
async def kept(settings: Settings) -> AsyncIterator[House]:
    planner = ScriptedPlanner(calls(picture(PRIVATE)))
    async with opened(settings, planner=planner) as house:
        yield house


async def tidied(house: House, *, after: timedelta, days: int | None = None) -> Tidied:
    """Tidy as somebody would so much later."""
    app = house.app
    await app.thumbnails.drained()
    await app.sidecars.drained()
    tombstones = Tombstones(app.objects)
    return await Retention(
        app.database, app.spool, tombstones, app.studio.delete, days, clock=lambda: now() + after
    ).tidy()


async def uploaded(house: House, tmp_path: Path, seed: int) -> str:
    file = media.image(tmp_path / f"{seed}.png", seed).path
    return (await house.app.studio.upload(house.ada, file, "a.png")).id


async def there(house: House) -> set[str]:
    return set(await house.read(lambda session: list(session.exec(select(Asset.id)))))


async def write(house: House, *rows: Any) -> None:
    await house.app.database.write(lambda session: session.add_all(rows))


async def test_an_upload_goes_after_thirty_days_if_nothing_was_made_from_it(kept: House, tmp_path: Path) -> None:
    ids = [await uploaded(kept, tmp_path, seed) for seed in range(4)]
    made = await kept.act(Action.VARY, ids[0])
    await kept.app.studio.mark(kept.ada, ids[1], favourite=True)
    collection = Collection(user_id=kept.ada, name="Harbours")
    await write(kept, collection)
    seq = await kept.read(lambda session: session.exec(select(Asset.seq).where(Asset.id == ids[2])).one())
    await write(kept, Placement(collection_id=collection.id, asset_seq=seq, user_id=kept.ada))
    assert (await tidied(kept, after=KEPT - timedelta(hours=1))).uploads == 0
    assert (await tidied(kept, after=KEPT + timedelta(hours=1))).uploads == 1
    assert await there(kept) == {*ids[:3], made.assets[0].id}
    assert [key for key in await kept.app.objects.keys(kept.ada) if ids[3] in key] == []


async def test_the_gallery_stays_for_ever_unless_the_operator_set_an_end(kept: House) -> None:
    views = [await kept.made() for _ in range(3)]
    old, favourite, hung = (view.assets[0] for view in views)
    await kept.app.studio.mark(kept.ada, favourite.id, favourite=True)
    collection = Collection(user_id=kept.ada, name="Harbours")
    await write(kept, collection)
    seq = await kept.read(lambda session: session.exec(select(Asset.seq).where(Asset.id == hung.id)).one())
    await write(kept, Placement(collection_id=collection.id, asset_seq=seq, user_id=kept.ada))
    assert (await tidied(kept, after=timedelta(days=4_000))).assets == 0
    assert (await tidied(kept, after=timedelta(days=89), days=90)).assets == 0
    assert (await tidied(kept, after=timedelta(days=91), days=90)).assets == 1
    assert await there(kept) == {favourite.id, hung.id}
    assert old.id not in await there(kept)


async def test_a_planner_s_words_go_and_a_reply_still_knows_what_it_means(kept: House) -> None:
    view = await kept.made(PRIVATE)
    assert (await tidied(kept, after=KEPT + timedelta(hours=1))).turns >= 1
    turns = await kept.read(lambda session: list(session.exec(select(Turn))))
    assert all(not turn.text and PRIVATE not in str(turn.calls) for turn in turns)
    assert (await tidied(kept, after=KEPT + timedelta(hours=1))).turns == 0
    reply = await kept.reply(view.thread, "darker")
    assert reply.state == CreationState.SUCCEEDED


async def test_words_of_what_still_runs_stay(kept: House) -> None:
    await kept.made()
    from storage.tables import Creation

    await kept.app.database.write(lambda session: session.exec(update(Creation).values(state=CreationState.WAITING)))
    assert (await tidied(kept, after=KEPT + timedelta(hours=1))).turns == 0


async def test_keys_and_links_that_open_nothing_go(kept: House) -> None:
    view = await kept.made()
    ends = {"expires_at": now() + timedelta(days=1)}
    await kept.app.database.write(lambda session: people.add_sign_in(session, kept.ada))
    await write(
        kept,
        Share(user_id=kept.ada, asset_id=view.assets[0].id, **ends),
        Share(user_id=kept.ada, asset_id=view.assets[0].id),
    )
    assert (await tidied(kept, after=timedelta(hours=1))).keys == 0
    await tidied(kept, after=KEPT + timedelta(days=2))

    def left(session: Session) -> tuple[int, int, list[datetime | None]]:
        inbound, links = session.exec(select(Inbound)).all(), session.exec(select(SignIn)).all()
        return len(inbound), len(links), list(session.exec(select(Share.expires_at)))

    assert await kept.read(left) == (0, 0, [None])


async def test_the_spool_is_emptied_of_what_nobody_will_store(kept: House) -> None:
    view = await kept.made()
    await kept.made()
    step_id = view.steps[0].id
    folders = [kept.app.spool.folder / name for name in ("0" * 32, step_id)]
    for folder in folders:
        folder.mkdir()
        os.utime(folder, (0, 0))
    from storage.tables import Step, StepState

    open_ = update(Step).where(col(Step.id) == step_id).values(state=StepState.IN_PROGRESS)
    await kept.app.database.write(lambda session: session.exec(open_))
    assert (await tidied(kept, after=timedelta(0))).spool == 1
    assert [folder.exists() for folder in folders] == [False, True]


async def test_of_several_processes_one_tidies(kept: House) -> None:
    at = now() + timedelta(days=1)

    async def claim(at: datetime) -> bool:
        return await kept.app.database.write(lambda session: retention.claim(session, "test", at, timedelta(hours=1)))

    assert [await claim(at), await claim(at), await claim(at + timedelta(hours=1))] == [True, False, True]
