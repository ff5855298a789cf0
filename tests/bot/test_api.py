"""Creations over REST: what is taken, what is refused, and in which words."""

import asyncio
import io
from urllib.parse import quote

import pytest

from storage.tables import CreationState
from tests.bot.house import MISSING, House

CREATIONS = "/api/v1/creations"


async def test_a_wish_is_accepted_and_can_be_looked_at(quiet: House) -> None:
    made = await quiet.ask("POST", CREATIONS, json={"prompt": "a boat", "kind": "image", "options": {"aspect": "16:9"}})
    assert made.status == 202
    assert made.json["status"] == "queued"
    assert made.json["queue_place"] == 1
    assert made.json["created_at"].endswith("Z")
    seen = await quiet.ask("GET", f"{CREATIONS}/{made.json['id']}")
    assert (seen.status, seen.json["prompt"]) == (200, "a boat")


async def test_a_wish_belongs_to_the_token_it_came_with(quiet: House) -> None:
    made = await quiet.ask("POST", CREATIONS, headers=quiet.ada.headers, json={"prompt": "a boat"})
    path = f"{CREATIONS}/{made.json['id']}"
    people = [quiet.ada.headers, quiet.bob.headers, {}]
    assert [(await quiet.ask("GET", path, headers=headers)).status for headers in people] == [200, 404, 404]


async def test_the_same_key_finds_the_same_creation_for_its_person_only(quiet: House) -> None:
    async def create(headers: dict[str, str]) -> str:
        answer = await quiet.ask("POST", CREATIONS, headers=headers | {"Idempotency-Key": "k-1"}, json={"prompt": "x"})
        assert answer.status == 202
        return str(answer.json["id"])

    ada = {await create(quiet.ada.headers) for _ in range(4)}
    assert len(ada) == 1
    assert await create(quiet.bob.headers) not in ada


async def test_the_same_key_at_the_same_moment_makes_one_creation(quiet: House) -> None:
    ask = [quiet.ask("POST", CREATIONS, headers={"Idempotency-Key": "k"}, json={"prompt": "x"}) for _ in range(10)]
    answers = await asyncio.gather(*ask)
    assert {answer.status for answer in answers} == {202}
    assert len({answer.json["id"] for answer in answers}) == 1


async def test_without_a_key_every_wish_is_new(quiet: House) -> None:
    ids = {(await quiet.ask("POST", CREATIONS, json={"prompt": "x"})).json["id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("key", ["", "k" * 201, "schlüssel", "tab\there"])
async def test_an_odd_key_is_refused(quiet: House, key: str) -> None:
    answer = await quiet.ask("POST", CREATIONS, headers={"Idempotency-Key": key}, json={"prompt": "x"})
    assert (answer.status, answer.code) == (400, "bad_key")


async def test_ten_thousand_characters_pass_and_more_is_refused(quiet: House) -> None:
    thread = (await quiet.ask("POST", CREATIONS, json={"prompt": "ü" * 10_000})).json["thread"]
    messages = f"/api/v1/threads/{thread}/messages"
    assert (await quiet.ask("POST", messages, json={"text": "ü" * 10_000})).status == 202
    for path, field in ((CREATIONS, "prompt"), (messages, "text"), ("/generate", "prompt")):
        answer = await quiet.ask("POST", path, json={field: "ü" * 10_001})
        assert (answer.status, answer.code) == (413, "prompt_too_long")


async def test_a_body_of_more_than_a_megabyte_is_refused(quiet: House) -> None:
    body = io.BytesIO(b'{"prompt": "' + b"x" * 1_100_000 + b'"}')
    answer = await quiet.ask("POST", CREATIONS, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"prompt": "x", "colour": "red"}, "`colour` is not a field that Easel knows."),
        ({"prompt": "x", "options": {"size": 3}}, "`options.size` is not a field that Easel knows."),
        ({"prompt": "x", "kind": "upload"}, "`kind` must be"),
        ({"prompt": "x", "action": "explode"}, "`action` must be 'vary', 'upscale', 'animate', 'extend' or 'again'."),
        ({"prompt": "x", "options": {"count": 11}}, "`options.count` must be less than or equal to 10."),
        ({"prompt": 7}, "`prompt` must be a valid string."),
        ({"prompt": "x", "inputs": [1]}, "`inputs[0]` must be a valid string."),
        ({"prompt": "   "}, "Tell Easel what to make: the text is empty."),
        ({"action": "vary"}, "To vary, name exactly one asset in `inputs`."),
        ({}, "Tell Easel what to make: the text is empty."),
        ([], "The body must be a JSON object."),
        ("a boat", "The body must be a JSON object."),
    ],
)
async def test_a_wrong_wish_is_refused_in_one_sentence_that_names_the_field(
    quiet: House, body: object, said: str
) -> None:
    answer = await quiet.ask("POST", CREATIONS, json=body)
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith(said)


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff\xfe", b'{"prompt": "\\ud800"}', b"[" * 5_000, b'{"prompt": "a" "b"}']
)
async def test_broken_json_is_refused(quiet: House, body: bytes) -> None:
    answer = await quiet.ask("POST", CREATIONS, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]["message"]) == (400, "The body is not valid JSON.")


async def test_only_json_is_taken(quiet: House) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        answer = await quiet.ask("POST", CREATIONS, data=b'{"prompt": "x"}', headers={"Content-Type": kind})
        assert (answer.status, answer.code) == (415, "unsupported_media")


async def test_unknown_addresses_and_methods_are_json_under_api(quiet: House) -> None:
    as_browser = {"Accept": "text/html"}
    missing = await quiet.ask("GET", "/api/v1/nothing", headers=as_browser)
    assert (missing.status, missing.code) == (404, "not_found")
    wrong = await quiet.ask("DELETE", CREATIONS, headers=as_browser)
    assert (wrong.status, wrong.code, wrong.headers["Allow"]) == (405, "method_not_allowed", "POST")


async def test_a_person_sees_a_page_where_a_program_sees_json(quiet: House) -> None:
    page = await quiet.ask("GET", "/nothing", headers={"Accept": "text/html"})
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert (await quiet.ask("GET", "/nothing")).code == "not_found"


async def test_a_thread_goes_on_by_its_name_plain_or_encoded(quiet: House) -> None:
    thread = (await quiet.ask("POST", CREATIONS, json={"prompt": "a boat"})).json["thread"]
    for name in (thread, quote(thread, safe=""), quote(thread, safe="").lower()):
        answer = await quiet.ask("POST", f"/api/v1/threads/{name}/messages", json={"text": "darker"})
        assert (answer.status, answer.json["thread"]) == (202, thread)
    again = await quiet.ask("POST", CREATIONS, json={"prompt": "and a moon", "thread": thread})
    assert again.json["thread"] == thread


@pytest.mark.parametrize("thread", ["rest:-:-:missing", "x", ":::", "a:b", "%00:-:-:x", "rest:-:-:%252F", "%", "%zz"])
async def test_an_unknown_thread_is_missing(quiet: House, thread: str) -> None:
    assert (await quiet.ask("POST", f"/api/v1/threads/{thread}/messages", json={"text": "darker"})).status == 404
    assert (await quiet.ask("POST", CREATIONS, json={"prompt": "x", "thread": thread})).status == 404


async def test_a_waiting_line_can_be_left(quiet: House) -> None:
    made = await quiet.ask("POST", CREATIONS, json={"prompt": "a boat"})
    for _ in range(2):
        cancelled = await quiet.ask("POST", f"{CREATIONS}/{made.json['id']}/cancel")
        assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")


async def test_a_price_is_confirmed_once_and_only_when_asked_for(quiet: House) -> None:
    waiting = await quiet.creation(quiet.context.local_user_id, CreationState.WAITING)
    path = f"{CREATIONS}/{waiting.id}/confirm"
    answers = [await quiet.ask("POST", path) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 409]
    assert answers[1].code == "not_waiting"
    assert (await quiet.ask("POST", f"{CREATIONS}/{MISSING}/confirm")).status == 404


async def test_usage_counts_by_day_and_month(quiet: House) -> None:
    usage = await quiet.ask("GET", "/api/v1/usage")
    assert usage.status == 200
    assert (usage.json["today_usd"], usage.json["month_usd"], usage.json["total_usd"]) == (0, 0, 0)
    assert usage.json["day"].startswith(usage.json["month"])


async def test_generate_answers_when_all_is_done(busy: House) -> None:
    answer = await busy.ask("POST", "/generate", json={"prompt": "a lighthouse at dusk", "max_steps": 3})
    assert answer.status == 200
    assert (answer.json["status"], answer.json["error"]) == ("succeeded", None)
    assert answer.json["response"]
    asset = answer.json["assets"][0]
    assert (asset["type"], asset["provider"]) == ("image", "offline")
    assert asset["url"].startswith(busy.open_url)
    content = await busy.ask("GET", asset["url"].removeprefix(busy.open_url))
    assert len(content.body) == asset["bytes"]
    assert content.headers["Content-Type"] == asset["media_type"]


async def test_generate_that_fails_says_why(quiet: House) -> None:
    answer = await quiet.ask("POST", "/generate", json={"prompt": "x", "max_steps": 0})
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith("`max_steps` must be greater than or equal to 1")
