"""The strict local Slack, met through the real slack_sdk and slack_bolt: what works, and what it refuses."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.models import blocks as kit
from slack_sdk.models.blocks import block_elements as parts
from slack_sdk.models.messages.chunk import MarkdownTextChunk, PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.models.views import View as SdkView
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes import slack
from tests.fakes.slack import Impossible, SlackServer, Upload, sign
from tests.fakes.slack.kit.check import check_blocks, check_view
from tests.fakes.slack.methods import KNOWN_SCOPES

Json = dict[str, Any]
ALL = KNOWN_SCOPES - {"chat:write.public"}


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer(processing_s=0.02) as running:
        running.workspace("T1", scopes=ALL).person("ada")
        yield running


@pytest.fixture
def client(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(server.workspace().bot_token, base_url=server.api_url)


def png(size: tuple[int, int] = (32, 32)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


@asynccontextmanager
async def serving(application: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Bot:
    """A small app written for these tests."""

    app: AsyncApp
    heard: list[Json] = field(default_factory=list)
    retries: list[str | None] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    """How the next submissions are answered, whatever they hold."""


MODAL: Json = {
    "type": "modal",
    "callback_id": "refine",
    "title": {"type": "plain_text", "text": "Refine"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}
BUTTONS: list[Json] = [
    {
        "type": "actions",
        "block_id": "b1",
        "elements": [
            {"type": "button", "action_id": "vary", "value": "a1", "text": {"type": "plain_text", "text": "Vary"}},
            {
                "type": "static_select",
                "action_id": "style",
                "options": [
                    {"text": {"type": "plain_text", "text": "Ink"}, "value": "ink"},
                    {"text": {"type": "plain_text", "text": "Oil"}, "value": "oil"},
                ],
            },
        ],
    }
]


def bot(server: SlackServer, **more: Any) -> Bot:
    space = server.workspace()
    web_client = AsyncWebClient(space.bot_token, base_url=server.api_url)
    made = Bot(AsyncApp(token=space.bot_token, signing_secret=space.signing_secret, client=web_client, **more))
    app = made.app

    @app.command("/create")
    async def create(ack: Any, command: Json, client: AsyncWebClient) -> None:
        await ack(text="On it")
        await client.chat_postMessage(channel=command["channel_id"], text=command["text"], blocks=BUTTONS)

    @app.command("/silent")
    async def silent() -> None:
        await asyncio.sleep(10)

    @app.event("app_mention")
    async def mentioned(body: Json, say: Any, request: Any) -> None:
        made.heard.append(body)
        made.retries.append(request.headers.get("x-slack-retry-num", [None])[0])
        await say(text="heard", thread_ts=body["event"]["ts"])

    @app.event("message")
    async def message(body: Json) -> None:
        made.heard.append(body)

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        made.heard.append({"event": event})
        view = {"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Yours"}}]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("channel_archive")
    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    @app.event("agent_session_stopped")
    async def stopped(body: Json) -> None:
        made.heard.append(body)

    @app.action("vary")
    async def vary(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        made.heard.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("style")
    async def style(ack: Any, body: Json) -> None:
        await ack()
        made.heard.append(body)

    @app.shortcut("remix")
    async def remix(ack: Any, body: Json) -> None:
        await ack()
        made.heard.append(body)

    @app.view("refine")
    async def refine(ack: Any, body: Json, view: Json) -> None:
        made.heard.append(body)
        words = view["state"]["values"]["words"]["text"]["value"]
        if made.answers:
            await ack(**made.answers.pop(0))
        elif len(words) < 3:
            await ack(response_action="errors", errors={"words": "too short"})
        else:
            await ack()

    return made


@asynccontextmanager
async def by_socket(server: SlackServer, **more: Any) -> AsyncIterator[Bot]:
    made = bot(server, **more)
    listening = AsyncSocketModeHandler(made.app, server.workspace().app_token, ping_interval=0.2)
    await listening.connect_async()
    await server.until(lambda: server.sockets.open)
    try:
        yield made
    finally:
        await listening.close_async()


@asynccontextmanager
async def by_http(server: SlackServer) -> AsyncIterator[Bot]:
    made = bot(server)

    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await made.app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", take)
    async with serving(application) as url:
        await server.deliver_to(f"{url}/slack/events")
        yield made


TRANSPORTS = pytest.mark.parametrize("transport", [by_socket, by_http], ids=["socket", "http"])


# --- the real app, both ways --------------------------------------------------------------------------------------


@TRANSPORTS
async def test_a_command_is_acked_and_answered(server: SlackServer, transport: Any) -> None:
    async with transport(server):
        seen = await server.workspace().person("ada").command("general", "/create", "a fox")
        posted = await server.until(lambda: server.messages("general"))
    assert seen.acked and seen.ack_s is not None and seen.ack_s < 1
    assert [one.text for one in seen.ephemerals] == ["On it"]
    assert [one.text for one in posted] == ["a fox"]
    assert posted[0].by_bot and server.rejected == []


@TRANSPORTS
async def test_a_mention_delivers_two_events_with_different_ids(server: SlackServer, transport: Any) -> None:
    async with transport(server) as made:
        seen = await server.workspace().person("ada").mention("general", "a <fox> & https://x.example/a")
        await server.until(lambda: len(server.messages("general")) == 2)
        await server.settled()
    events = [one.payload for one in seen.deliveries]
    assert [one["event"]["type"] for one in events] == ["message", "app_mention"]
    assert events[0]["event_id"] != events[1]["event_id"]
    assert [one["authorizations"][0]["user_id"] for one in events] == ["UBOTT1"] * 2
    assert {one["event"]["ts"] for one in events} == {seen.message.ts}
    assert made.heard[0]["event"]["text"] == "<@UBOTT1> a &lt;fox&gt; &amp; <https://x.example/a>"
    assert server.messages("general", thread=seen.message.ts)[1].text == "heard"


@TRANSPORTS
async def test_a_button_opens_a_modal_whose_errors_and_submission_are_seen(server: SlackServer, transport: Any) -> None:
    ada = server.workspace().person("ada")
    async with transport(server) as made:
        await ada.command("general", "/create", "a fox")
        message = (await server.until(lambda: server.messages("general")))[0]
        await ada.click(message, "Vary")
        modal = await server.until(lambda: ada.modal)
        wrong = await ada.submit(modal, {"words": {"text": "ab"}})
        assert wrong.errors == {"words": "too short"} and ada.modal is modal
        right = await ada.submit(modal, {"words": {"text": "more fog"}})
        await ada.select(message, "style", "Oil")
        await ada.shortcut("remix", message)
        await ada.global_shortcut("remix")
    assert right.acked and ada.modal is None
    clicked, _, submitted, selected, shortcut, anywhere = made.heard
    assert clicked["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": False,
    }
    assert clicked["actions"][0]["value"] == "a1" and clicked["message"]["ts"] == message.ts
    assert clicked["state"]["values"]["b1"]["style"]["selected_option"] is None
    assert submitted["view"]["state"]["values"]["words"]["text"]["value"] == "more fog"
    assert selected["actions"][0]["selected_option"]["value"] == "oil"
    assert shortcut["type"] == "message_action" and anywhere["type"] == "shortcut"


@TRANSPORTS
async def test_the_home_tab_belongs_to_its_person(server: SlackServer, transport: Any) -> None:
    space = server.workspace()
    async with transport(server) as made:
        await space.person("ada").open_home()
        home = await server.until(lambda: server.homes.get("UADA"))
        await space.person("ada").open_messages()
        await server.until(lambda: len(made.heard) == 2)
    assert home.blocks[0]["text"]["text"] == "Yours"
    assert [one["event"]["tab"] for one in made.heard] == ["home", "messages"]
    assert not space.person("ben").sees(home)


async def test_a_command_that_is_not_acked_in_time_troubles_its_person(server: SlackServer) -> None:
    server.ack_s = 0.2
    async with by_socket(server):
        seen = await server.workspace().person("ada").command("general", "/silent")
    assert seen.trouble and not seen.acked and len(seen.deliveries[0].tries) == 1


async def test_photos_arrive_as_file_share_and_only_the_right_token_downloads_them(server: SlackServer) -> None:
    space = server.workspace()
    photos = [Upload(name="a.png", data=png((800, 400))), slack.heic(), slack.heic("raw.heic", converted=False)]
    async with by_socket(server) as made:
        await space.person("ada").say("general", "this", files=photos)
        event = (await server.until(lambda: made.heard))[0]["event"]
    picture, phone, raw = event["files"]
    assert event["subtype"] == "file_share" and picture["mimetype"] == "image/png"
    assert "thumb_720" in picture and "thumb_1024" not in picture
    assert phone["mimetype"] == "image/heic" and "thumb_1024" in phone and "thumb_1024" not in raw
    async with aiohttp.ClientSession() as http:
        good = {"Authorization": f"Bearer {space.bot_token}"}
        async with http.get(picture["url_private"], headers=good) as answer:
            assert await answer.read() == photos[0].data
        async with http.get(phone["thumb_1024"], headers=good) as answer:
            assert Image.open(io.BytesIO(await answer.read())).size == (1024, 768)
        for wrong in ("xoxb-other", server.workspace("T2").bot_token):
            async with http.get(picture["url_private"], headers={"Authorization": f"Bearer {wrong}"}) as answer:
                assert answer.status == 200 and answer.content_type == "text/html"


async def test_a_file_given_in_a_form_is_the_apps_to_download_and_stands_nowhere(
    server: SlackServer, client: AsyncWebClient
) -> None:
    ada = server.workspace().person("ada")
    files = entry({"type": "file_input", "action_id": "files", "filetypes": ["png"]}, block_id="files")
    filled = {"words": {"text": "as here"}, "files": {"files": [Upload(name="a.png", data=png())]}}
    async with by_socket(server) as made:
        await ada.global_shortcut("remix")
        trigger = (await server.until(lambda: made.heard))[0]["trigger_id"]
        await client.views_open(trigger_id=trigger, view=MODAL | {"blocks": [*MODAL["blocks"], files]})
        assert ada.modal is not None
        with pytest.raises(Impossible, match="takes only"):
            await ada.submit(ada.modal, {"files": {"files": [Upload(name="a.gif", data=b"GIF89a")]}})
        assert (await ada.submit(ada.modal, filled)).acked
    file = next(each for each in server.files.values() if each.name == "a.png")
    assert made.heard[-1]["view"]["state"]["values"]["files"]["files"]["files"][0]["id"] == file.id
    about = (await client.files_info(file=file.id))["file"]
    assert about["shares"] == {}
    async with aiohttp.ClientSession() as http:
        own = {"Authorization": f"Bearer {server.workspace().bot_token}"}
        async with http.get(about["url_private"], headers=own) as answer:
            assert await answer.read() == png()


@pytest.mark.parametrize("admin", [True, False])
async def test_a_person_may_be_an_admin(server: SlackServer, client: AsyncWebClient, admin: bool) -> None:
    person = server.workspace().person("bob", admin=admin)
    user = (await client.users_info(user=person.id))["user"]
    assert (user["is_admin"], user["is_owner"]) == (admin, False)


# --- files --------------------------------------------------------------------------------------------------------


async def test_upload_v2_is_shared_in_its_thread_a_little_later(server: SlackServer, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="CT1GENERAL", text="root")
    answer = await client.files_upload_v2(
        channel="CT1GENERAL",
        thread_ts=root["ts"],
        filename="fox.png",
        content=png(),
        alt_txt="a fox",
        initial_comment="v1",
    )
    file_id = answer["file"]["id"]
    block = [{"type": "image", "alt_text": "a fox", "slack_file": {"id": file_id}}]
    assert (await client.files_info(file=file_id))["file"]["shares"] == {}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_postMessage(channel="CT1GENERAL", text="early", blocks=block)
    await server.until(lambda: server.files[file_id].shares)
    shared = (await client.files_info(file=file_id))["file"]
    assert shared["shares"]["public"]["CT1GENERAL"][0]["thread_ts"] == root["ts"]
    assert shared["alt_txt"] == "a fox" and server.files[file_id].data == png()
    message = server.messages("general", thread=root["ts"])[1]
    assert message.subtype == "file_share" and message.text == "v1" and message.files[0].id == file_id
    assert (await client.chat_postMessage(channel="CT1GENERAL", text="late", blocks=block))["ok"]
    await client.files_delete(file=file_id)
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file_id)


async def test_a_file_shared_elsewhere_or_nowhere_cannot_stand_in_a_message(
    server: SlackServer, client: AsyncWebClient
) -> None:
    for channel in (None, "CT1STUDIO"):
        answer = await client.files_upload_v2(channel=channel, filename="a.png", content=png())
        file_id = answer["file"]["id"]
        await server.until(lambda file_id=file_id: server.files[file_id].ready)
        block = {"type": "image", "alt_text": "x", "slack_file": {"id": file_id}}
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=[block])


async def test_a_highlighted_picture_is_ready_at_once(server: SlackServer, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(channel="CT1GENERAL", filename="a.png", content=png(), highlight_type="png")
    file_id = answer["file"]["id"]
    block = {"type": "image", "alt_text": "x", "slack_file": {"id": file_id}}
    assert server.files[file_id].shares == []
    assert (await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=[block]))["ok"]


async def test_a_file_that_is_not_png_jpg_or_gif_cannot_stand_in_an_image_block(
    server: SlackServer, client: AsyncWebClient
) -> None:
    answer = await client.files_upload_v2(channel="CT1GENERAL", filename="a.mp4", content=b"\0\0\0\x18ftypmp42")
    file = server.files[answer["file"]["id"]]
    await server.until(lambda: file.shares)
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        block = {"type": "image", "alt_text": "x", "slack_file": {"url": file.url_private}}
        await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=[block])


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("files.getUploadURLExternal", SlackApiError),
        ("upload", SlackRequestError),
        ("files.completeUploadExternal", SlackApiError),
    ],
)
async def test_each_step_of_an_upload_can_fail(
    server: SlackServer, client: AsyncWebClient, place: str, error: type[Exception]
) -> None:
    server.fail(place, slack.status(500) if place == "upload" else slack.error("internal_error"))
    with pytest.raises(error):
        await client.files_upload_v2(channel="CT1GENERAL", filename="a.png", content=png())
    await asyncio.sleep(0.05)
    assert server.messages("general") == [] and server.rejected == []


async def test_bytes_of_another_length_than_announced_are_refused(server: SlackServer, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.png", length=10)
    async with aiohttp.ClientSession() as http, http.post(ticket["upload_url"], data=b"short") as answer:
        assert answer.status == 400
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}], channel_id="CT1GENERAL")


# --- streams ------------------------------------------------------------------------------------------------------


async def threaded(client: AsyncWebClient, channel: str = "CT1GENERAL") -> Json:
    root = await client.chat_postMessage(channel=channel, text="root")
    return {
        "channel": channel,
        "thread_ts": root["ts"],
        "recipient_team_id": "T1",
        "recipient_user_id": "UADA",
    }


async def test_the_sdk_streams_text_tasks_and_a_plan(server: SlackServer, client: AsyncWebClient) -> None:
    stream = await client.chat_stream(**await threaded(client), task_display_mode="plan", buffer_size=1)
    await stream.append(markdown_text="Look: ")
    await stream.append(
        chunks=[PlanUpdateChunk(title="Plan"), TaskUpdateChunk(id="1", title="Draw", status="in_progress")]
    )
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Draw", status="in_progress", details="half")])
    await stream.append(chunks=[TaskUpdateChunk(id="2", title="Speak", status="pending", details=" way")])
    answer = await stream.stop(
        chunks=[
            TaskUpdateChunk(id="1", title="Drawn", status="complete", details=" done"),
            MarkdownTextChunk(text="!"),
        ],
        blocks=BUTTONS,
        metadata={"event_type": "post", "event_payload": {"post_id": "p1"}},
        session_status="active",
    )
    message = server.messages("general")[-1]
    plan, words, actions = message.blocks
    assert answer["message"]["streaming_state"] == "completed"
    assert plan["title"] == "Plan" and plan["tasks"][0]["title"] == "Drawn"
    assert plan["tasks"][0]["details"]["elements"][0]["elements"][0]["text"] == "half done"
    assert words["text"] == "Look: !" and actions["type"] == "actions"
    assert message.open_tasks == ("2",), "a task left open at the end spins for ever"
    assert message.metadata == {"event_type": "post", "event_payload": {"post_id": "p1"}}
    assert server.agent_state(server.workspace().channel("general"), message.thread_ts).history == ["active"]


async def test_a_stream_dies_after_five_minutes_and_update_takes_over(
    server: SlackServer, client: AsyncWebClient
) -> None:
    stream = await client.chat_stream(**await threaded(client), buffer_size=1)
    await stream.append(markdown_text="a")
    with pytest.raises(SlackApiError, match="streaming_state_conflict"):
        await client.chat_update(channel="CT1GENERAL", ts=stream.ts, text="early")
    server.clock.advance(301)
    assert server.messages("general")[-1].stream.broken(server.clock.now())
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await stream.append(markdown_text="b")
    await client.chat_update(channel="CT1GENERAL", ts=stream.ts, text="whole")
    message = server.messages("general")[-1]
    assert message.text == "whole" and not message.stream.broken(server.clock.now())


async def test_a_killed_stream_is_dead_at_once(server: SlackServer, client: AsyncWebClient) -> None:
    stream = await client.chat_stream(**await threaded(client), buffer_size=1)
    await stream.append(markdown_text="a")
    server.kill_stream(server.messages("general")[-1])
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await stream.stop()


async def test_stop_names_the_streams_it_stopped_and_only_stop_stream_is_left(
    server: SlackServer, client: AsyncWebClient
) -> None:
    ada = server.workspace().person("ada")
    async with by_socket(server) as made:
        place = await threaded(client)
        root = server.messages("general")[0]
        with pytest.raises(Impossible, match="Stop"):
            await ada.stop(root)
        await client.agents_sessions_setStatus(
            channel_id=place["channel"], thread_ts=place["thread_ts"], status="processing"
        )
        stream = await client.chat_stream(**place, buffer_size=1)
        await stream.append(markdown_text="a")
        await ada.stop(root)
        with pytest.raises(SlackApiError, match="stopped_by_user"):
            await stream.append(markdown_text="b")
        await stream.stop(session_status="active")
        await server.until(lambda: [one for one in made.heard if one["event"]["type"] == "agent_session_stopped"])
    event = next(one["event"] for one in made.heard if one["event"]["type"] == "agent_session_stopped")
    assert event["streaming_message_ts"] == [stream.ts] and event["thread_ts"] == root.ts


ROOT = "ROOT"
"""Stands for a thread's ts in the table below."""
TASK: Json = {"type": "task_update", "id": "1", "title": "t", "status": "pending"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"thread_ts": None}, "invalid_arguments"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"recipient_team_id": None}, "missing_recipient_team_id"),
        ({"recipient_user_id": None}, "missing_recipient_user_id"),
        ({"recipient_user_id": "UNOBODY"}, "user_not_found"),
        ({"task_display_mode": "grid"}, "invalid_arguments"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "markdown_text", "text": "x" * 12_001}]}, "msg_too_long"),
        ({"chunks": [{"type": "poem", "text": "x"}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"status": "done"}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"colour": "red"}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": [{"type": "url", "url": "https://a.example"}]}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "divider"}] * 51}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "alert"}]}]}, "invalid_blocks"),
        ({"chunks": [TASK], "markdown_text": "x"}, "streaming_mode_mismatch"),
    ],
)
async def test_a_stream_that_slack_would_not_start_is_refused(
    server: SlackServer, client: AsyncWebClient, change: Json, error: str
) -> None:
    body = {name: value for name, value in ((await threaded(client)) | change).items() if value is not None}
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.startStream", json=body)
    assert caught.value.response["error"] == error


# --- refusals of messages, views, blocks --------------------------------------------------------------------------


def text(words: str = "x", kind: str = "mrkdwn") -> Json:
    return {"type": kind, "text": words}


def button(**more: Any) -> Json:
    return {"type": "button", "text": text("Go", "plain_text")} | more


def section(**more: Any) -> Json:
    return {"type": "section", "text": text()} | more


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://a.example/a.png", "alt_text": "a"} | more


def option(value: str = "v", **more: Any) -> Json:
    return {"text": text("o", "plain_text"), "value": value} | more


def entry(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": text("l", "plain_text"), "element": element} | more


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


CARD: Json = {"type": "card", "title": text("t")}
TASK_CARD: Json = {"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}
SELECT: Json = {"type": "static_select", "options": [option()]}
CONTAINER: Json = {"type": "container", "title": text("t", "plain_text"), "child_blocks": [section()]}
FEEDBACK: Json = {
    "type": "feedback_buttons",
    "positive_button": {"text": text("+", "plain_text"), "value": "p"},
    "negative_button": {"text": text("-", "plain_text"), "value": "n"},
}
ICON: Json = {"type": "icon_button", "icon": "trash", "text": text("Delete", "plain_text")}
WRONG_BLOCKS: dict[str, list[Json]] = {
    "51 blocks": [{"type": "divider"}] * 51,
    "unknown type": [{"type": "video_wall"}],
    "no type": [{"text": text()}],
    "unknown field": [section(colour="red")],
    "null field": [section(accessory=None)],
    "block_id too long": [section(block_id="x" * 256)],
    "block_id twice": [section(block_id="a"), section(block_id="a")],
    "block_id twice, once inside a container": [
        section(block_id="a"),
        CONTAINER | {"child_blocks": [section(block_id="a")]},
    ],
    "action_id twice in a block": [actions(button(action_id="a"), button(action_id="a"))],
    "section without text": [{"type": "section"}],
    "section text too long": [section(text=text("x" * 3001))],
    "section text empty": [section(text=text(""))],
    "section field too long": [{"type": "section", "fields": [text("x" * 2001)]}],
    "eleven fields": [{"type": "section", "fields": [text()] * 11}],
    "an input as accessory": [section(accessory={"type": "plain_text_input"})],
    "header in mrkdwn": [{"type": "header", "text": text()}],
    "header too long": [{"type": "header", "text": text("x" * 151, "plain_text")}],
    "emoji in mrkdwn": [section(text=text() | {"emoji": True})],
    "image without alt_text": [{"type": "image", "image_url": "https://a.example/a.png"}],
    "image with alt_text too long": [image(alt_text="x" * 2001)],
    "image without source": [{"type": "image", "alt_text": "a"}],
    "image with two sources": [image(slack_file={"id": "F1"})],
    "image url too long": [image(image_url="https://a.example/" + "x" * 3000)],
    "image url not a url": [image(image_url="a.png")],
    "image in webp": [image(image_url="https://a.example/a.webp?x=1")],
    "slack_file with id and url": [
        {"type": "image", "alt_text": "a", "slack_file": {"id": "F1", "url": "https://a.example"}}
    ],
    "slack_file unknown": [{"type": "image", "alt_text": "a", "slack_file": {"id": "F99"}}],
    "no actions": [actions()],
    "26 actions": [actions(*[button(action_id=str(index)) for index in range(26)])],
    "a file input as action": [actions({"type": "file_input"})],
    "button label in mrkdwn": [actions({"type": "button", "text": text()})],
    "button label too long": [actions(button(text=text("x" * 76, "plain_text")))],
    "button value too long": [actions(button(value="x" * 2001))],
    "button style unknown": [actions(button(style="loud"))],
    "button url too long": [actions(button(url="https://a.example/" + "x" * 3000))],
    "confirm without title": [actions(button(confirm={"text": text()}))],
    "select without options": [actions({"type": "static_select"})],
    "101 options": [actions(SELECT | {"options": [option(str(index)) for index in range(101)]})],
    "options and groups": [
        actions(SELECT | {"option_groups": [{"label": text("g", "plain_text"), "options": [option()]}]})
    ],
    "option value too long": [actions(SELECT | {"options": [option("x" * 151)]})],
    "initial option unknown": [actions(SELECT | {"initial_option": option("other")})],
    "six overflow options": [actions({"type": "overflow", "options": [option(str(index)) for index in range(6)]})],
    "eleven context elements": [{"type": "context", "elements": [text()] * 11}],
    "a button in context": [{"type": "context", "elements": [button()]}],
    "six context actions": [{"type": "context_actions", "elements": [ICON | {"action_id": str(i)} for i in range(6)]}],
    "a button among context actions": [{"type": "context_actions", "elements": [button()]}],
    "an icon that is not there": [{"type": "context_actions", "elements": [ICON | {"icon": "star"}]}],
    "visible to eleven": [{"type": "context_actions", "elements": [ICON | {"visible_to_user_ids": ["U"] * 11}]}],
    "feedback without value": [
        {"type": "context_actions", "elements": [FEEDBACK | {"positive_button": {"text": text("+", "plain_text")}}]}
    ],
    "feedback among actions": [actions(FEEDBACK)],
    "alert in a message": [{"type": "alert", "text": text()}],
    "file input in a message": [entry({"type": "file_input"})],
    "number without is_decimal_allowed": [entry({"type": "number_input"})],
    "input length limits crossed": [entry({"type": "plain_text_input", "min_length": 5, "max_length": 2})],
    "eleven files": [entry({"type": "file_input", "max_files": 11})],
    "markdown too long": [{"type": "markdown", "text": "x" * 12_001}],
    "rich text without elements": [{"type": "rich_text", "elements": []}],
    "rich text of plain text": [{"type": "rich_text", "elements": [text("x", "plain_text")]}],
    "rich text list without style": [{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}],
    "broadcast to nobody": [rich({"type": "broadcast", "range": "all"})],
    "task card without status": [{"type": "task_card", "task_id": "1", "title": "t"}],
    "task card of unknown status": [TASK_CARD | {"status": "done"}],
    "task details as text": [TASK_CARD | {"details": "x"}],
    "task details of two elements": [
        TASK_CARD | {"details": {"type": "rich_text", "elements": [rich()["elements"][0]] * 2}}
    ],
    "plan without title": [{"type": "plan", "tasks": [TASK_CARD]}],
    "plan of sections": [{"type": "plan", "title": "p", "tasks": [section()]}],
    "card with nothing to show": [{"type": "card", "subtitle": text()}],
    "card title too long": [CARD | {"title": text("x" * 151)}],
    "card body too long": [CARD | {"body": text("x" * 201)}],
    "card with a menu": [CARD | {"actions": [SELECT]}],
    "empty carousel": [{"type": "carousel", "elements": []}],
    "eleven cards": [{"type": "carousel", "elements": [CARD] * 11}],
    "carousel of sections": [{"type": "carousel", "elements": [section()]}],
    "container without title": [{"type": "container", "child_blocks": [section()]}],
    "container of eleven": [CONTAINER | {"child_blocks": [section()] * 11}],
    "container in a container": [CONTAINER | {"child_blocks": [CONTAINER]}],
    "container collapsed but not collapsible": [CONTAINER | {"default_collapsed": True}],
    "container of unknown width": [CONTAINER | {"width": "huge"}],
    "file that is not remote": [{"type": "file", "external_id": "x", "source": "local"}],
    "table too wide": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
}


@pytest.mark.parametrize("name", WRONG_BLOCKS)
async def test_blocks_that_slack_refuses_are_refused(server: SlackServer, client: AsyncWebClient, name: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=WRONG_BLOCKS[name])
    assert caught.value.response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks" in caught.value.response["errors"][0]
    assert server.messages("general") == [] and server.rejected[0].method == "chat.postMessage"


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * 7000}],
        [section(text=text("x" * 3000)) for _ in range(5)],
    ],
    ids=["markdown", "sections"],
)
async def test_a_message_of_too_many_characters_is_refused(client: AsyncWebClient, blocks: list[Json]) -> None:
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=blocks)


WRONG_VIEWS: dict[str, Json] = {
    "no title": {"type": "modal", "blocks": [section()]},
    "title too long": MODAL | {"title": text("x" * 25, "plain_text")},
    "submit too long": MODAL | {"submit": text("x" * 25, "plain_text")},
    "close too long": MODAL | {"close": text("x" * 25, "plain_text")},
    "inputs without submit": {name: value for name, value in MODAL.items() if name != "submit"},
    "private_metadata too long": MODAL | {"private_metadata": "x" * 3001},
    "callback_id too long": MODAL | {"callback_id": "x" * 256},
    "101 blocks": MODAL | {"blocks": [{"type": "divider"}] * 101},
    "no blocks": MODAL | {"blocks": []},
    "unknown field": MODAL | {"colour": "red"},
    "home with a title": {"type": "home", "title": text("t", "plain_text"), "blocks": [section()]},
    "alert at home": {"type": "home", "blocks": [{"type": "alert", "text": text()}]},
    "file input at home": {"type": "home", "blocks": [entry({"type": "file_input"})]},
    "feedback in a modal": MODAL | {"blocks": [{"type": "context_actions", "elements": [FEEDBACK]}]},
    "two in focus": MODAL
    | {"blocks": [entry({"type": "plain_text_input", "focus_on_load": True}, block_id=one) for one in "ab"]},
}


@pytest.mark.parametrize("name", WRONG_VIEWS)
async def test_views_that_slack_refuses_are_refused(client: AsyncWebClient, name: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_publish(user_id="UADA", view=WRONG_VIEWS[name])
    with pytest.raises(SlackApiError, match="invalid_view"):
        await client.blocks_validate(view=WRONG_VIEWS[name])


def test_an_alert_and_a_file_input_pass_in_a_modal() -> None:
    blocks = [
        {"type": "alert", "text": text(), "level": "warning"},
        entry({"type": "file_input", "filetypes": ["png"]}),
    ]
    assert check_view(MODAL | {"blocks": blocks}).issues == []


async def test_blocks_validate_answers_with_pointers(client: AsyncWebClient) -> None:
    assert (await client.blocks_validate(blocks=BUTTONS))["ok"]
    assert (await client.blocks_validate(message={"blocks": [CARD]}))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await client.blocks_validate(blocks=[section(text=text("x" * 3001))])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"][0]["pointer"] == "/0/text/text"


R = kit.RichTextElementParts
RICH = kit.RichTextBlock(
    elements=[
        kit.RichTextSectionElement(
            elements=[
                R.Text(text="a", style=R.TextStyle(bold=True).to_dict()),
                R.Link(url="https://a.example", text="a.example"),
                R.User(user_id="U1"),
                R.UserGroup(usergroup_id="S1"),
                R.Channel(channel_id="C1"),
                R.Team(team_id="T1"),
                R.Emoji(name="wave", skin_tone=2),
                R.Broadcast(range="here"),
                R.Color(value="#ff0000"),
                R.Date(timestamp=1, format="{date}", fallback="x"),
            ]
        ),
        kit.RichTextListElement(
            style="bullet", indent=1, elements=[kit.RichTextSectionElement(elements=[R.Text(text="a")])]
        ),
        kit.RichTextQuoteElement(elements=[R.Text(text="a")]),
        kit.RichTextPreformattedElement(elements=[R.Text(text="a")], border=0),
    ]
)
ONE = kit.RichTextBlock(elements=[kit.RichTextSectionElement(elements=[R.Text(text="a")])])
OPTIONS = [kit.Option(value="a", text="A"), kit.Option(value="b", text="B", description="b")]
CONFIRM = kit.ConfirmObject(title="Sure?", text="*really*", style="danger")
SDK_IMAGE = kit.ImageElement(image_url="https://a.example/a.png", alt_text="a")
SDK_BUTTON = kit.ButtonElement(
    text="Go", action_id="go", value="v", style="primary", confirm=CONFIRM, accessibility_label="go"
)
SDK_CARD = kit.CardBlock(hero_image=SDK_IMAGE, icon=SDK_IMAGE, title="T", subtitle="S", body="B", actions=[SDK_BUTTON])
SDK_TASK = kit.TaskCardBlock(
    task_id="1",
    title="t",
    status="complete",
    details=ONE.to_dict(),
    output=ONE.to_dict(),
    sources=[kit.UrlSourceElement(url="https://a.example", text="a").to_dict()],
)
IN_ACTIONS = [
    SDK_BUTTON,
    kit.LinkButtonElement(text="See", url="https://a.example", action_id="see"),
    kit.StaticSelectElement(action_id="s", placeholder="?", options=OPTIONS, initial_option=OPTIONS[0]),
    kit.SelectElement(action_id="s2", placeholder="?", option_groups=[kit.OptionGroup(label="g", options=OPTIONS)]),
    kit.ExternalDataSelectElement(action_id="e", placeholder="?", min_query_length=1),
    kit.UserSelectElement(action_id="u", placeholder="?", initial_user="U1"),
    kit.ChannelSelectElement(action_id="c", placeholder="?"),
    kit.ConversationSelectElement(
        action_id="cv", placeholder="?", filter=parts.ConversationFilter(include=["public"], exclude_bot_users=True)
    ),
    kit.OverflowMenuElement(action_id="o", options=OPTIONS, confirm=CONFIRM),
    kit.DatePickerElement(action_id="d", initial_date="2026-11-22"),
    kit.TimePickerElement(action_id="t", initial_time="23:59", timezone="Europe/Berlin"),
    kit.DateTimePickerElement(action_id="dt", initial_date_time=1_790_000_000),
    kit.CheckboxesElement(action_id="cb", options=OPTIONS, initial_options=[OPTIONS[0]]),
    kit.RadioButtonsElement(action_id="r", options=OPTIONS),
    parts.WorkflowButtonElement(
        text="Run",
        workflow=kit.basic_components.Workflow(trigger=kit.basic_components.WorkflowTrigger(url="https://a.example")),
    ),
]
IN_INPUTS = [
    kit.PlainTextInputElement(action_id="p", multiline=True, min_length=1, max_length=10, placeholder="?"),
    kit.EmailInputElement(action_id="m", initial_value="a@b.example"),
    kit.UrlInputElement(action_id="w", initial_value="https://a.example"),
    kit.NumberInputElement(action_id="n", is_decimal_allowed=False, min_value=1, max_value=9),
    parts.FileInputElement(action_id="f", filetypes=["png"], max_files=2),
    parts.RichTextInputElement(action_id="rt", initial_value=ONE),
    kit.StaticMultiSelectElement(action_id="ms", placeholder="?", options=OPTIONS, max_selected_items=2),
    kit.ExternalDataMultiSelectElement(action_id="me", placeholder="?"),
    kit.UserMultiSelectElement(action_id="mu", placeholder="?"),
    kit.ChannelMultiSelectElement(action_id="mc", placeholder="?"),
    kit.ConversationMultiSelectElement(action_id="mv", placeholder="?"),
]
MODELS: list[kit.Block] = [
    kit.SectionBlock(text="*a*", fields=["b"], accessory=SDK_IMAGE, expand=True),
    kit.DividerBlock(block_id="d"),
    kit.ImageBlock(image_url="https://a.example/a.png", alt_text="a", title="t"),
    *(kit.ActionsBlock(elements=[element]) for element in IN_ACTIONS),
    *(kit.InputBlock(label="l", element=element, hint="h", optional=True) for element in IN_INPUTS),
    kit.ContextBlock(elements=[SDK_IMAGE, kit.MarkdownTextObject(text="a"), kit.PlainTextObject(text="b")]),
    kit.ContextActionsBlock(
        elements=[
            kit.FeedbackButtonsElement(
                action_id="f",
                positive_button=kit.FeedbackButtonObject(text="+", value="p"),
                negative_button=kit.FeedbackButtonObject(text="-", value="n", accessibility_label="bad"),
            ),
            kit.IconButtonElement(icon="trash", text="Delete", action_id="x", visible_to_user_ids=["U1"]),
        ]
    ),
    kit.FileBlock(external_id="x"),
    kit.CallBlock(call_id="R1"),
    kit.HeaderBlock(text="h"),
    kit.MarkdownBlock(text="**a**"),
    kit.VideoBlock(alt_text="a", video_url="https://a.example/v", thumbnail_url="https://a.example/t.png", title="t"),
    RICH,
    kit.TableBlock(
        rows=[[kit.RawTextObject(text="a").to_dict(), ONE.to_dict()]],
        column_settings=[kit.basic_components.TableBlockColumnSettings(align="right", is_wrapped=True).to_dict()],
    ),
    SDK_TASK,
    kit.PlanBlock(title="p", tasks=[SDK_TASK.to_dict()]),
    SDK_CARD,
    kit.CarouselBlock(elements=[SDK_CARD, SDK_CARD]),
    kit.ContainerBlock(
        title="t", subtitle="s", child_blocks=[kit.SectionBlock(text="a")], is_collapsible=True, width="wide"
    ),
    kit.ContainerBlock(rich_text_title=ONE, child_blocks=[kit.DividerBlock()], has_header_divider=True),
    kit.AlertBlock(text="careful", level="warning"),
    kit.AuthProviderBlock(value="v", name="n", is_connected=False, auth_url="https://a.example"),
]
MODALS_ONLY = ("alert", "file_input")


@pytest.mark.parametrize("block", MODELS, ids=lambda block: block.type)
def test_what_the_vendors_models_make_passes(block: kit.Block) -> None:
    body = json.loads(json.dumps(block.to_dict()))
    surface = "modal" if any(name in json.dumps(body) for name in MODALS_ONLY) else "message"
    assert check_blocks([body], surface).issues == []


def test_every_block_of_the_vendor_is_among_the_models_tried() -> None:
    classes = {one for one in vars(kit.blocks).values() if isinstance(one, type) and issubclass(one, kit.Block)}
    assert {one.type for one in classes if one is not kit.Block} == {block.type for block in MODELS}


def test_a_view_the_vendors_model_makes_passes() -> None:
    view = SdkView(type="modal", title="T", submit="S", close="C", blocks=MODELS[:3], private_metadata="x")
    assert check_view(view.to_dict()).issues == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"channel": "CNOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "CT1SECRET", "text": "x"}, "channel_not_found"),
        ({"channel": "CT1RANDOM", "text": "x"}, "not_in_channel"),
        ({"channel": "CT1OLD", "text": "x"}, "is_archived"),
        ({"channel": "CT1GENERAL"}, "no_text"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "CT1GENERAL", "text": "x", "colour": "red"}, "invalid_arg_name"),
        ({"channel": "CT1GENERAL", "text": None, "blocks": BUTTONS}, "invalid_arguments"),
        ({"channel": "CT1GENERAL", "text": 1}, "invalid_arguments"),
        ({"channel": "CT1GENERAL", "text": "x", "blocks": "["}, "invalid_arguments"),
        ({"channel": "CT1GENERAL", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "CT1GENERAL", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "CT1GENERAL", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "CT1GENERAL", "text": "x", "metadata": "no"}, "invalid_arguments"),
        ({"channel": "CT1GENERAL", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {"channel": "CT1GENERAL", "text": "x", "metadata": {"event_type": "a", "event_payload": {}, "x": 1}},
            "invalid_metadata_schema",
        ),
        ({"channel": "CT1GENERAL", "text": "x", "parse": "all"}, "invalid_arguments"),
    ],
)
async def test_a_message_that_slack_refuses_is_refused(
    server: SlackServer, client: AsyncWebClient, body: Json, error: str
) -> None:
    server.workspace().channel("old").archived = True
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json=body)
    assert caught.value.response["error"] == error and len(server.rejected) == 1


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        (
            "agents.sessions.setStatus",
            {"channel_id": "CT1GENERAL", "thread_ts": ROOT, "status": "busy"},
            "invalid_status",
        ),
        ("agents.sessions.setStatus", {"channel_id": "CT1GENERAL", "status": "active"}, "invalid_arguments"),
        (
            "agents.sessions.setStatus",
            {"channel_id": "CT1GENERAL", "thread_ts": ROOT, "status": "active", "title": "x" * 201},
            "title_too_long",
        ),
        (
            "assistant.threads.setStatus",
            {"channel_id": "CT1GENERAL", "thread_ts": ROOT, "status": "x", "loading_messages": ["x"] * 11},
            "invalid_arguments",
        ),
        ("assistant.threads.setStatus", {"channel_id": "CT1GENERAL", "status": "x"}, "invalid_arguments"),
        (
            "assistant.threads.setSuggestedPrompts",
            {"channel_id": "CT1GENERAL", "prompts": [{"title": "a", "message": "b"}] * 5},
            "invalid_arguments",
        ),
        ("conversations.join", {"channel": "CT1STUDIO"}, "method_not_supported_for_channel_type"),
        ("conversations.invite", {"channel": "CT1GENERAL", "users": "UADA"}, "already_in_channel"),
        ("conversations.invite", {"channel": "CT1RANDOM", "users": "UADA"}, "not_in_channel"),
        ("conversations.open", {"users": "UNOBODY"}, "user_not_found"),
        ("chat.stopStream", {"channel": "CT1GENERAL", "ts": ROOT}, "message_not_in_streaming_state"),
        ("chat.appendStream", {"channel": "CT1GENERAL", "ts": "1.000001", "markdown_text": "x"}, "message_not_found"),
        ("reactions.add", {"channel": "CT1GENERAL", "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
        ("files.completeUploadExternal", {"files": [{"id": "F99"}]}, "file_not_found"),
        ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
        ("views.publish", {"user_id": "UADA", "view": MODAL}, "invalid_arguments"),
        ("blocks.validate", {"blocks": [], "message": {}}, "invalid_arguments"),
    ],
)
async def test_a_call_that_slack_refuses_is_refused(
    client: AsyncWebClient, method: str, body: Json, error: str
) -> None:
    root = await client.chat_postMessage(channel="CT1GENERAL", text="root")
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(
            method, json={name: root["ts"] if value == ROOT else value for name, value in body.items()}
        )
    assert caught.value.response["error"] == error


async def test_public_channels_need_membership_or_the_public_scope(server: SlackServer) -> None:
    space = server.workspace("T2", scopes=ALL | {"chat:write.public"})
    client = AsyncWebClient(space.bot_token, base_url=server.api_url)
    assert (await client.chat_postMessage(channel="CT2RANDOM", text="x"))["ok"]


async def test_a_reply_to_a_reply_is_no_thread(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="CT1GENERAL", text="root")
    reply = await client.chat_postMessage(channel="CT1GENERAL", text="reply", thread_ts=root["ts"])
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.chat_postMessage(channel="CT1GENERAL", text="x", thread_ts=reply["ts"])


async def test_an_update_with_text_alone_removes_the_blocks_and_keeps_the_history(
    server: SlackServer, client: AsyncWebClient
) -> None:
    kept = {"event_type": "post", "event_payload": {"post_id": "p"}}
    sent = await client.chat_postMessage(channel="CT1GENERAL", text="one", blocks=BUTTONS, metadata=kept)
    await client.chat_update(channel="CT1GENERAL", ts=sent["ts"], text="two")
    message = server.messages("general")[0]
    assert message.blocks == [] and message.text == "two" and message.metadata == kept
    assert [(one.text, len(one.blocks)) for one in message.edits] == [("one", 1)]
    with pytest.raises(Impossible, match="nothing to press"):
        await server.workspace().person("ada").click(message, "Vary")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="CT1GENERAL", ts=sent["ts"], text="x" * 4001)


async def test_only_own_messages_can_be_changed(server: SlackServer, client: AsyncWebClient) -> None:
    hers = (await server.workspace().person("ada").say("general", "mine")).message
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel="CT1GENERAL", ts=hers.ts, text="x")
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(channel="CT1GENERAL", ts=hers.ts)
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="CT1GENERAL", ts="1.000001", text="x")


async def test_an_ephemeral_is_seen_by_one(server: SlackServer, client: AsyncWebClient) -> None:
    space = server.workspace()
    await client.chat_postEphemeral(channel="CT1GENERAL", user="UADA", text="psst", blocks=BUTTONS)
    message = space.person("ada").ephemerals[0]
    assert space.person("ben").ephemerals == [] and server.messages("general") == []
    with pytest.raises(Impossible, match="does not see"):
        await space.person("ben").click(message, "Vary")
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel="CT1GENERAL", user="UNOBODY", text="psst")


# --- tokens, scopes, arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "token_expired"])
async def test_a_dead_token_is_told_why(server: SlackServer, client: AsyncWebClient, state: str) -> None:
    server.revoke(state=state)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert caught.value.response["error"] == state


async def test_tokens_of_the_wrong_kind_or_without_the_scope_are_refused(server: SlackServer) -> None:
    space = server.workspace("T2")
    errors = {}
    for name, token, call in [
        ("none", None, "auth.test"),
        ("unknown", "xoxb-x", "auth.test"),
        ("app", space.app_token, "auth.test"),
        ("bot", space.bot_token, "apps.connections.open"),
        ("scope", space.bot_token, "users.info"),
        ("method", space.bot_token, "chat.shout"),
    ]:
        with pytest.raises(SlackApiError) as caught:
            await AsyncWebClient(token, base_url=server.api_url).api_call(
                call, params={"user": "U"} if name == "scope" else {}
            )
        errors[name] = caught.value.response["error"]
    assert errors == {
        "none": "not_authed",
        "unknown": "invalid_auth",
        "app": "not_allowed_token_type",
        "bot": "not_allowed_token_type",
        "scope": "missing_scope",
        "method": "unknown_method",
    }


async def test_history_of_a_private_channel_needs_its_own_scope(server: SlackServer) -> None:
    space = server.workspace("T2", scopes={"channels:history"})
    client = AsyncWebClient(space.bot_token, base_url=server.api_url)
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="CT2STUDIO")
    assert caught.value.response["needed"] == "groups:history"


async def test_arguments_are_merged_from_query_form_and_json(server: SlackServer) -> None:
    headers = {"Authorization": f"Bearer {server.workspace().bot_token}"}
    url = f"{server.api_url}chat.postMessage?channel=CT1GENERAL"
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(url, data={"text": "form", "blocks": json.dumps(BUTTONS)}) as answer:
            assert (await answer.json())["ok"]
        async with http.post(url, json={"text": "json", "unfurl_links": False}) as answer:
            assert (await answer.json())["ok"]
        async with http.post(f"{server.api_url}conversations.info", json={"channel": "CT1GENERAL"}) as answer:
            assert (await answer.json())["error"] == "invalid_arguments", "reads take no JSON"
    assert [one.text for one in server.messages("general")] == ["form", "json"]
    assert server.messages("general")[1].unfurl_links is False


async def test_conversations_people_and_the_app_itself(server: SlackServer, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["bot_id"] == "BT1"
    assert (await client.conversations_info(channel="CT1GENERAL"))["channel"]["is_member"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_info(channel="CT1SECRET")
    assert (await client.conversations_join(channel="CT1RANDOM"))["channel"]["is_member"]
    dm = (await client.conversations_open(users=["UADA"]))["channel"]["id"]
    assert (await client.chat_postMessage(channel="UADA", text="hi"))["channel"] == dm
    assert "UADA" in (await client.conversations_members(channel="CT1GENERAL"))["members"]
    assert (await client.users_info(user="UADA"))["user"]["name"] == "ada"
    assert len((await client.users_conversations(types=["public_channel", "im"]))["channels"]) == 3
    assert (await client.bots_info())["bot"]["app_id"] == "A1"
    assert (await client.team_info())["team"]["domain"] == "t1"
    sent = await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert "/p" in (await client.chat_getPermalink(channel="CT1GENERAL", message_ts=sent["ts"]))["permalink"]
    await client.reactions_add(channel="CT1GENERAL", name="eyes", timestamp=sent["ts"])
    await client.assistant_threads_setStatus(
        channel_id="CT1GENERAL", thread_ts=sent["ts"], status="is drawing", loading_messages=["…"]
    )
    await client.assistant_threads_setStatus(channel_id="CT1GENERAL", thread_ts=sent["ts"], status="")
    await client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=[{"title": "a", "message": "b"}])
    await client.assistant_threads_setTitle(channel_id="CT1GENERAL", thread_ts=sent["ts"], title="t")
    assert server.rejected[0].error == "channel_not_found" and len(server.rejected) == 1


# --- speed --------------------------------------------------------------------------------------------------------


async def test_a_channel_takes_one_message_a_second_after_a_small_burst(
    server: SlackServer, client: AsyncWebClient
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert caught.value.response.status_code == 429 and int(caught.value.response.headers["Retry-After"]) >= 1
    assert (await client.chat_postMessage(channel="CT1STUDIO", text="x"))["ok"], "another channel"
    server.clock.advance(3)
    assert (await client.chat_postMessage(channel="CT1GENERAL", text="x"))["ok"]
    assert server.too_many == 1 and server.rejected == []


async def test_updates_are_tier_3_and_history_is_once_a_minute_with_15_items(
    server: SlackServer, client: AsyncWebClient
) -> None:
    server.limits.burst = 30
    sent = [await client.chat_postMessage(channel="CT1GENERAL", text=str(index)) for index in range(20)]
    for _ in range(50):
        await client.chat_update(channel="CT1GENERAL", ts=sent[0]["ts"], text="x")
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_update(channel="CT1GENERAL", ts=sent[0]["ts"], text="x")
    page = await client.conversations_history(channel="CT1GENERAL", limit=100)
    assert len(page["messages"]) == 15 and page["has_more"] and page["messages"][0]["text"] == "19"
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.conversations_history(channel="CT1GENERAL")
    server.clock.advance(61)
    cursor = page["response_metadata"]["next_cursor"]
    assert len((await client.conversations_history(channel="CT1GENERAL", limit=15, cursor=cursor))["messages"]) == 5


async def test_every_second_update_can_be_refused_and_the_sdk_comes_again(
    server: SlackServer, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    sent = await client.chat_postMessage(channel="CT1GENERAL", text="x")
    server.limits.every("chat.update", 2)
    for words in ("a", "b"):
        await client.chat_update(channel="CT1GENERAL", ts=sent["ts"], text=words)
    assert server.limits.refused["chat.update"] == 1 and server.messages("general")[0].text == "b"


async def test_replies_find_metadata_since_a_moment(server: SlackServer, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="CT1GENERAL", text="root")
    since = str(server.clock.now())
    kept = {"event_type": "post", "event_payload": {"post_id": "p1"}}
    reply = await client.chat_postMessage(channel="CT1GENERAL", text="r", thread_ts=root["ts"], metadata=kept)
    page = await client.conversations_replies(
        channel="CT1GENERAL", ts=root["ts"], oldest=since, include_all_metadata=True
    )
    assert [(one["ts"], one["metadata"]) for one in page["messages"]] == [(reply["ts"], kept)]


# --- faults -------------------------------------------------------------------------------------------------------


async def test_an_answer_can_be_lost_after_the_deed(server: SlackServer, client: AsyncWebClient) -> None:
    client.retry_handlers.clear()
    server.fail("chat.postMessage", slack.lose_answer(), slack.drop(), slack.fine())
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert len(server.messages("general")) == 1
    await client.chat_postMessage(channel="CT1GENERAL", text="y")
    assert [one.fault for one in server.requests] == ["lose answer", "drop", "fine"]


async def test_errors_429_500_and_delays_can_be_scripted(server: SlackServer, client: AsyncWebClient) -> None:
    server.fail(
        "chat.postMessage", slack.error("fatal_error"), slack.ratelimited(7), slack.status(502), slack.delay(0.2)
    )
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="CT1GENERAL", text="x")
    began = time.monotonic()
    await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert time.monotonic() - began >= 0.2 and len(server.messages("general")) == 1
    with pytest.raises(ValueError, match="no place"):
        server.fail("chat.shout", slack.drop())


# --- triggers, response URLs, modals ------------------------------------------------------------------------------


async def clicked(server: SlackServer) -> Json:
    """A block_actions payload that nobody has used yet."""
    ada, space = server.workspace().person("ada"), server.workspace()
    await AsyncWebClient(space.bot_token, base_url=server.api_url).chat_postMessage(
        channel="CT1GENERAL", text="x", blocks=BUTTONS
    )
    return (await ada.click(server.messages("general")[-1], "Vary")).deliveries[0].payload


async def test_a_trigger_opens_once_and_for_three_seconds(server: SlackServer, client: AsyncWebClient) -> None:
    first, second = await clicked(server), await clicked(server)
    await client.views_open(trigger_id=first["trigger_id"], view=MODAL)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=first["trigger_id"], view=MODAL)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.abc", view=MODAL)
    server.clock.advance(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=second["trigger_id"], view=MODAL)


async def test_a_modal_is_updated_by_hash_and_pushed_only_from_a_modal(
    server: SlackServer, client: AsyncWebClient
) -> None:
    ada = server.workspace().person("ada")
    opened = await client.views_open(trigger_id=(await clicked(server))["trigger_id"], view=MODAL)
    view = opened["view"]
    assert view["root_view_id"] == view["id"] and view["blocks"][0]["block_id"] == "words"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash="old", view=MODAL)
    await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL | {"title": text("Two", "plain_text")})
    assert ada.modal.content["title"]["text"] == "Two"
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_push(trigger_id=(await clicked(server))["trigger_id"], view=MODAL)
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V1", view=MODAL)


async def test_a_submission_can_update_push_or_clear(server: SlackServer, client: AsyncWebClient) -> None:
    ada = server.workspace().person("ada")
    await client.views_open(trigger_id=(await clicked(server))["trigger_id"], view=MODAL)
    async with by_socket(server) as made:
        made.answers = [
            {"response_action": "update", "view": MODAL | {"title": text("Two", "plain_text")}},
            {"response_action": "push", "view": MODAL | {"title": text("Three", "plain_text")}},
            {"response_action": "errors", "errors": {"nowhere": "x"}},
            {"response_action": "clear"},
        ]
        titles, filled = [], {"words": {"text": "fog"}}
        for _ in range(4):
            seen = await ada.submit(ada.modal, filled)
            titles.append([one.content["title"]["text"] for one in ada.modals])
            if len(titles) == 3:
                assert seen.trouble and server.refused_answers[-1].error == "invalid_errors"
    assert titles == [["Two"], ["Two", "Three"], ["Two", "Three"], []]


async def test_the_client_does_not_send_what_it_would_not_send(server: SlackServer, client: AsyncWebClient) -> None:
    ada = server.workspace().person("ada")
    await client.views_open(trigger_id=(await clicked(server))["trigger_id"], view=MODAL)
    with pytest.raises(Impossible, match="fill in"):
        await ada.submit(ada.modal)
    with pytest.raises(Impossible, match="20 characters"):
        await ada.submit(ada.modal, {"words": {"text": "x" * 21}})
    with pytest.raises(Impossible, match="no input"):
        await ada.submit(ada.modal, {"words": {"other": "x"}})
    with pytest.raises(Impossible, match="does not see"):
        await server.workspace().person("ben").submit(ada.modal, {"words": {"text": "x"}})
    with pytest.raises(Impossible, match="threads"):
        await ada.command("general", "/create", "x", thread=server.messages("general")[0])


async def test_a_response_url_takes_five_answers_within_half_an_hour(server: SlackServer) -> None:
    ada = server.workspace().person("ada")
    payload = await clicked(server)
    hook = AsyncWebhookClient(payload["response_url"])
    assert (await hook.send(text="in place", replace_original=True)).status_code == 200
    assert (await hook.send(text="for all", response_type="in_channel")).body == "ok"
    for _ in range(3):
        await hook.send(text="for one")
    assert (await hook.send(text="six")).body == '{"ok": false, "error": "used_url"}'
    assert [one.text for one in server.messages("general")] == ["in place", "for all"]
    assert [one.text for one in ada.ephemerals] == ["for one"] * 3
    late = AsyncWebhookClient((await clicked(server))["response_url"])
    assert "invalid_blocks" in (await late.send(text="x", blocks=[{"type": "poem"}])).body
    server.clock.advance(1801)
    assert "expired_url" in (await late.send(text="late")).body


# --- deliveries ---------------------------------------------------------------------------------------------------


async def test_an_unacked_event_comes_again_at_once_after_one_and_after_five_minutes(server: SlackServer) -> None:
    heard: list[tuple[str | None, str | None]] = []

    async def deaf(request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        if body["type"] == "url_verification":
            return web.json_response({"challenge": body["challenge"]})
        heard.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500 if len(heard) < 4 else 200)

    application = web.Application()
    application.router.add_post("/", deaf)
    async with serving(application) as url:
        await server.deliver_to(f"{url}/")
        seen = await server.workspace().person("ada").say("general", "hello")
        await server.until(lambda: len(heard) == 2)
        await asyncio.sleep(0.05)
        server.clock.advance(60)
        await server.until(lambda: len(heard) == 3)
        await asyncio.sleep(0.05)
        assert len(heard) == 3
        server.clock.advance(300)
        delivery = await seen.deliveries[0].finished()
    assert heard == [(None, None), *((str(number), "http_error") for number in (1, 2, 3))]
    assert delivery.acked and not delivery.lost


async def test_a_socket_carries_retry_attempt_and_a_late_ack_does_not_count(server: SlackServer) -> None:
    server.ack_s = 0.1
    frames: list[Json] = []
    opener = AsyncWebClient(base_url=server.api_url)
    url = (await opener.apps_connections_open(app_token=server.workspace().app_token))["url"]
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        seen = await server.workspace().person("ada").say("general", "hello")
        frames.extend([await socket.receive_json(), await socket.receive_json()])
        for frame in frames:
            await socket.send_json({"envelope_id": frame["envelope_id"]})
        await seen.deliveries[0].finished()
        await server.until(lambda: server.sockets.late_acks)
    assert [one["retry_attempt"] for one in frames] == [0, 1] and frames[1]["retry_reason"] == "http_timeout"
    assert frames[0]["envelope_id"] != frames[1]["envelope_id"]
    assert frames[0]["payload"]["event_id"] == frames[1]["payload"]["event_id"]
    assert server.sockets.late_acks == [frames[0]["envelope_id"]]
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 403, "a ticket is good once"


async def test_an_envelope_goes_to_one_socket(server: SlackServer) -> None:
    async with by_socket(server) as one, by_socket(server) as two:
        await server.until(lambda: len(server.sockets.open) == 2)
        for index in range(6):
            await server.workspace().person("ada").say("general", str(index))
        await server.settled()
        await server.until(lambda: len(one.heard) + len(two.heard) == 6)
    assert len(one.heard) == len(two.heard) == 3


@pytest.mark.parametrize("how", ["drop", "refresh"])
async def test_the_sdk_comes_back_and_gets_what_it_had_not_acked(server: SlackServer, how: str) -> None:
    async with by_socket(server) as made:
        if how == "drop":
            server.sockets.drop()
        else:
            await server.sockets.refresh()
        await server.until(lambda: not server.sockets.reachable.is_set())
        seen = await server.workspace().person("ada").say("general", "while away")
        await seen.deliveries[0].finished()
        await server.until(lambda: made.heard)
    assert server.sockets.opened == 2 and [one["event"]["text"] for one in made.heard] == ["while away"]
    assert seen.deliveries[0].tries[0].fault == "connection_failed"


async def test_an_envelope_that_died_with_its_socket_comes_again_on_the_next_one(server: SlackServer) -> None:
    opener, token = AsyncWebClient(base_url=server.api_url), server.workspace().app_token
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect((await opener.apps_connections_open(app_token=token))["url"]) as socket:
            await socket.receive_json()
            asking = asyncio.ensure_future(server.workspace().person("ada").say("general", "hello"))
            first = await socket.receive_json()
        seen = await asking
        async with http.ws_connect((await opener.apps_connections_open(app_token=token))["url"]) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            again = await socket.receive_json()
            await socket.send_json({"envelope_id": again["envelope_id"]})
            await seen.deliveries[0].finished()
    assert again["payload"] == first["payload"] and again["retry_attempt"] > 0
    assert seen.deliveries[0].acked


async def test_an_event_can_be_delivered_twice(server: SlackServer) -> None:
    server.deliveries.copies = 2
    async with by_socket(server) as made:
        await server.workspace().person("ada").say("general", "hello")
        await server.until(lambda: len(made.heard) == 2)
        await server.redeliver(server.deliveries[0], again=3)
        await server.until(lambda: len(made.heard) == 3)
    assert len({one["event_id"] for one in made.heard}) == 1


async def test_a_direct_message_is_one_event(server: SlackServer) -> None:
    ada = server.workspace().person("ada")
    async with by_socket(server) as made:
        await ada.mention(ada.dm, "hello")
        await server.settled()
    assert [one["event"]["channel_type"] for one in made.heard] == ["im"]
    with pytest.raises(Impossible, match="cannot write"):
        await server.workspace().person("ben").say(ada.dm, "hello")


async def test_the_endpoint_must_answer_the_challenge(server: SlackServer) -> None:
    application = web.Application()
    async with serving(application) as url:
        with pytest.raises(AssertionError, match="url_verification"):
            await server.deliver_to(f"{url}/slack/events")


async def test_signatures_that_are_wrong_or_old_do_not_pass_bolt(server: SlackServer) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "app_mention"}}).encode()
    secret = server.app.signing_secret
    async with by_http(server) as made:
        kind = {"Content-Type": "application/json"}
        wrong = [
            (await server.post_raw(body, kind | headers))[0]
            for headers in (
                sign("other", body),
                sign(secret, body, time.time() - 301),
                sign(secret, b"other"),
                {},
            )
        ]
    assert wrong == [401] * 4 and made.heard == []


async def test_the_app_hears_its_own_messages_only_where_it_is(server: SlackServer, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert server.deliveries[0].event["bot_id"] == "BT1"
    ada = server.workspace().person("ada")
    assert (await ada.say("random", "hello")).deliveries == [], "the app is not in #random"
    assert [one.event["type"] for one in (await ada.invite_app("random")).deliveries] == ["member_joined_channel"]
    server.echo = False
    before = len(server.deliveries)
    await client.chat_postMessage(channel="CT1GENERAL", text="x")
    assert len(server.deliveries) == before


async def test_archiving_uninstalling_and_revoking_are_told(server: SlackServer) -> None:
    async with by_socket(server):
        archived = await server.archive(server.workspace().channel("general"))
        last = await server.uninstall()
        await server.until(lambda: archived.tries)
    assert archived.event["type"] == "channel_archive"
    assert {one.event["type"] for one in last} == {"tokens_revoked", "app_uninstalled"}
    with pytest.raises(Impossible, match="not installed"):
        await server.workspace().person("ada").command("studio", "/create")


async def test_the_clock_can_run_faster() -> None:
    async with SlackServer(clock=slack.SlackClock(speed=300)) as fast:
        began = time.monotonic()
        delivery = (await fast.workspace().person("ada").say("general", "nobody listens")).deliveries[0]
        await delivery.finished()
        assert delivery.lost and [one.fault for one in delivery.tries] == ["connection_failed"] * 4
        assert 1 < time.monotonic() - began < 4, "six minutes of waiting"


async def test_a_closed_modal_is_told_where_asked_and_is_gone(server: SlackServer, client: AsyncWebClient) -> None:
    ada = server.workspace().person("ada")
    kinds = []
    for more in ({}, {"notify_on_close": True}):
        await client.views_open(trigger_id=(await clicked(server))["trigger_id"], view=MODAL | more)
        kinds.append([one.payload["type"] for one in (await ada.close(ada.modal)).deliveries])
        assert ada.modal is None
    assert kinds == [[], ["view_closed"]]


async def test_people_edit_and_delete_their_own_messages_only(server: SlackServer, client: AsyncWebClient) -> None:
    space = server.workspace()
    hers = (await space.person("ada").say("general", "one")).message
    edited = (await space.person("ada").edit(hers, "two")).deliveries[0].event
    assert edited["subtype"] == "message_changed" and edited["previous_message"]["text"] == "one"
    with pytest.raises(Impossible, match="own messages"):
        await space.person("ben").edit(hers, "three")
    assert (await space.person("ada").delete(hers)).deliveries[0].event["deleted_ts"] == hers.ts
    assert server.messages("general") == []


async def test_choices_in_menus_of_a_message_are_reported_with_the_next_click(
    server: SlackServer, client: AsyncWebClient
) -> None:
    ada = server.workspace().person("ada")
    await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=BUTTONS)
    message = server.messages("general")[0]
    await ada.select(message, "style", "ink")
    payload = (await ada.click(message, "Vary")).deliveries[0].payload
    assert payload["state"]["values"]["b1"]["style"]["selected_option"]["value"] == "ink"
    with pytest.raises(Impossible, match="no option"):
        await ada.select(message, "style", "Chalk")


async def test_a_button_for_some_is_not_there_for_others(server: SlackServer, client: AsyncWebClient) -> None:
    space = server.workspace()
    icon = ICON | {"action_id": "del", "visible_to_user_ids": ["UADA"]}
    block = {"type": "context_actions", "elements": [FEEDBACK | {"action_id": "fb"}, icon]}
    await client.chat_postMessage(channel="CT1GENERAL", text="x", blocks=[block])
    message = server.messages("general")[0]
    liked = await space.person("ben").click(message, "-")
    assert liked.deliveries[0].payload["actions"][0]["value"] == "n"
    assert (await space.person("ada").click(message, "del")).deliveries
    with pytest.raises(Impossible, match="nothing to press"):
        await space.person("ben").click(message, "del")


# --- pings and links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "whom"),
    [
        (
            {"text": "<@UADA> <!channel> <!here|here> <!everyone> <!subteam^S1|team>"},
            "UADA @channel @here @everyone S1",
        ),
        ({"text": "&lt;@UADA&gt; @ada @channel <#C1> <!date^1^x|y>"}, ""),
        ({"text": "@ada @here @nobody", "link_names": True}, "UADA @here"),
        ({"text": "@channel", "parse": "full"}, "@channel"),
        ({"text": "x", "blocks": [section(text=text("<@UADA>"))]}, "UADA"),
        ({"text": "x", "blocks": [section(text=text("<@UADA>", "plain_text"))]}, ""),
        ({"text": "x", "blocks": [{"type": "context", "elements": [text("<!here>")]}]}, "@here"),
        ({"text": "x", "blocks": [rich({"type": "user", "user_id": "UADA"})]}, "UADA"),
        ({"text": "x", "blocks": [rich({"type": "broadcast", "range": "channel"})]}, "@channel"),
        ({"text": "x", "blocks": [rich({"type": "text", "text": "<!channel>"})]}, ""),
        ({"text": "x", "blocks": [{"type": "markdown", "text": "<@UADA> `<!here>`"}]}, "UADA"),
        ({"markdown_text": "<!channel> \\<!here>"}, "@channel"),
        ({"text": "x", "blocks": [CARD | {"body": text("<!here>")}]}, "@here"),
    ],
)
async def test_whom_a_message_pings(server: SlackServer, client: AsyncWebClient, body: Json, whom: str) -> None:
    await client.api_call("chat.postMessage", json={"channel": "CT1GENERAL"} | body)
    assert [one.whom for one in server.pings] == whom.split()


@pytest.mark.parametrize(
    ("body", "links", "forged"),
    [
        ({"text": "<https://a.example/x>"}, 1, 0),
        ({"text": "<https://a.example/x|a.example>"}, 1, 0),
        ({"text": "<https://a.example/x|https://a.example/x>"}, 1, 0),
        ({"text": "<https://evil.example|bank.example>"}, 1, 1),
        ({"text": "&lt;https://evil.example|bank.example&gt;"}, 0, 0),
        ({"markdown_text": "[bank.example](https://evil.example) `[a](https://b.example)`"}, 1, 1),
        ({"text": "x", "blocks": [rich({"type": "link", "url": "https://evil.example", "text": "bank"})]}, 1, 1),
        ({"text": "x", "blocks": [section(text=text("<https://evil.example|bank>", "plain_text"))]}, 0, 0),
    ],
)
async def test_where_links_lead(
    server: SlackServer, client: AsyncWebClient, body: Json, links: int, forged: int
) -> None:
    await client.api_call("chat.postMessage", json={"channel": "CT1GENERAL"} | body)
    assert (len(server.links), len(server.forged_links)) == (links, forged)


async def test_links_grow_previews_unless_told_not_to(server: SlackServer, client: AsyncWebClient) -> None:
    for media in (False, None):
        await client.chat_postMessage(
            channel="CT1GENERAL", text="<https://a.example/a.png>", unfurl_links=False, unfurl_media=media
        )
    assert [one.ts for one in server.unfurled] == [server.messages("general")[1].ts]


BASIC = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
"""slack_sdk 3.47 makes the header of oauth.v2.access with what aiohttp 3.14 calls deprecated."""


# --- installing ---------------------------------------------------------------------------------------------------


@BASIC
async def test_bolt_installs_itself_in_two_workspaces_where_people_share_an_id(
    server: SlackServer, tmp_path: Any
) -> None:
    app = server.app
    settings = AsyncOAuthSettings(
        client_id=app.client_id,
        client_secret=app.client_secret,
        scopes=["chat:write", "commands"],
        authorization_url=server.authorize_url,
        installation_store=FileInstallationStore(base_dir=str(tmp_path), client_id=app.client_id),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path)),
        install_page_rendering_enabled=False,
    )
    opener = AsyncWebClient(base_url=server.api_url)
    flow = AsyncOAuthFlow(client=opener, settings=settings)
    made = AsyncApp(client=opener, signing_secret=app.signing_secret, oauth_flow=flow)

    @made.command("/create")
    async def create(ack: Any, client: AsyncWebClient, command: Json) -> None:
        await ack()
        await client.chat_postMessage(channel=command["channel_id"], text=command["team_id"])

    bolt = made.server(port=1).web_app
    async with serving(bolt) as url, aiohttp.ClientSession() as browser:
        server.oauth.redirects = [f"{url}/slack/oauth_redirect"]
        for team in ("T2", "T3"):
            ada = server.workspace(team, installed=False).person("ada")
            async with browser.get(f"{url}/slack/install", allow_redirects=False) as answer:
                back = await ada.install(answer.headers["Location"])
                cookie = answer.headers["Set-Cookie"].partition(";")[0]
            async with browser.get(back, headers={"Cookie": cookie}) as answer:
                assert answer.status == 200, await answer.text()
        await server.deliver_to(f"{url}/slack/events")
        for team in ("T2", "T3"):
            assert (await server.workspace(team).person("ada").command("general", "/create")).acked
            await server.until(lambda team=team: server.messages("general", team=team))
    assert [server.messages("general", team=team)[0].text for team in ("T2", "T3")] == ["T2", "T3"]


@BASIC
async def test_codes_and_secrets_are_checked_at_installation(server: SlackServer) -> None:
    app, ada = server.app, server.workspace("T2", installed=False).person("ada")
    client = AsyncWebClient(base_url=server.api_url)
    back = "http://127.0.0.1:9/back"
    query = f"client_id={app.client_id}&scope=chat:write&redirect_uri={back}&state=s1"
    denied = await ada.install(f"{server.authorize_url}?{query}", deny=True)
    assert denied == f"{back}?error=access_denied&state=s1"
    code = (await ada.install(f"{server.authorize_url}?{query}")).partition("code=")[2].partition("&")[0]
    good = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code, "redirect_uri": back}
    wrong = {}
    for name, change in [
        ("client_id", {"client_id": "9.9"}),
        ("client_secret", {"client_secret": "x"}),
        ("code", {"code": "x"}),
        ("redirect_uri", {"redirect_uri": "http://127.0.0.1:9/other"}),
    ]:
        with pytest.raises(SlackApiError) as caught:
            await client.oauth_v2_access(**(good | change))
        wrong[name] = caught.value.response["error"]
    assert wrong == {
        "client_id": "invalid_client_id",
        "client_secret": "bad_client_secret",
        "code": "invalid_code",
        "redirect_uri": "bad_redirect_uri",
    }
    assert (await client.oauth_v2_access(**good))["access_token"] == server.workspace("T2").bot_token
    with pytest.raises(SlackApiError, match="code_already_used"):
        await client.oauth_v2_access(**good)
    with pytest.raises(Impossible, match="invalid_scope"):
        await ada.install(f"{server.authorize_url}?client_id={app.client_id}&scope=everything&redirect_uri={back}")


# --- weight -------------------------------------------------------------------------------------------------------


async def test_it_carries_a_load_of_signed_commands(server: SlackServer) -> None:
    server.limits.enabled, server.echo = False, False
    taken: list[str] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        if body.startswith(b"{"):
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        taken.append(str((await request.post())["trigger_id"]))
        return web.json_response(None)

    application = web.Application()
    application.router.add_post("/", take)
    ada = server.workspace().person("ada")

    async def pressing() -> None:
        for index in range(20):
            assert (await ada.command("general", "/create", str(index))).acked

    async with serving(application) as url:
        await server.deliver_to(f"{url}/")
        await asyncio.gather(*(pressing() for _ in range(20)))
    assert len(set(taken)) == 400
