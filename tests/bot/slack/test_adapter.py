"""Easel's messages in Slack: each once, in its thread, with its files, whatever is lost on the way."""

import asyncio
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.settings import Settings
from bot.slack.fetching import address, is_slack
from bot.slack.places import thread
from core.chat import Attachment, FileRef, MessageRef
from core.errors import TooLarge, Unreachable, Unsupported, UserError
from core.studio import Studio
from storage import posts
from storage.tables import CreationState, Post
from tests.bot.slack.outbound import SCOPES, TEAM, buttons, labels, plan_of, stage
from tests.fakes.planner import ScriptedPlanner, calls, picture, say
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.faults import delay, error, fine, lose_answer, ratelimited, status
from tests.fakes.slack.message import Message
from tests.fakes.slack.server import SlackServer

TWO = calls(picture("one"), picture("two"))


async def test_a_wish_becomes_a_root_a_status_and_its_result_all_in_one_thread(settings: Settings) -> None:
    async with stage(settings, planner=ScriptedPlanner(calls(picture()))) as on:
        ended = await on.shown(await on.ask("a lighthouse at dusk"))
        (root,) = on.roots
        assert "a lighthouse at dusk" in root.said()
        assert "ada" in root.said().lower()
        assert ended.thread == str(thread(TEAM, on.channel().id, root.ts))
        assert {one.thread_ts for one in (on.status, *on.results, *on.attached)} == {root.ts}
        assert root.unfurl_links is False
        (result,) = on.results
        assert labels(result)[:3] == ["Refine", "Vary", "Upscale"]
        assert {each["value"] for each in buttons(result)} == {ended.assets[0].id}
        assert "Done." in on.status.said()
        assert on.slack.pings == []
        assert on.slack.forged_links == []
        assert on.slack.rejected == []


async def test_a_result_stands_in_the_thread_with_its_bytes_its_words_and_its_buttons_below(settings: Settings) -> None:
    async with stage(settings, planner=ScriptedPlanner(TWO)) as on:
        ended = await on.shown(await on.ask())
        files = [file for message in on.attached for file in message.files]
        assert len(files) == len(ended.assets) == 2
        assert all(file.data.startswith(b"\x89PNG") and file.alt_text for file in files)
        assert max(float(one.ts) for one in on.attached) < min(float(one.ts) for one in on.results)


async def test_webp_is_attached_as_png(settings: Settings) -> None:
    async with stage(settings) as on:
        view = await on.shown(await on.ask())
        place = thread(TEAM, on.channel().id, on.roots[0].ts)
        row = await on.house.read(lambda session: _post_of(session, view.id))
        row.file_ids = []
        source = settings.data_dir / "flat.webp"
        Image.new("RGB", (40, 30), (200, 10, 10)).save(source, "WEBP")

        file = Attachment(source, "easel-v1.webp", "image/webp", "Red", view.assets[0].id)
        await on.adapter.post(place, view, [file], post=row)
        added = max(on.slack.files.values(), key=lambda each: each.id)
        assert added.name == "easel-v1.png"
        assert Image.open(io.BytesIO(added.data)).format == "PNG"


def _post_of(session: Session, creation_id: str) -> Post:
    return next(post for post in posts.of(session, creation_id) if post.role.startswith("result:"))


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.startStream", "files.completeUploadExternal"])
async def test_what_slack_took_while_its_answer_was_lost_is_found_and_never_sent_twice(
    settings: Settings, method: str
) -> None:
    async with (
        SlackServer(clock=SlackClock(speed=60)) as slack,
        stage(settings, slack=slack, planner=ScriptedPlanner(TWO)) as on,
    ):
        slack.fail(method, lose_answer())
        ended = await on.shown(await on.ask(), within_s=40)
        await asyncio.sleep(0.5)
        assert ended.state == CreationState.SUCCEEDED
        assert len(on.roots) == len(on.statuses) == 1
        assert len([file for message in on.attached for file in message.files]) == 2
        assert sum(len(_refines(one)) for one in on.results) == 2
        assert any(one.fault for one in slack.requests.to(method))


def _refines(message: Message) -> list[object]:
    return [each for each in buttons(message) if each["action_id"] == "easel_refine"]


async def test_a_restart_goes_on_in_the_same_messages(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=2))
    async with SlackServer(clock=SlackClock(speed=60)) as slack:
        async with stage(settings, slack=slack, provider=provider) as on:
            view = await on.ask()
            await slack.until(lambda: on.statuses and provider.polls.total() > 0)
        async with stage(settings, slack=slack, provider=provider) as on:
            await on.shown(view)
            assert len(on.roots) == len(on.statuses) == len(on.results) == 1
            assert {task["status"] for task in plan_of(on.status)["tasks"]} == {"complete"}
            assert {one.error for one in slack.rejected} <= {"streaming_state_conflict"}


async def test_every_second_edit_refused_costs_the_thread_nothing_but_time(settings: Settings) -> None:
    planner = ScriptedPlanner(calls(*(picture(f"n{index}") for index in range(3))))
    provider = ScriptedProvider({f"n{index}": Way(ticket=True, after_s=1 + 2 * index) for index in range(3)})
    async with stage(settings, planner=planner, provider=provider) as on:
        on.slack.always("chat.startStream", error("unknown_method"))  # so that every change is an edit
        on.slack.limits.every("chat.update", 2)
        await on.shown(await on.ask(), within_s=40)
        assert on.slack.limits.refused["chat.update"] >= 1
        assert {task["status"] for task in plan_of(on.status)["tasks"]} == {"complete"}
        assert "Done." in on.status.said()


@pytest.mark.parametrize("place", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_a_file_that_cannot_be_attached_is_said_and_never_claimed(settings: Settings, place: str) -> None:
    async with stage(settings) as on:
        on.slack.always(place, status(500, "no") if place == "upload" else error("fatal_error"))
        ended = await on.shown(await on.ask())
        (result,) = on.results
        assert "could not be attached" in result.said()
        assert "gallery" in result.said()
        assert on.attached == []
        assert ended.state == CreationState.SUCCEEDED
        assert "easel_refine" in {each["action_id"] for each in buttons(result)}


async def test_one_failed_try_of_an_upload_is_made_good(settings: Settings) -> None:
    async with stage(settings) as on:
        on.slack.fail("upload", status(500, "no"))
        await on.shown(await on.ask())
        assert len(on.attached) == 1
        assert "could not be attached" not in on.results[0].said()


async def test_a_revoked_token_is_tried_at_most_three_times(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1.5))
    async with stage(settings, provider=provider) as on:
        view = await on.ask()
        await on.slack.until(lambda: on.statuses)
        on.slack.revoke(TEAM)
        before = len(on.slack.requests)
        await on.house.end(view, by=on.ada_id)
        await asyncio.sleep(1.5)
        assert len(on.slack.requests) - before <= 3


@pytest.mark.parametrize(("channel", "reason"), [("secret", "gone"), ("archive", "gone")])
async def test_a_channel_that_cannot_be_written_ends_the_showing_and_not_the_creation(
    settings: Settings, channel: str, reason: str
) -> None:
    async with stage(settings) as on:
        place = on.channel(channel)
        place.archived = channel == "archive"
        ended = await on.house.end(await on.ask(channel=place.id), by=on.ada_id)
        assert ended.state == CreationState.SUCCEEDED
        await asyncio.sleep(0.3)
        assert len(on.slack.requests.to("chat.postMessage")) <= 2


async def test_a_public_channel_without_easel_gets_its_thread_and_a_way_to_add_easel(settings: Settings) -> None:
    async with stage(settings) as on:
        random = on.channel("random", bot=False)
        await on.shown(await on.ask(channel=random.id))
        (root,) = on.roots
        assert [(each["action_id"], each["value"]) for each in buttons(root)] == [("easel_join", random.id)]
        assert on.results


async def test_where_easel_is_already_nobody_is_asked_to_add_it(settings: Settings) -> None:
    async with stage(settings) as on:
        await on.shown(await on.ask())
        assert buttons(on.roots[0]) == []


async def test_without_the_scopes_for_names_it_works_and_names_nobody(settings: Settings) -> None:
    async with stage(settings, scopes=SCOPES - {"users:read", "channels:read"}) as on:
        await on.shown(await on.ask())
        assert "a lighthouse" in on.roots[0].said()
        assert "ada" not in on.roots[0].said().lower()
        assert on.slack.pings == []


async def test_in_direct_messages_the_thread_hangs_from_easels_answer(settings: Settings) -> None:
    async with stage(settings) as on:
        dm = on.slack.workspace(TEAM).dm(on.ada.id)
        await on.shown(await on.ask(channel=dm.id))
        assert {one.channel for one in (*on.roots, on.status, *on.results)} == {dm.id}
        state = on.slack.agent_state(dm, on.roots[0].ts)
        assert state.history[0] == "processing"
        assert state.status == "active"


async def test_an_answer_in_words_alone_stands_in_the_status(settings: Settings) -> None:
    async with stage(settings, planner=ScriptedPlanner(say("<!channel> *Ask* me for a <https://evil|picture>."))) as on:
        view = await on.ask("hello")
        await on.house.end(view, by=on.ada_id)
        await on.slack.until(lambda: "Ask" in on.status.said())
        assert on.slack.pings == []
        assert on.slack.links == []


async def test_deleting_a_result_leaves_nothing_of_it_at_slack(settings: Settings) -> None:
    async with stage(settings, planner=ScriptedPlanner(TWO)) as on:
        ended = await on.shown(await on.ask())
        studio: Studio = on.house.app.studio
        await studio.delete(on.ada_id, ended.assets[0].id)
        left = [file for file in on.slack.files.values() if not file.deleted]
        assert len(left) == 1
        assert all(ended.assets[0].id not in str(one.described()) for one in on.all())
        await studio.delete(on.ada_id, ended.assets[1].id)
        assert all(file.deleted for file in on.slack.files.values())
        assert on.results == []
        assert on.attached == []


async def test_an_end_in_the_middle_of_an_upload_neither_doubles_nor_delays_it(settings: Settings) -> None:
    async with stage(settings) as on:
        on.slack.always("upload", delay(1.0))
        await on.shown(await on.ask())
        assert len(on.slack.files) == len(on.attached) == len(on.results) == 1
        assert on.slack.requests.to("conversations.replies", "conversations.history") == []


async def test_a_file_shared_before_a_crash_is_not_shared_again(settings: Settings) -> None:
    async with stage(settings) as on:
        view = await on.shown(await on.ask())
        row = await on.house.read(lambda session: _post_of(session, view.id))
        assert row.file_ids == list(on.slack.files)
        place = thread(TEAM, on.channel().id, on.roots[0].ts)
        file = Attachment(Path("/nowhere.png"), "a.png", "image/png", "A", view.assets[0].id)
        await on.adapter.post(place, view, [file], post=row)
        assert len(on.slack.files) == 1
        assert "could not be attached" not in on.results[-1].said()


async def test_a_workspace_that_knows_no_plans_is_told_in_plain_blocks(settings: Settings) -> None:
    async with stage(settings) as on:
        on.slack.always("chat.startStream", error("unknown_method"))
        on.slack.fail("chat.postMessage", fine(), error("invalid_blocks"))
        on.slack.fail("chat.update", *(error("invalid_blocks"), fine()) * 10)
        view = await on.ask()
        await on.house.end(view, by=on.ada_id)
        await on.slack.until(lambda: "Done." in on.status.said())
        assert "plan" not in {block["type"] for block in on.status.blocks}
        assert "Picture" in on.status.said()


@pytest.mark.parametrize(
    ("state", "reason"), [("token_revoked", "revoked"), ("account_inactive", "revoked"), ("is_archived", "gone")]
)
async def test_what_slack_will_always_refuse_is_unreachable(settings: Settings, state: str, reason: str) -> None:
    async with stage(settings) as on:
        view = await on.shown(await on.ask())
        row = await on.house.read(lambda session: _post_of(session, view.id))
        message = MessageRef(thread(TEAM, on.channel().id, on.roots[0].ts), on.results[0].ts)
        if state == "is_archived":
            on.channel().archived = True
        else:
            on.slack.revoke(TEAM, state)
        with pytest.raises(Unreachable) as refused:
            await on.adapter.edit(message, view, post=row)
        assert refused.value.reason == reason


async def test_a_message_already_gone_is_no_error_to_delete(settings: Settings) -> None:
    async with stage(settings) as on:
        await on.shown(await on.ask())
        message = MessageRef(thread(TEAM, on.channel().id, on.roots[0].ts), on.results[0].ts)
        await on.adapter.delete(message)
        await on.adapter.delete(message)
        assert on.results == []


async def test_a_result_the_safety_check_flagged_is_shown_to_nobody_unasked(settings: Settings) -> None:
    async with stage(settings) as on:
        view = await on.shown(await on.ask())
        row = await on.house.read(lambda session: _post_of(session, view.id))
        row.file_ids, before = [], len(on.slack.files)
        flagged = replace(view, assets=(replace(view.assets[0], safety="spoiler"),))
        place = thread(TEAM, on.channel().id, on.roots[0].ts)

        files = [Attachment(Path("/nowhere.png"), "a.png", "image/png", "A", view.assets[0].id)]
        await on.adapter.post(place, flagged, files, post=row)
        assert len(on.slack.files) == before
        assert "Show" in labels(on.results[-1])
        assert "Hidden" in on.results[-1].said()


# --- what people attach -----------------------------------------------------------------------------------------------


async def test_an_attached_picture_is_downloaded_byte_for_byte(settings: Settings, tmp_path: Path) -> None:
    async with stage(settings) as on:
        await on.shown(await on.ask())
        file = next(iter(on.slack.files.values()))
        place = thread(TEAM, on.channel().id, on.roots[0].ts)
        await on.adapter.fetch(place, FileRef(file.id, "a.png"), tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == file.data


@pytest.mark.parametrize(
    ("about", "refusal"),
    [
        ({"mimetype": "image/heic"}, Unsupported),
        ({"mimetype": "image/heic", "thumb_360": "http://x"}, Unsupported),
        ({"is_external": True}, Unsupported),
        ({"size": 65 << 20}, TooLarge),
        ({"mode": "tombstone"}, UserError),
    ],
)
def test_files_that_easel_cannot_take_are_refused_with_a_sentence(about: dict, refusal: type[UserError]) -> None:
    with pytest.raises(refusal) as refused:
        address(about)
    assert refused.value.message.endswith(".")


def test_of_a_heic_photo_its_large_jpeg_is_taken() -> None:
    about = {
        "mimetype": "image/heic",
        "thumb_1024": "https://files.slack.com/t",
        "url_private": "https://files.slack.com/o",
    }
    assert address(about) == "https://files.slack.com/t"


async def test_a_sign_in_page_in_place_of_a_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    async with stage(settings) as on:
        await on.shown(await on.ask())
        file = next(iter(on.slack.files.values()))
        on.slack.fail("download", status(200, "<!DOCTYPE html><html>Sign in</html>"))
        place = thread(TEAM, on.channel().id, on.roots[0].ts)
        with pytest.raises(UserError, match="install it again"):
            await on.adapter.fetch(place, FileRef(file.id, "a.png"), tmp_path / "got")


async def test_the_token_goes_to_no_other_host(settings: Settings, tmp_path: Path) -> None:
    assert is_slack("https://files.slack.com/x", "https://slack.com/api/")
    for url in (
        "http://files.slack.com/x",
        "https://files.slack.com.evil.net/x",
        "https://evil.net/",
        "http://127.0.0.1/x",
    ):
        assert not is_slack(url, "https://slack.com/api/")
    assert not is_slack("http://127.0.0.1:2/x", "http://127.0.0.1:1/api/")


async def test_a_429_in_the_middle_of_posting_is_waited_out(settings: Settings) -> None:
    async with stage(settings) as on:
        on.slack.fail("chat.postMessage", ratelimited(1))
        began = asyncio.get_running_loop().time()
        await on.shown(await on.ask())
        assert asyncio.get_running_loop().time() - began >= 1
        assert len(on.roots) == 1


async def test_every_call_is_made_by_the_sdk_with_the_teams_token(settings: Settings) -> None:
    async with stage(settings) as on:
        client = await on.clients.client(TEAM)
        assert isinstance(client, AsyncWebClient)
        assert (await client.auth_test())["team_id"] == TEAM
