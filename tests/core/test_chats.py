"""What chat platforms rely on: threads opened once, others' results, workspace rules, attached files, taking back."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.settings import Settings
from core.chat import FileRef, MessageRef, ThreadRef
from core.errors import Conflict, NotFound, OverBudget, UserError
from core.wishes import Action
from core.workspaces import WorkspaceRules
from storage.tables import CreationState, now
from tests.fakes.adapter import MemoryChat
from tests.fakes.house import House, opened
from tests.fakes.media import png
from tests.fakes.planner import ScriptedPlanner, calls, never, picture
from tests.fakes.provider import ScriptedProvider, Way, models

pytestmark = pytest.mark.each_database

HERE = ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1")
TO_OPEN = ThreadRef.to_open("chat", "W1", "C1", "E1")


async def asked(house: House, thread: ThreadRef = HERE, **more: Any) -> Any:
    return await house.ask("a lighthouse", thread=thread, surface="chat", **more)


async def shown(chat: MemoryChat, house: House, view: Any, *, by: str | None = None) -> Any:
    """The end, once the thread says so and holds every result."""
    ended = await house.end(view, by=by)
    wanted = {asset.id for asset in ended.assets}
    async with asyncio.timeout(10):
        while not (
            _ended(chat, view.id) and wanted <= {each.id for post in chat.results for each in post.shows.assets}
        ):
            await asyncio.sleep(0.02)
    return ended


def _ended(chat: MemoryChat, creation_id: str) -> bool:
    return any(post.shows.id == creation_id and post.shows.state.final for post in chat.statuses)


# --- opening threads ---------------------------------------------------------------------------------------------


def test_a_thread_to_open_keeps_its_mark_through_text() -> None:
    back = ThreadRef.parse(str(TO_OPEN))
    assert back == TO_OPEN
    assert back.pending
    assert not HERE.pending


async def test_a_thread_that_nobody_opened_is_opened_once_by_the_worker(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        ended = await shown(chat, house, await asked(house, TO_OPEN))
    (root,) = chat.roots
    assert ended.thread == root.thread
    assert not ThreadRef.parse(ended.thread).pending
    assert {post.thread for post in chat.messages.values()} == {root.thread}
    assert set(chat.posts_per_intent()) == {1}


async def test_a_surface_that_opens_in_time_is_waited_for(settings: Settings) -> None:
    chat = MemoryChat(opening_s=8)
    async with opened(settings, adapters={"chat": chat}) as house:
        view = await asked(house, TO_OPEN)
        own = MessageRef(replace(TO_OPEN, thread="T9"), "M9")
        assert await house.app.chats.opened(view.id, own) == own
        ended = await shown(chat, house, view)
    assert chat.roots == []
    assert ended.thread == str(own.thread)
    assert {post.thread for post in chat.messages.values()} == {ended.thread}


async def test_of_two_that_open_a_thread_the_first_counts_and_is_told_to_the_second(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        view = await asked(house, TO_OPEN)
        await shown(chat, house, view)
        late = await house.app.chats.opened(view.id, MessageRef(replace(TO_OPEN, thread="LATE"), "LATE"))
        (root,) = chat.roots
        assert (str(late.thread), late.id) == (root.thread, root.id)


@pytest.mark.parametrize("answers_s", [1.5, 7.0])
async def test_a_root_that_was_being_written_as_the_creation_ended_goes_where_another_one_counts(
    settings: Settings, answers_s: float
) -> None:
    """However long its answer takes: the end is not held up by it."""
    chat = MemoryChat(answers_s=answers_s)
    async with opened(settings, adapters={"chat": chat}) as house:
        view = await asked(house, TO_OPEN)
        async with asyncio.timeout(10):
            while not chat.roots:
                await asyncio.sleep(0.01)
        chat.answers_s = 0
        own = MessageRef(replace(TO_OPEN, thread="T9"), "M9")
        assert await house.app.chats.opened(view.id, own) == own
        await shown(chat, house, view)
        (root,) = chat.roots
        async with asyncio.timeout(10):
            while not root.deleted:
                await asyncio.sleep(0.02)
    assert len(chat.roots) == 1


async def test_a_thread_opened_while_the_answer_was_lost_is_found_and_not_opened_again(settings: Settings) -> None:
    crashes: list[str] = []

    def lose(post: Any) -> bool:
        if post.role == "root" and not crashes:
            crashes.append(post.id)
            return True
        return False

    chat = MemoryChat(lose=lose)
    async with opened(settings, adapters={"chat": chat}) as house:
        await shown(chat, house, await asked(house, TO_OPEN))
    assert crashes
    assert len(chat.roots) == 1
    assert chat.finds >= 1


# --- places that cannot be written -------------------------------------------------------------------------------


@pytest.mark.parametrize("thread", [HERE, TO_OPEN])
async def test_a_creation_whose_channel_is_gone_still_succeeds_and_nobody_tries_for_ever(
    settings: Settings, thread: ThreadRef
) -> None:
    chat = MemoryChat(gone={"C1"})
    async with opened(settings, adapters={"chat": chat}) as house:
        ended = await house.end(await asked(house, thread))
        assert ended.state == CreationState.SUCCEEDED
        async with asyncio.timeout(5):
            while await house.app.database.read(lambda s: s.connection().exec_driver_sql(UNSENT).scalar()):
                await asyncio.sleep(0.05)
        await house.app.delivery.finish(ended.id)
    assert chat.messages == {}


UNSENT = "SELECT count(*) FROM post WHERE state = 'intent'"


async def test_a_thread_deleted_midway_loses_no_result(settings: Settings) -> None:
    chat = MemoryChat()
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1))
    async with opened(settings, provider=provider, adapters={"chat": chat}) as house:
        view = await asked(house)
        await house.until(view, lambda _: bool(chat.statuses))
        chat.gone.add(str(HERE))
        ended = await house.end(view)
        assert ended.state == CreationState.SUCCEEDED
        assert len((await house.app.studio.gallery(house.ada, _all()))[0]) == 1


def _all() -> Any:
    from storage.finding import Query

    return Query()


# --- the line ----------------------------------------------------------------------------------------------------


async def test_the_status_message_tells_the_place_in_line(settings: Settings) -> None:
    chat = MemoryChat()
    busy = settings.model_copy(update={"user_at_once": 1})
    async with opened(busy, planner=ScriptedPlanner(never), adapters={"chat": chat}) as house:
        await asked(house)
        second = await asked(house, replace(HERE, thread="T2"))
        async with asyncio.timeout(5):
            while not any(post.shows.id == second.id and post.shows.queue_place == 1 for post in chat.statuses):
                await asyncio.sleep(0.02)


async def test_what_is_cancelled_in_line_says_so_in_its_thread(settings: Settings) -> None:
    chat = MemoryChat()
    busy = settings.model_copy(update={"user_at_once": 1})
    async with opened(busy, planner=ScriptedPlanner(never), adapters={"chat": chat}) as house:
        await asked(house)
        second = await asked(house, replace(HERE, thread="T2"))
        async with asyncio.timeout(5):
            while not any(post.shows.id == second.id for post in chat.statuses):
                await asyncio.sleep(0.02)
        await house.app.studio.cancel(house.ada, second.id)
        async with asyncio.timeout(5):
            while not any(p.shows.id == second.id and p.shows.state == "cancelled" for p in chat.statuses):
                await asyncio.sleep(0.02)


# --- other people's results --------------------------------------------------------------------------------------


async def made_by_ada(chat: MemoryChat, house: House) -> tuple[str, MessageRef]:
    ended = await shown(chat, house, await asked(house))
    (result,) = chat.results
    message = MessageRef(HERE, result.id)
    async with asyncio.timeout(5):
        while not await house.app.chats.showing(message):  # sent, and noted a moment later
            await asyncio.sleep(0.01)
    return ended.assets[0].id, message


async def test_whoever_sees_a_result_may_vary_it_pays_for_it_and_owns_the_new_one(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, message = await made_by_ada(chat, house)
        press = {"action": Action.VARY, "inputs": (asset_id,), "surface": "chat", "thread": HERE, "through": message}
        ended = await shown(chat, house, await house.ask("", by=house.bob, **press), by=house.bob)
        assert ended.state == CreationState.SUCCEEDED
        (made,) = ended.assets
        assert made.parent_id == asset_id
        assert (await house.app.studio.asset(house.bob, made.id)).id == made.id
        with pytest.raises(NotFound):
            await house.app.studio.asset(house.ada, made.id)
    credited = [post.shows for post in chat.results if post.shows.id == ended.id]
    assert [each.credit for each in credited] == [""]  # ada has no account on this platform in this house


async def test_a_result_that_somebody_only_claims_to_see_is_not_there_for_them(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, message = await made_by_ada(chat, house)
        press: dict[str, Any] = {"action": Action.VARY, "inputs": (asset_id,), "surface": "chat"}
        for through in (None, replace(message, id="M99"), MessageRef(replace(HERE, channel="C2"), message.id)):
            with pytest.raises(NotFound):
                await house.ask("", by=house.bob, through=through, thread=replace(HERE, thread="T7"), **press)


async def test_only_its_owner_may_delete_cancel_or_favourite(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, message = await made_by_ada(chat, house)
        studio = house.app.studio
        seen = await house.app.chats.seen(house.bob, asset_id, message)
        assert (seen.asset.id, seen.asset.mine) == (asset_id, False)
        for forbidden in (
            studio.delete(house.bob, asset_id),
            studio.mark(house.bob, asset_id, favourite=True),
            studio.cancel(house.bob, seen.asset.creation_id or ""),
        ):
            with pytest.raises(NotFound):
                await forbidden
        await studio.vote(house.bob, asset_id, 1, message)


async def test_a_message_tells_what_it_shows_and_whose_it_is(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, message = await made_by_ada(chat, house)
        showing = await house.app.chats.showing(message)
        assert showing
        assert (showing.user_id, showing.thread, showing.asset_ids) == (house.ada, HERE, (asset_id,))
        assert await house.app.chats.showing(MessageRef(HERE, "M99")) is None
        assert await house.app.chats.owns(HERE)
        assert not await house.app.chats.owns(replace(HERE, thread="T99"))


# --- showing again, and taking back ------------------------------------------------------------------------------


async def test_a_result_is_shared_elsewhere_once_for_each_press(settings: Settings) -> None:
    chat = MemoryChat()
    elsewhere = replace(HERE, channel="C2", thread="T2")
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, _ = await made_by_ada(chat, house)
        share = house.app.chats.share
        first = await share(house.ada, asset_id, elsewhere, "E1")
        assert await share(house.ada, asset_id, elsewhere, "E1") == first
        assert (await house.app.chats.seen(house.bob, asset_id, first)).asset.id == asset_id
        with pytest.raises(NotFound):
            await share(house.bob, asset_id, elsewhere, "E2")
        with pytest.raises(Conflict):
            await share(house.ada, asset_id, replace(elsewhere, platform="other"), "E3")
    assert len(chat.messages) == 3


async def test_deleting_a_result_takes_back_every_message_that_shows_it(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        asset_id, message = await made_by_ada(chat, house)
        shared = await house.app.chats.share(house.ada, asset_id, replace(HERE, thread="T2"), "E1")
        await house.app.studio.delete(house.ada, asset_id)
    assert {each.id for each in chat.messages.values() if each.deleted} == {message.id, shared.id}


async def test_of_several_pictures_in_one_message_the_others_stay(settings: Settings) -> None:
    chat = MemoryChat()
    planner = ScriptedPlanner(calls(picture("one"), picture("two")))
    async with opened(settings, planner=planner, adapters={"chat": chat}) as house:
        ended = await shown(chat, house, await asked(house))
        await house.app.studio.delete(house.ada, ended.assets[0].id)
    (result,) = chat.results
    assert not result.deleted
    assert [asset.id for asset in result.shows.assets] == [ended.assets[1].id]


async def test_forgetting_a_person_takes_back_their_messages_and_nobody_else_s(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        await made_by_ada(chat, house)
        view = await asked(house, replace(HERE, thread="T2"), by=house.bob)
        await shown(chat, house, view, by=house.bob)
        await house.app.studio.forget(house.ada)
    assert {post.deleted for post in chat.messages.values() if post.thread == str(HERE)} == {True}
    assert {post.deleted for post in chat.messages.values() if post.thread != str(HERE)} == {False}


# --- attached files ----------------------------------------------------------------------------------------------


async def test_attached_files_become_inputs_in_their_order(settings: Settings) -> None:
    chat = MemoryChat(attached={"F1": png((64, 48), 1), "F2": png((48, 64), 2)})
    files = (FileRef("F1", "one.png"), FileRef("F2", "two.png"))
    async with opened(settings, adapters={"chat": chat}) as house:
        ended = await shown(chat, house, await asked(house, files=files))
        uploads = [await house.app.studio.asset(house.ada, each) for each in ended.inputs]
    assert [(each.kind, each.asked, each.width) for each in uploads] == [
        ("upload", "one.png", 64),
        ("upload", "two.png", 48),
    ]


async def test_a_button_on_somebody_s_attached_picture_starts_from_it(settings: Settings) -> None:
    chat = MemoryChat(attached={"F1": png()})
    async with opened(settings, adapters={"chat": chat}) as house:
        wish = {"action": Action.ANIMATE, "files": (FileRef("F1", "one.png"),), "surface": "chat", "thread": HERE}
        ended = await shown(chat, house, await house.ask("", **wish))
        assert [asset.kind for asset in ended.assets] == ["video"]
        assert ended.assets[0].parent_id == ended.inputs[0]


@pytest.mark.parametrize("content", [b"<html>sign in</html>", b""])
async def test_an_attached_file_that_is_no_picture_ends_with_a_sentence(settings: Settings, content: bytes) -> None:
    chat = MemoryChat(attached={"F1": content})
    async with opened(settings, adapters={"chat": chat}) as house:
        ended = await house.end(await asked(house, files=(FileRef("F1", "one.png"),)))
    assert ended.state == CreationState.FAILED
    assert ended.error
    assert ended.error.message.endswith(".")
    assert ended.assets == ()


async def test_an_attached_file_that_cannot_be_had_ends_with_a_sentence(settings: Settings) -> None:
    chat = MemoryChat()
    async with opened(settings, adapters={"chat": chat}) as house:
        ended = await house.end(await asked(house, files=(FileRef("F404", "one.png"),)))
    assert ended.error
    assert ended.error.code == "attachment"


async def test_more_files_than_easel_takes_are_refused_and_nothing_is_stored(settings: Settings) -> None:
    async with opened(settings, adapters={"chat": MemoryChat()}) as house:
        with pytest.raises(UserError, match="up to 10"):
            await asked(house, files=tuple(FileRef(f"F{i}", "one.png") for i in range(11)))
        assert await house.app.studio.threads(house.ada) == []


# --- what a workspace decides ------------------------------------------------------------------------------------


async def test_an_account_is_one_person_and_a_workspace_comes_back(settings: Settings) -> None:
    async with opened(settings) as house:
        chats = house.app.chats
        first = await chats.person("chat", "W1", "U1", "Ada")
        assert await chats.person("chat", "W1", "U1", "Ada") == first
        assert await chats.person("chat", "W2", "U1", "Ada") != first
        place = await chats.workspace("chat", "W1")
        await chats.decide(place.id, WorkspaceRules(channels=("C1",), replies=False))
        await chats.removed("chat", "W1")
        again = await chats.workspace("chat", "W1")
    assert again.id == place.id
    assert again.rules == WorkspaceRules(channels=("C1",), replies=False)


async def test_a_workspace_chooses_its_models_and_a_person_may_choose_another(settings: Settings) -> None:
    plain = next(model for model in models() if model.makes == "image")
    other = plain.model_copy(update={"id": "other-image", "title": "Other"})
    async with opened(settings, catalogue=(*models(), other)) as house:
        place = await house.app.chats.workspace("chat", "W1")
        await house.app.chats.decide(place.id, WorkspaceRules(image_model="other-image"))
        usual = await house.made(workspace_id=place.id)
        chosen = await house.made(workspace_id=place.id, options={"model": plain.id})
    assert [asset.model for asset in usual.assets] == ["other-image"]
    assert [asset.model for asset in chosen.assets] == [plain.id]


async def test_a_workspace_lowers_a_budget_and_never_lifts_the_operator_s(settings: Settings) -> None:
    from core.trust.budget import Budgets
    from storage.tables import Creation

    creation = Creation(
        user_id="u",
        thread_id="t",
        prompt="",
        workspace_id="w",
        options={"rules": WorkspaceRules(month_usd=50, user_day_usd=2).for_creation()},
    )
    limits = {limit.scope: limit.micros for limit in Budgets(workspace_month_usd=20).limits(creation, now())}
    assert limits == {"user": None, "member": 2_000_000, "workspace": 20_000_000, "total": None}


async def test_a_member_s_budget_for_the_day_holds_in_that_workspace_alone(settings: Settings) -> None:
    dear = tuple(m.model_copy(update={"price": m.price.model_copy(update={"per_call": 0.6})}) for m in models())
    provider = ScriptedProvider(default=Way(cost_micros=600_000))
    async with opened(settings, catalogue=dear, provider=provider) as house:
        place = await house.app.chats.workspace("chat", "W1")
        await house.app.chats.decide(place.id, WorkspaceRules(user_day_usd=1.0))
        first = await house.made(workspace_id=place.id)
        second = await house.made(workspace_id=place.id)
        elsewhere = await house.made()
    assert [each.state for each in (first, second, elsewhere)] == ["succeeded", "failed", "succeeded"]
    assert second.error
    assert second.error.code == OverBudget.code
    assert "in this workspace" in second.error.message
