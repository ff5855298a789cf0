"""What every chat adapter promises, shown by a whole Easel that writes to each platform."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.settings import Settings
from core.chat import MessageRef, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from core.native.pool import NativePool
from core.wishes import Action
from storage import posts
from storage.tables import CreationState, PostState
from tests.contracts.platforms import STAGES, Stage, stage
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

pytestmark = pytest.mark.each_database

PLATFORMS = pytest.mark.parametrize("name", list(STAGES))
TWO_KINDS = ScriptedPlanner(calls(picture("one"), picture("two"), call("generate_speech", text="hello")))
HOSTILE = "@everyone <!channel> <@U1> <@1234> [free](https://evil.example) <https://evil.example|free> **x** \u202e"


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool()
    yield made
    await made.close()


async def asked(on: Stage, prompt: str = "a lighthouse", **more: Any) -> CreationView:
    place = more.pop("thread", None) or on.on.new_thread(f"e{prompt}{len(more)}")
    return await on.house.ask(prompt, by=on.ada, surface=on.on.name, thread=place, **more)


async def shown(on: Stage, view: CreationView) -> CreationView:
    """The end, once every message of it is noted as sent or as lost."""
    ended = await on.house.end(view, by=on.ada)
    async with asyncio.timeout(20):
        while not await on.house.read(lambda session: _settled(posts.of(session, view.id), ended)):
            await asyncio.sleep(0.02)
    return ended


def _settled(written: list[Any], ended: CreationView) -> bool:
    carried = {asset_id for post in written for asset_id in posts.asset_ids(post)}
    status = [post for post in written if post.role == posts.STATUS and post.revision >= ended.revision]
    lost = [post for post in written if post.state == PostState.LOST]
    noted = all(post.state != PostState.INTENT for post in written)
    return bool(lost) or (noted and bool(status) and carried >= {asset.id for asset in ended.assets})


@asynccontextmanager
async def on_stage(name: str, settings: Settings, pool: NativePool, **more: Any) -> AsyncIterator[Stage]:
    async with stage(name, settings, pool, **more) as built:
        yield built
        assert built.on.pings() == 0


@PLATFORMS
async def test_a_wish_has_one_root_one_status_and_each_result_once(
    name: str, settings: Settings, pool: NativePool
) -> None:
    async with on_stage(name, settings, pool, planner=TWO_KINDS) as at:
        ended = await shown(at, await asked(at))
        assert ended.state == CreationState.SUCCEEDED
        assert len(at.on.roots()) == len(at.on.statuses()) == 1
        assert not ThreadRef.parse(ended.thread).pending
        assert max(each.files for each in at.on.results()) >= 2
        again = at.on.roots(), at.on.statuses(), at.on.results()
        await at.house.app.delivery.finish(ended.id)
        assert (at.on.roots(), at.on.statuses(), at.on.results()) == again


@PLATFORMS
@pytest.mark.parametrize("role", ["root", "status", "result"])
async def test_a_message_whose_answer_was_lost_is_not_written_twice(
    name: str, role: str, settings: Settings, pool: NativePool
) -> None:
    async with on_stage(name, settings, pool) as at:
        at.on.lose(role)
        await shown(at, await asked(at))
        assert (len(at.on.roots()), len(at.on.statuses()), len(at.on.results())) == (1, 1, 1)


@PLATFORMS
async def test_where_edits_are_throttled_the_end_is_shown_all_the_same(
    name: str, settings: Settings, pool: NativePool
) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1))
    async with on_stage(name, settings, pool, provider=provider) as at:
        at.on.throttle()
        ended = await shown(at, await asked(at))
        assert ended.state == CreationState.SUCCEEDED
        assert len(at.on.statuses()) == len(at.on.results()) == 1


@PLATFORMS
async def test_a_place_that_vanished_costs_no_result_and_is_not_asked_for_ever(
    name: str, settings: Settings, pool: NativePool
) -> None:
    async with on_stage(name, settings, pool) as at:
        place = at.on.new_thread("gone")
        at.on.vanish(place)
        ended = await shown(at, await asked(at, thread=place))
        assert ended.state == CreationState.SUCCEEDED
        assert len(ended.assets) == 1
        assert (at.on.roots(), at.on.statuses(), at.on.results()) == ([], [], [])


@PLATFORMS
async def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(
    name: str, settings: Settings, pool: NativePool
) -> None:
    async with on_stage(name, settings, pool) as at:
        ended = await shown(at, await asked(at))
        (post,) = [p for p in await at.house.read(lambda s: posts.of(s, ended.id)) if posts.asset_ids(p)]
        await at.house.app.studio.delete(at.ada, ended.assets[0].id)
        assert at.on.results() == []
        await at.on.adapter.delete(MessageRef(ThreadRef.parse(post.thread), post.message_id or ""))


@PLATFORMS
async def test_a_refinement_goes_into_the_same_thread(name: str, settings: Settings, pool: NativePool) -> None:
    async with on_stage(name, settings, pool) as at:
        first = await shown(at, await asked(at))
        thread = ThreadRef.parse(first.thread)
        second = await shown(at, await asked(at, "warmer light", thread=thread))
        press = {"action": Action.VARY, "inputs": (second.assets[0].id,), "thread": thread}
        third = await shown(at, await asked(at, "", **press))
        assert first.thread == second.thread == third.thread
        assert len(at.on.roots()) == 1
        assert len(at.on.statuses()) == len(at.on.results()) == 3


@PLATFORMS
async def test_hostile_words_ping_nobody_and_break_nothing(name: str, settings: Settings, pool: NativePool) -> None:
    planner = ScriptedPlanner(calls(picture(HOSTILE), call("generate_speech", text=HOSTILE)))
    async with on_stage(name, settings, pool, planner=planner) as at:
        ended = await shown(at, await asked(at, HOSTILE))
        assert ended.state == CreationState.SUCCEEDED
        assert len(at.on.statuses()) == 1


@PLATFORMS
async def test_writing_where_nothing_can_be_written_says_so_for_good(
    name: str, settings: Settings, pool: NativePool
) -> None:
    async with on_stage(name, settings, pool) as at:
        ended = await shown(at, await asked(at))
        thread = ThreadRef.parse(ended.thread)
        (post, *_) = [p for p in await at.house.read(lambda s: posts.of(s, ended.id)) if p.role == posts.STATUS]
        at.on.vanish(thread)
        with pytest.raises(Unreachable):
            await at.on.adapter.post(thread, ended, post=post)
