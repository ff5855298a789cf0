"""Messages in chat threads, on a platform in memory: each once, whatever is lost on the way."""

import asyncio
from typing import Any

import pytest

from bot.settings import Settings
from core.chat import ThreadRef
from core.creation import delivery
from storage.tables import CreationState
from tests.fakes.adapter import MemoryChat
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

pytestmark = pytest.mark.each_database

THREAD = ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1")
TWO_KINDS = calls(picture("one"), picture("two"), call("generate_speech", text="hello"))


async def asked(house: House, prompt: str = "a lighthouse", **more: Any) -> Any:
    return await house.ask(prompt, thread=THREAD, surface="chat", **more)


async def delivered(chat: MemoryChat, house: House, view: Any) -> Any:
    """The end, once the thread shows all of it."""
    ended = await house.end(view)
    async with asyncio.timeout(10):
        while not (any(post.shows.state.final for post in chat.statuses) and shown(chat) >= ids(ended)):
            await asyncio.sleep(0.02)
    return ended


def shown(chat: MemoryChat) -> set[str]:
    return {asset.id for post in chat.results for asset in post.shows.assets}


def ids(view: Any) -> set[str]:
    return {asset.id for asset in view.assets}


async def test_one_status_message_is_edited_to_the_end_and_each_result_posted_once(settings: Settings) -> None:
    chat = MemoryChat()
    planner = ScriptedPlanner(TWO_KINDS)
    async with opened(settings, planner=planner, adapters={"chat": chat}) as house:
        ended = await delivered(chat, house, await asked(house))
    (status,) = chat.statuses
    assert status.shows.state == ended.state == CreationState.SUCCEEDED
    assert status.shows.reply == "Done."
    assert sorted(asset.id for post in chat.results for asset in post.shows.assets) == sorted(ids(ended))
    assert set(chat.posts_per_intent()) == {1}
    assert all(content for post in chat.results for _, _, content in post.files)
    assert chat.finds == 0


async def test_a_result_is_posted_while_the_slowest_still_runs(settings: Settings) -> None:
    chat = MemoryChat()
    provider = ScriptedProvider({"slow": Way(ticket=True, hangs=True)})
    planner = ScriptedPlanner(calls(call("generate_speech", text="hello"), call("generate_video", prompt="slow")))
    async with opened(settings, planner=planner, provider=provider, adapters={"chat": chat}) as house:
        view = await asked(house)
        async with asyncio.timeout(10):
            while not chat.results:
                await asyncio.sleep(0.02)
        assert not (await house.app.studio.creation(house.ada, view.id)).state.final


@pytest.mark.parametrize("lost", ["status", "result:"])
async def test_a_message_that_was_taken_while_its_answer_was_lost_is_found_and_never_sent_twice(
    settings: Settings, lost: str
) -> None:
    crashes = []

    def lose(post: Any) -> bool:
        if post.role.startswith(lost) and not crashes:
            crashes.append(post.id)
            return True
        return False

    chat = MemoryChat(lose=lose)
    planner = ScriptedPlanner(TWO_KINDS)
    async with opened(settings, planner=planner, adapters={"chat": chat}) as house:
        view = await asked(house)
        ended = await delivered(chat, house, view)
        await asyncio.sleep(1.5)  # a failed end is shown again after a second
    assert crashes
    assert shown(chat) == ids(ended)
    assert chat.finds >= 1
    assert set(chat.posts_per_intent()) == {1}
    (status,) = chat.statuses
    assert status.shows.state == CreationState.SUCCEEDED


async def test_a_message_on_its_way_as_the_creation_ends_is_waited_for_and_not_looked_for(settings: Settings) -> None:
    chat = MemoryChat(answers_s=0.4)
    async with opened(settings, adapters={"chat": chat}) as house:
        await delivered(chat, house, await asked(house))
    assert chat.finds == 0
    assert set(chat.posts_per_intent()) == {1}


async def test_the_end_is_shown_also_where_a_platform_answers_with_what_was_sent_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose answer came too late is sent again; a platform that knows the intent then shows what was sent first."""
    monkeypatch.setattr(delivery, "SETTLES_S", 0.1)
    chat = MemoryChat(answers_s=0.7, remembers=True, blind=True)
    async with opened(settings, adapters={"chat": chat}) as house:
        await delivered(chat, house, await asked(house))
    (status,) = chat.statuses
    assert status.shows.state == CreationState.SUCCEEDED
    assert len(status.views) > 1


async def test_a_message_on_its_way_as_creation_and_house_end_does_not_outlive_the_house(settings: Settings) -> None:
    chat = MemoryChat(answers_s=0.8)
    before = asyncio.all_tasks()
    async with opened(settings, adapters={"chat": chat}) as house:
        view = await asked(house)
        await house.until(view, lambda seen: seen.state.final)  # its follower is called off now
    assert not {task for task in asyncio.all_tasks() - before if "show" in repr(task.get_coro())}
    assert set(chat.posts_per_intent()) == {1}
    async with opened(settings, adapters={"chat": chat}) as house:
        await delivered(chat, house, view)
    assert set(chat.posts_per_intent()) == {1}


async def test_a_restart_goes_on_in_the_same_message(settings: Settings) -> None:
    chat = MemoryChat()
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1))
    async with opened(settings, provider=provider, adapters={"chat": chat}) as house:
        view = await asked(house)
        await house.until(view, lambda _: bool(chat.statuses) and provider.polls.total() > 0)
    async with opened(settings, provider=provider, adapters={"chat": chat}) as house:
        await delivered(chat, house, view)
    assert len(chat.statuses) == len(chat.results) == 1
    assert set(chat.posts_per_intent()) == {1}


async def test_a_platform_that_answers_429_for_a_while_still_shows_the_end_once(settings: Settings) -> None:
    left = {"post": 1, "edit": 1}

    def refuse(method: str) -> bool:
        left[method] = left.get(method, 0) - 1
        return left[method] >= 0

    chat = MemoryChat(refuse=refuse)
    async with opened(settings, adapters={"chat": chat}) as house:
        view = await asked(house)
        await delivered(chat, house, view)
    assert len(chat.statuses) == len(chat.results) == 1
    assert set(chat.posts_per_intent()) == {1}


async def test_what_is_asked_elsewhere_is_not_posted(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        await house.made("a lighthouse")
    assert chat.messages == {}
