"""Slack calling Easel over HTTP: only what Slack signed gets in, and nothing strange is ever a server's error."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.bot.slack.house import SlackHouse, slack_house
from tests.fakes.slack import SlackServer, sign

Json = dict[str, object]


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    async with slack_house(tmp_path, transport="http", worker=False) as built:
        yield built


def command(slack: SlackHouse, text: str = "a fox") -> bytes:
    general = slack.workspace.channel("general")
    form = {
        "command": "/create",
        "text": text,
        "team_id": "T1",
        "user_id": slack.ada.id,
        "user_name": "ada",
        "channel_id": general.id,
        "channel_name": "general",
        "trigger_id": f"{time.time()}",
        "response_url": f"{slack.server.base_url}/response/T1/none",
    }
    return urlencode(form).encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_what_slack_signed_gets_in(slack: SlackHouse) -> None:
    body = command(slack)
    status, _, _ = await slack.server.post_raw(body, FORM | sign(slack.workspace.signing_secret, body))
    assert status == 200
    assert len(await slack.creations()) == 1


@pytest.mark.parametrize(
    "strange",
    [
        "wrong secret",
        "old timestamp",
        "timestamp of tomorrow",
        "timestamp in words",
        "timestamp of strange digits",
        "timestamp of five thousand digits",
        "negative timestamp",
        "no timestamp",
        "no signature",
        "signature beyond ASCII",
        "body that is not UTF-8",
        "body changed on the way",
        "empty",
    ],
)
async def test_whatever_else_comes_is_refused_with_401_and_nothing_is_stored(slack: SlackHouse, strange: str) -> None:
    secret, body = slack.workspace.signing_secret, command(slack)
    headers = sign(secret, body)
    match strange:
        case "wrong secret":
            headers = sign("0" * 32, body)
        case "old timestamp":
            headers = sign(secret, body, time.time() - 301)
        case "timestamp of tomorrow":
            headers = sign(secret, body, time.time() + 86_400)
        case "timestamp in words":
            headers = sign(secret, body, "yesterday")
        case "timestamp of strange digits":
            headers = sign(secret, body, str(int(time.time()))) | {"X-Slack-Request-Timestamp": "²³¹"}
        case "timestamp of five thousand digits":
            headers = sign(secret, body, "9" * 5_000)
        case "negative timestamp":
            headers = sign(secret, body, "-1")
        case "no timestamp":
            del headers["X-Slack-Request-Timestamp"]
        case "no signature":
            del headers["X-Slack-Signature"]
        case "signature beyond ASCII":
            headers["X-Slack-Signature"] = "v0=übermut"
        case "body that is not UTF-8":
            body = body + b"&x=\xff\xfe"
            headers = sign(secret, body)
        case "body changed on the way":
            body = body.replace(b"fox", b"cat")
        case "empty":
            body, headers = b"", {}
    status, _, text = await slack.server.post_raw(body, FORM | headers)
    assert status == 401
    assert text == ""
    assert await slack.creations() == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b"payload=",
        b"payload=%7B%7D",
        b'{"type":"event_callback","event":{}}',
        b"command=/create",
    ],
)
async def test_signed_rubbish_is_no_servers_error(slack: SlackHouse, body: bytes) -> None:
    kind = {"Content-Type": "application/json"} if body[:1] in b"{[n" else FORM
    status, _, text = await slack.server.post_raw(body, kind | sign(slack.workspace.signing_secret, body))
    assert status < 500
    assert "Traceback" not in text
    assert await slack.creations() == []


async def test_slacks_challenge_is_answered(slack: SlackHouse) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "abc"}).encode()
    headers = {"Content-Type": "application/json"} | sign(slack.workspace.signing_secret, body)
    status, _, text = await slack.server.post_raw(body, headers)
    assert (status, "abc" in text) == (200, True)


async def test_a_repeated_delivery_of_slacks_own_is_one_creation(slack: SlackHouse) -> None:
    seen = await slack.ada.mention("general", "a fox")
    for again, delivery in enumerate(seen.deliveries, 1):
        await slack.server.redeliver(delivery, again=again)
    assert len(await slack.creations()) == 1


async def test_a_retry_is_taken_where_nothing_was_recorded(slack: SlackHouse) -> None:
    """A header that says it is a copy is no reason to drop it: the first may have died on the way."""
    seen = await slack.ada.mention("random", "hello")
    assert seen.deliveries == []  # Easel is not in that channel
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": "Ev1",
            "authorizations": [{"team_id": "T1", "user_id": slack.workspace.bot_user_id, "is_bot": True}],
            "event": {
                "type": "app_mention",
                "user": slack.ada.id,
                "text": f"<@{slack.workspace.bot_user_id}> a fox",
                "channel": slack.workspace.channel("general").id,
                "ts": "1700000000.000100",
            },
        }
    ).encode()
    headers = {"Content-Type": "application/json", "X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    status, _, _ = await slack.server.post_raw(body, headers | sign(slack.workspace.signing_secret, body))
    assert status == 200
    assert [each.prompt for each in await slack.creations()] == ["a fox"]


async def test_without_a_signing_secret_nothing_gets_in_by_http(tmp_path: Path) -> None:
    async with slack_house(tmp_path, worker=False) as slack, SlackServer() as other:
        other.workspace("T1")
        await other.deliver_to(f"{slack.url}/slack/events", verify=False)
        body = command(slack)
        status, _, _ = await other.post_raw(body, FORM | sign("", body))
        assert status == 404
        assert await slack.creations() == []
