"""The adapter against a strict Discord: each message once, where it belongs, whatever is refused on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.discord import places
from bot.settings import Settings
from core.chat import FileRef, MessageRef, ThreadRef
from core.errors import NotFound, TooLarge, Unreachable, UserError
from core.native.pool import NativePool
from storage import posts
from storage.tables import CreationState, PostState, StepState
from tests.bot.discord.outbound import PUBLIC, Scene, asset, creation, pictures, png, scene, step
from tests.fakes import media
from tests.fakes.discord import MIB, P, breaks, drops, throttles
from tests.fakes.house import House
from tests.fakes.house import opened as opened_house
from tests.fakes.planner import ScriptedPlanner, call, calls, picture

KIB = 1024


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool()
    yield made
    await made.close()


@pytest.fixture
async def at(tmp_path: Path, pool: NativePool) -> AsyncIterator[Scene]:
    async with scene(tmp_path, pool) as made:
        yield made
        assert made.discord.rejected == []


@pytest.fixture
async def refused(tmp_path: Path, pool: NativePool) -> AsyncIterator[Scene]:
    """The same where Discord has reason to refuse."""
    async with scene(tmp_path, pool) as made:
        yield made


def pending(at: Scene, *, private: bool = False) -> ThreadRef:
    return places.to_open(int(at.guild.id), int(at.channel.id), 1234, private=private)


async def opened(at: Scene, view: Any = None, ref: ThreadRef | None = None) -> MessageRef:
    view = view or creation(by=at.ada.id)
    return await at.adapter.open(ref or pending(at), view, post=at.post(view, posts.ROOT))


def said(at: Scene, where: Any) -> list[str]:
    return [one.text for one in at.discord.messages(where)]


# --- beginnings ---------------------------------------------------------------------------------------------------


async def test_a_conversation_begins_with_a_root_and_a_public_thread_below_it(at: Scene) -> None:
    root = await opened(at)
    (message,) = at.discord.messages(at.channel)
    (thread,) = at.discord.threads(at.channel)
    assert root == MessageRef(places.thread(int(at.guild.id), int(at.channel.id), int(message.id)), message.id)
    assert thread.id == message.id
    assert thread.name == "a lighthouse at dusk"
    assert message.text == f"> a lighthouse at dusk\n-# Asked by <@{at.ada.id}>"


async def test_a_private_conversation_is_a_thread_that_the_asker_is_in(at: Scene) -> None:
    root = await opened(at, ref=pending(at, private=True))
    (thread,) = at.discord.threads(at.channel)
    assert thread.kind == 12
    assert at.ada.id in thread.thread.members
    assert [one.id for one in at.discord.messages(thread)] == [root.id]
    assert at.discord.messages(at.channel) == []


async def test_a_mention_is_answered_by_the_root(at: Scene) -> None:
    asked = await at.ada.say(at.channel, f"{at.discord.bot.mention} a lighthouse")
    root = await opened(at, ref=places.to_answer(int(at.guild.id), int(at.channel.id), int(asked.id)))
    message = at.discord.messages(at.channel)[-1]
    assert message.id == root.id
    assert message.target is asked


@pytest.mark.parametrize("where", ["direct messages", "a thread"])
async def test_where_no_thread_can_be_everything_is_a_reply_to_the_root(at: Scene, where: str) -> None:
    home = at.discord.dm(at.ada) if where == "direct messages" else at.thread((await opened(at)).thread)
    guild_id = None if where == "direct messages" else int(at.guild.id)
    view = creation(by=at.ada.id)
    root = await opened(at, view, places.to_open(guild_id, int(home.id), 5))
    assert root.thread == places.chain(guild_id, int(home.id), int(root.id))
    status = await at.adapter.post(root.thread, view, post=at.post(view))
    message = at.discord.messages(home)[-1]
    assert message.id == status.id
    assert message.target is not None
    assert message.target.id == root.id


async def test_without_the_permission_for_threads_it_is_a_chain_of_replies_and_the_root_says_so(
    refused: Scene,
) -> None:
    refused.channel.deny(refused.guild.bot_role, P.CREATE_PUBLIC_THREADS)
    root = await opened(refused)
    assert places.read(root.thread).kind == places.Kind.CHAIN
    (message,) = refused.discord.messages(refused.channel)
    assert "-# Easel may not open a thread here, so everything comes as a reply to this message." in message.text


async def test_without_the_permission_for_private_threads_it_stays_private_in_direct_messages(refused: Scene) -> None:
    refused.channel.deny(refused.guild.bot_role, P.CREATE_PRIVATE_THREADS)
    root = await opened(refused, ref=pending(refused, private=True))
    (message,) = refused.discord.messages(refused.discord.dm(refused.ada))
    assert message.id == root.id
    assert f"-# Easel may not open a private thread in <#{refused.channel.id}>" in message.text
    assert refused.discord.messages(refused.channel) == []


async def test_without_any_permission_there_it_is_in_direct_messages_and_says_why(refused: Scene) -> None:
    refused.channel.deny(refused.guild.bot_role, P.VIEW_CHANNEL)
    root = await opened(refused)
    (message,) = refused.discord.messages(refused.discord.dm(refused.ada))
    assert message.id == root.id
    assert f"-# Easel may not write in <#{refused.channel.id}>, so this is here." in message.text


async def test_whoever_cannot_be_written_to_at_all_is_unreachable(refused: Scene) -> None:
    refused.channel.deny(refused.guild.bot_role, P.SEND_MESSAGES)
    refused.ada.dms = False
    with pytest.raises(Unreachable, match="forbidden"):
        await opened(refused)


async def test_a_message_that_has_a_thread_already_keeps_it(refused: Scene) -> None:
    view = creation(by=refused.ada.id)
    first = await opened(refused, view)
    post = refused.post(view, posts.ROOT)
    assert await refused.adapter.find(pending(refused), post) == first
    assert len(refused.discord.threads(refused.channel)) == 1


async def test_a_root_whose_thread_was_never_opened_is_found_and_gets_it(at: Scene) -> None:
    view = creation(by=at.ada.id)
    post = at.post(view, posts.ROOT)
    at.discord.script("thread_from", *[breaks(503)])
    with pytest.raises(Exception, match="503"):
        await at.adapter.open(pending(at), view, post=post)
    found = await at.adapter.find(pending(at), post)
    assert found
    assert [one.id for one in at.discord.threads(at.channel)] == [found.id]
    assert at.discord.threads(at.channel)[0].name == "a lighthouse at dusk"


async def test_a_private_beginning_whose_answer_was_lost_is_found_again(at: Scene) -> None:
    view, ref = creation(by=at.ada.id), pending(at, private=True)
    post = at.post(view, posts.ROOT)
    at.discord.script("send", drops(accepted=True))
    with pytest.raises(Exception):  # noqa: B017  # whatever a broken line looks like
        await at.adapter.open(ref, view, post=post)
    (thread,) = at.discord.threads(at.channel)
    found = await at.adapter.find(ref, post)
    assert found
    assert found.thread == places.thread(int(at.guild.id), int(at.channel.id), int(thread.id))
    assert [one.id for one in at.discord.messages(thread)] == [found.id]
    assert await at.adapter.find(ref, at.post(creation(), posts.ROOT)) is None


async def test_opening_twice_by_the_same_intent_makes_one_root(refused: Scene) -> None:
    view = creation(by=refused.ada.id)
    post = refused.post(view, posts.ROOT)
    first = await refused.adapter.open(pending(refused), view, post=post)
    assert await refused.adapter.open(pending(refused), view, post=post) == first
    assert len(refused.discord.messages(refused.channel)) == 1


# --- status -------------------------------------------------------------------------------------------------------


async def test_one_status_message_is_edited_to_the_end(at: Scene) -> None:
    view = creation(steps=(step(0, StepState.IN_PROGRESS),))
    root = await opened(at, view)
    post = at.post(view)
    status = await at.adapter.post(root.thread, view, post=post)
    done = replace(view, state=CreationState.SUCCEEDED, steps=(step(0),))
    assert await at.adapter.edit(status, done, post=post) == status
    (message,) = at.discord.messages(at.thread(root.thread))
    assert "**Done**" in message.text
    assert [one.label for one in message.buttons] == []
    assert len(message.edits) == 1


async def test_a_post_whose_answer_was_lost_is_found_again_and_not_sent_twice(at: Scene) -> None:
    view = creation()
    root = await opened(at, view)
    post = at.post(view)
    at.discord.script("send", drops(accepted=True))
    with pytest.raises(Exception):  # noqa: B017  # whatever a broken line looks like
        await at.adapter.post(root.thread, view, post=post)
    found = await at.adapter.find(root.thread, post)
    assert found
    assert await at.adapter.post(root.thread, view, post=post) == found
    assert len(at.discord.messages(at.thread(root.thread))) == 1


async def test_only_the_intended_message_is_found(at: Scene) -> None:
    first, second = creation(), creation()
    root = await opened(at, first)
    status = await at.adapter.post(root.thread, first, post=at.post(first))
    assert await at.adapter.find(root.thread, at.post(second)) is None
    assert await at.adapter.find(root.thread, at.post(first)) == status


async def test_an_old_message_that_takes_no_more_edits_is_replaced(refused: Scene) -> None:
    view = creation()
    root = await opened(refused, view)
    post = refused.post(view)
    status = await refused.adapter.post(root.thread, view, post=post)
    refused.discord.clock.advance(2 * 3600)
    last = status
    for number in range(6):
        last = await refused.adapter.edit(last, replace(view, revision=number), post=post)
    assert last != status
    (message,) = refused.discord.messages(refused.thread(root.thread))
    assert message.id == last.id


async def test_an_archived_thread_is_opened_again_to_write_and_to_edit(refused: Scene) -> None:
    view = creation()
    root = await opened(refused, view)
    thread = refused.thread(root.thread)
    status = await refused.adapter.post(root.thread, view, post=refused.post(view))
    refused.discord.archive(thread)
    await refused.adapter.edit(status, replace(view, state=CreationState.FAILED), post=refused.post(view))
    assert not thread.archived
    refused.discord.archive(thread)
    some = replace(view, assets=pictures(1))
    await refused.adapter.post(root.thread, some, refused.files(some), post=refused.result(some))
    assert len(refused.discord.messages(thread)) == 2


async def test_a_rate_limit_is_waited_out(at: Scene) -> None:
    view = creation()
    root = await opened(at, view)
    at.discord.script("send", throttles(0.1), throttles(0.1))
    await at.adapter.post(root.thread, view, post=at.post(view))
    assert len(at.discord.messages(at.thread(root.thread))) == 1
    assert at.discord.throttled == 2


@pytest.mark.parametrize(
    ("wrong", "reason"), [("thread", "gone"), ("message", "gone"), ("permission", "forbidden"), ("guild", "forbidden")]
)
async def test_what_will_never_work_again_is_unreachable(refused: Scene, wrong: str, reason: str) -> None:
    view = creation()
    root = await opened(refused, view)
    status = await refused.adapter.post(root.thread, view, post=refused.post(view))
    thread = refused.thread(root.thread)
    if wrong == "thread":
        refused.discord.delete(thread)
    elif wrong == "message":
        refused.discord.delete(refused.discord.messages(thread)[0])
    elif wrong == "permission":
        refused.channel.deny(refused.guild.bot_role, P.VIEW_CHANNEL)
    else:
        refused.guild.kick_bot()
    with pytest.raises(Unreachable, match=reason):
        await refused.adapter.edit(status, view, post=refused.post(view))


@pytest.mark.parametrize("status", [500, 503])
async def test_a_discord_that_is_away_for_a_moment_is_asked_again_later(at: Scene, status: int) -> None:
    view = creation()
    root = await opened(at, view)
    at.discord.always("send", breaks(status))
    with pytest.raises(Exception) as caught:
        async with asyncio.timeout(3):
            await at.adapter.post(root.thread, view, post=at.post(view))
    assert not isinstance(caught.value, Unreachable)


async def test_a_place_that_only_an_interaction_can_write_to_is_unreachable(at: Scene) -> None:
    view, token = creation(), places.by_token(1, 2, 3)
    with pytest.raises(Unreachable, match="needs its interaction"):
        await at.adapter.post(token, view, post=at.post(view))
    with pytest.raises(Unreachable, match="needs its interaction"):
        await at.adapter.edit(MessageRef(token, "5"), view, post=at.post(view))


async def test_a_token_that_is_refused_now_may_be_taken_later(refused: Scene) -> None:
    view = creation(by=refused.ada.id)
    right, refused.rest._bot_token = refused.rest._bot_token, "wrong"
    with pytest.raises(Exception, match="Improper token") as caught:
        await opened(refused, view)
    assert not isinstance(caught.value, Unreachable)
    refused.rest._bot_token = right
    await opened(refused, view)


# --- results ------------------------------------------------------------------------------------------------------


async def shown(at: Scene, view: Any, content: dict[str, bytes] | None = None) -> tuple[MessageRef, Any]:
    root = await opened(at, view)
    ref = await at.adapter.post(root.thread, view, at.files(view, content), post=at.result(view))
    return ref, next(one for one in at.discord.messages(at.thread(root.thread)) if one.id == ref.id)


async def test_ten_pictures_are_one_message_with_their_alt_texts(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=pictures(10), by=at.ada.id)
    ref, message = await shown(at, view)
    assert [one.description for one in message.files] == ["A lighthouse on a rock"] * 10
    assert all(one.data == png() for one in message.files)
    assert await at.adapter.find(ref.thread, at.result(view)) == ref


async def test_a_narration_is_an_attachment_of_an_ordinary_message_so_that_it_has_a_player(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=(asset("speech"),), by=at.ada.id)
    ref, message = await shown(at, view, {view.assets[0].id: media.mp3()})
    assert not message.v2
    assert [one.data for one in message.files] == [media.mp3()]
    assert [one.label for one in message.buttons] == ["Refine", "Again", "Favourite", "Details", "Delete"]
    assert await at.adapter.find(ref.thread, at.result(view)) == ref


async def test_a_video_plays_in_the_gallery(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=(asset("video"),), by=at.ada.id)
    _, message = await shown(at, view, {view.assets[0].id: media.mp4()})
    assert message.components[0]["type"] == 12
    assert [one.data for one in message.files] == [media.mp4()]


async def test_a_result_is_a_regular_message_so_that_a_reply_to_it_arrives_with_its_words(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=pictures(1), by=at.ada.id)
    _, message = await shown(at, view)
    assert message.interaction is None
    assert message.author is at.discord.bot


async def test_what_is_too_large_goes_as_a_preview_and_the_rest_as_it_is(tmp_path: Path, pool: NativePool) -> None:
    async with scene(tmp_path, pool, public_url=PUBLIC, file_bytes=200 * KIB) as at:
        at.adapter.sizes.learn(int(at.guild.id), 200 * KIB)
        view = creation(CreationState.SUCCEEDED, assets=pictures(3), by=at.ada.id)
        large = png((700, 700), noise=True)
        assert len(large) > 200 * KIB
        _, message = await shown(at, view, {view.assets[1].id: large})
        assert [one.name.endswith("-preview.jpg") for one in message.files] == [False, True, False]
        assert message.files[0].data == png()
        assert all(len(one.data) <= 200 * KIB for one in message.files)
        assert f"{PUBLIC}/s/{view.assets[1].id}" in message.text
        assert at.discord.rejected == []


async def test_a_limit_that_discord_kept_to_itself_costs_the_others_nothing(tmp_path: Path, pool: NativePool) -> None:
    async with scene(tmp_path, pool, file_bytes=300 * KIB) as at:
        view = creation(CreationState.SUCCEEDED, assets=pictures(2), by=at.ada.id)
        _, message = await shown(at, view, {view.assets[0].id: png((1_000, 1_000), noise=True)})
        assert len(message.files) == 2
        assert message.files[1].data == png()
        assert "the original is in your /gallery" in message.text


async def test_many_large_files_share_one_request(tmp_path: Path, pool: NativePool) -> None:
    async with scene(tmp_path, pool) as at:
        view = creation(CreationState.SUCCEEDED, assets=pictures(4), by=at.ada.id)
        noise = png((2_000, 1_800), noise=True)
        assert 7 * MIB < len(noise) < 10 * MIB
        content = {one.id: noise for one in view.assets[:3]}
        content[view.assets[0].id] += b"\0" * (10 * MIB - len(noise))
        _, message = await shown(at, view, content)
        assert len(message.files) == 4
        assert sum(len(one.data) for one in message.files) < 25 * MIB
        assert message.files[3].data == png()
        assert at.discord.rejected == []


async def test_a_guild_that_takes_more_gets_the_whole_file(tmp_path: Path, pool: NativePool) -> None:
    async with scene(tmp_path, pool) as at:
        at.guild.file_bytes = 20 * MIB
        at.adapter.sizes.learn(int(at.guild.id), 20 * MIB)
        view = creation(CreationState.SUCCEEDED, assets=pictures(1), by=at.ada.id)
        large = png() + b"\0" * (12 * MIB)
        _, message = await shown(at, view, {view.assets[0].id: large})
        assert message.files[0].data == large


async def test_a_narration_that_cannot_be_made_to_fit_is_still_told_of(tmp_path: Path, pool: NativePool) -> None:
    async with scene(tmp_path, pool, public_url=PUBLIC, file_bytes=64 * KIB) as at:
        at.adapter.sizes.learn(int(at.guild.id), 64 * KIB)
        view = creation(CreationState.SUCCEEDED, assets=(asset("speech"),), by=at.ada.id)
        _, message = await shown(at, view, {view.assets[0].id: b"no sound at all" * 10_000})
        assert message.files == []
        assert f"not shown here (2.0 MB): [the original](<{PUBLIC}/s/{view.assets[0].id}" in message.text


async def test_without_the_permission_for_files_the_words_come_alone(refused: Scene) -> None:
    refused.channel.deny(refused.guild.bot_role, P.ATTACH_FILES)
    view = creation(CreationState.SUCCEEDED, assets=pictures(2), by=refused.ada.id)
    _, message = await shown(refused, view)
    assert message.files == []
    assert "the original is in your /gallery" in message.text


async def test_a_deleted_picture_leaves_its_message_and_the_others_stay(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=pictures(3), by=at.ada.id)
    ref, message = await shown(at, view)
    gone = message.files[1]
    left = replace(view, assets=(view.assets[0], view.assets[2]))
    assert await at.adapter.edit(ref, left, post=at.result(view)) == ref
    assert [one.name for one in message.files] == [
        f"easel-v1-{view.assets[0].id[:8]}.png",
        f"easel-v1c-{view.assets[2].id[:8]}.png",
    ]
    assert gone not in message.attachments
    assert not any(view.assets[1].id in (one.custom_id or "") for one in message.buttons)


async def test_deleted_pictures_do_not_stay_in_an_old_message_that_takes_no_more_edits(refused: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=pictures(10), by=refused.ada.id)
    ref, message = await shown(refused, view)
    refused.discord.clock.advance(2 * 3600)
    for left in range(9, 4, -1):
        await refused.adapter.edit(ref, replace(view, assets=view.assets[:left]), post=refused.result(view))
        if message.deleted:
            break
        assert len(message.files) == left
    assert message.deleted


async def test_deleting_twice_is_no_error_and_an_empty_thread_goes_with_its_root(refused: Scene) -> None:
    root = await opened(refused)
    await refused.adapter.delete(root)
    await refused.adapter.delete(root)
    assert refused.discord.messages(refused.channel) == []
    assert refused.thread(root.thread).archived


async def test_a_thread_in_which_something_was_said_stays_open_without_its_root(at: Scene) -> None:
    view = creation(by=at.ada.id)
    root = await opened(at, view)
    await at.adapter.post(root.thread, view, post=at.post(view))
    await at.adapter.delete(root)
    assert not at.thread(root.thread).archived


async def test_a_shared_result_stands_in_the_channel_itself(at: Scene) -> None:
    view = creation(CreationState.SUCCEEDED, assets=pictures(1), by=at.ada.id)
    post = at.post(view, f"{posts.SHARED}{view.assets[0].id}:event")
    there = places.channel(int(at.guild.id), int(at.channel.id))
    ref = await at.adapter.post(there, view, at.files(view), post=post)
    (message,) = at.discord.messages(at.channel)
    assert message.id == ref.id
    assert message.target is None
    assert await at.adapter.find(there, post) == ref
    await at.adapter.delete(ref)
    assert at.discord.messages(at.channel) == []


async def test_hostile_words_ping_nobody(at: Scene) -> None:
    at.guild.bot_role.permissions |= int(P.MENTION_EVERYONE)
    words = f"@everyone <@{at.ada.id}> <@&{at.guild.id}>"
    view = creation(prompt=words, reply=words, by=at.ada.id, credit=at.ada.id, assets=pictures(1, prompt=words))
    root = await opened(at, view)
    status = await at.adapter.post(root.thread, view, post=at.post(view))
    await at.adapter.edit(status, replace(view, revision=2), post=at.post(view))
    await at.adapter.post(root.thread, view, at.files(view), post=at.result(view))
    bodies = [call.body for call in at.discord.requests if call.name in {"send", "edit"}]
    assert len(bodies) == 4
    assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)


def test_each_channel_has_a_pace_of_its_own() -> None:
    from bot.discord.adapter import DiscordAdapter

    pace = DiscordAdapter.pace
    thread, other, chain = places.thread(1, 2, 3), places.thread(1, 2, 4), places.chain(1, 2, 9)
    keys = [pace(None, each).key for each in (thread, other, chain, places.channel(1, 2))]  # type: ignore[arg-type]
    assert keys == ["discord:3", "discord:4", "discord:2", "discord:2"]


# --- with the whole house -----------------------------------------------------------------------------------------

ALL_KINDS = calls(
    picture("one"), picture("two"), call("generate_video", prompt="waves"), call("generate_speech", text="hello")
)


async def asked_on_discord(house: House, at: Scene, thread: ThreadRef, **more: Any) -> Any:
    user_id = await house.app.chats.person("discord", "", at.ada.id, "Ada")
    return user_id, await house.ask("a lighthouse", by=user_id, surface="discord", thread=thread, **more)


async def quiet(at: Scene, place: Any) -> list[Any]:
    """What stands in a place once its status says how it ended."""
    ends = ("**Done", "**Not made", "**Cancelled")
    await at.discord.until(lambda: any(end in text for text in said(at, place) for end in ends), 20)
    return at.discord.messages(place)


async def noted(house: House, creation_id: str, count: int) -> None:
    """Until Easel knows of so many messages that Discord took them."""
    async with asyncio.timeout(10):
        while True:
            rows = await house.read(lambda session: posts.of(session, creation_id))
            if sum(one.state == PostState.SENT for one in rows) == count:
                return
            await asyncio.sleep(0.02)


async def test_a_worker_alone_shows_a_creation_from_its_root_to_its_end(at: Scene, settings: Settings) -> None:
    at.adapter.opening_s = 0
    planner = ScriptedPlanner(ALL_KINDS)
    async with opened_house(settings, planner=planner, adapters={"discord": at.adapter}) as house:
        user_id, view = await asked_on_discord(house, at, pending(at))
        await house.end(view, by=user_id)
        thread = await at.discord.until(lambda: next(iter(at.discord.threads(at.channel)), None), 10)
        messages = await quiet(at, thread)
        await at.discord.until(lambda: sum(len(one.files) for one in at.discord.messages(thread)) == 4, 10)
        shown_now = at.discord.messages(thread)
        ref = MessageRef(places.thread(int(at.guild.id), int(at.channel.id), int(thread.id)), messages[0].id)
        showing = await house.app.chats.showing(ref)
        assert showing
        assert showing.creation_id == view.id
    assert len(at.discord.messages(at.channel)) == 1
    assert at.discord.messages(at.channel)[0].text == f"> a lighthouse\n-# Asked by <@{at.ada.id}>"
    assert sum(not one.files for one in messages) == 1
    assert len({one.nonce for one in shown_now}) == len(shown_now)


async def test_a_deleted_result_goes_from_discord_and_a_forgotten_person_leaves_nothing_there(
    refused: Scene, settings: Settings
) -> None:
    refused.adapter.opening_s = 0
    async with opened_house(
        settings, planner=ScriptedPlanner(calls(picture("one"), picture("two"))), adapters={"discord": refused.adapter}
    ) as house:
        user_id, view = await asked_on_discord(house, refused, pending(refused))
        ended = await house.end(view, by=user_id)
        (thread,) = refused.discord.threads(refused.channel)
        await quiet(refused, thread)
        await noted(house, view.id, 3)
        await house.app.studio.delete(user_id, ended.assets[0].id)
        (left,) = [one for one in refused.discord.messages(thread) if one.files]
        assert len(left.files) == 1
        await house.app.studio.forget(user_id)
        assert refused.discord.messages(thread) == refused.discord.messages(refused.channel) == []


async def test_a_busy_channel_within_real_rate_limits_loses_no_end(tmp_path: Path, pool: NativePool) -> None:
    settings = Settings(_env_file=None, EASEL_DATA_DIR=tmp_path / "data", EASEL_USER_AT_ONCE=0)  # type: ignore[call-arg]
    async with scene(tmp_path, pool, rate_limits=True) as at:
        at.adapter.opening_s = 0
        planner = ScriptedPlanner(calls(picture("one")))
        async with opened_house(settings, planner=planner, adapters={"discord": at.adapter}) as house:
            asked = [
                await asked_on_discord(house, at, places.to_open(int(at.guild.id), int(at.channel.id), number + 1))
                for number in range(6)
            ]
            await asyncio.gather(*(house.end(view, by=user_id) for user_id, view in asked))
            threads = await at.discord.until(lambda: len(found := at.discord.threads(at.channel)) == 6 and found, 30)
            for thread in threads:
                assert any("**Done**" in one.text for one in await quiet(at, thread))
                await at.discord.until(lambda here=thread: any(one.files for one in at.discord.messages(here)), 20)
        assert len(at.discord.messages(at.channel)) == 6


@pytest.mark.parametrize(
    ("ref", "kind", "writes_in", "root_id"),
    [
        (places.thread(1, 2, 3), places.Kind.THREAD, 3, None),
        (places.channel(None, 2), places.Kind.THREAD, 2, None),
        (places.chain(None, 2, 3), places.Kind.CHAIN, 2, 3),
        (places.by_token(1, 2, 3), places.Kind.TOKEN, 2, None),
        (places.to_open(1, 2, 3), places.Kind.PENDING, 2, None),
        (places.to_open(1, 2, 3, private=True), places.Kind.PENDING_PRIVATE, 2, None),
        (places.to_answer(1, 2, 3), places.Kind.PENDING_ANSWER, 2, None),
    ],
)
def test_a_place_survives_being_written_down(
    ref: ThreadRef, kind: places.Kind, writes_in: int, root_id: int | None
) -> None:
    place = places.read(ThreadRef.parse(str(ref)))
    assert (place.kind, place.writes_in, place.root_id) == (kind, writes_in, root_id)
    assert ref.pending == kind.value.startswith("~")


@pytest.mark.parametrize("thread", ["", "x3", "~x3", "3x", "r", "~", "-3"])
def test_a_place_that_is_not_discords_is_not_found(thread: str) -> None:
    with pytest.raises(NotFound):
        places.read(ThreadRef(platform="discord", workspace="1", channel="2", thread=thread))
    with pytest.raises(NotFound):
        places.read(ThreadRef(platform="slack", workspace="1", channel="2", thread="3"))


# --- what people attach -------------------------------------------------------------------------------------------


async def test_an_attachment_is_fetched_from_discord_without_the_token(at: Scene, tmp_path: Path) -> None:
    message = await at.ada.say(at.channel, "mine", files=[("mine.png", png())])
    source = at.discord.world.cdn.url(message.attachments[0])
    await at.adapter.fetch(pending(at), FileRef(source, "mine.png"), tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == png()
    assert at.discord.world.cdn.leaked_tokens == []


async def test_an_expired_link_is_refused_with_a_sentence(at: Scene, tmp_path: Path) -> None:
    message = await at.ada.say(at.channel, "mine", files=[("mine.png", png())])
    source = at.discord.world.cdn.url(message.attachments[0])
    at.discord.clock.advance(3 * 24 * 3600)
    with pytest.raises(UserError, match="Please attach it again"):
        await at.adapter.fetch(pending(at), FileRef(source, "mine.png"), tmp_path / "got")
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/attachments/1/2/a.png",
        "https://cdn.discordapp.com.evil.example/a.png",
        "http://cdn.discordapp.com/attachments/1/2/a.png",
        "https://user:pass@cdn.discordapp.com/a.png",
        "https://127.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://127.0.0.1:1/a.png",
        "nonsense",
        "",
    ],
)
async def test_nothing_but_discords_own_files_is_fetched(at: Scene, tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError, match="does not lie on Discord"):
        await at.adapter.fetch(pending(at), FileRef(url, "a.png"), tmp_path / "got")
    assert not (tmp_path / "got").exists()


async def test_more_than_easel_takes_is_not_downloaded(at: Scene, tmp_path: Path) -> None:
    stored = at.discord.world.cdn
    message = await at.ada.say(at.channel, "mine", files=[("mine.png", png())])
    message.attachments[0].data = b"\0" * (65 << 20)
    with pytest.raises(TooLarge, match="64 MB"):
        await at.adapter.fetch(pending(at), FileRef(stored.url(message.attachments[0]), "a.png"), tmp_path / "got")
    assert not (tmp_path / "got").exists()
