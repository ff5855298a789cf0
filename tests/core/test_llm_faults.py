"""Every way in which a language model's server fails: one sentence, one request, and whether it was perhaps paid."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, DefaultAioHttpClient, RateLimitError

from core.agent.planners import failures
from core.errors import EaselError, PlannerBusy, ProviderError, UserError
from tests.core.llm import (
    ALL,
    SYSTEM,
    Desk,
    Raw,
    Refuse,
    Whole,
    make,
    opened,
    service,
    wish,
)
from tests.fakes.openai import (
    BrokenJson,
    Drop,
    Empty,
    GatewayPage,
    Hang,
    OpenAIServer,
    RateLimited,
    Route,
    Slow,
    Status,
    Thought,
    Truncated,
    Unauthorized,
)
from tests.fakes.openai.errors import ApiError


@pytest.fixture(params=["responses", "chat", "own"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    async with opened(request.param) as built:
        yield built


@pytest.mark.parametrize(
    ("fault", "perhaps_paid"),
    [
        (Status(500), True),
        (Status(502), True),
        (Status(503), True),
        (GatewayPage(), True),
        (Drop(), True),
        (Truncated(), True),
        (BrokenJson(), True),
        (Empty(), True),
        (Hang(), True),
        (RateLimited(2), False),
    ],
    ids=repr,
)
async def test_what_passes_may_be_asked_again_and_was_asked_once(desk: Desk, fault: Any, perhaps_paid: bool) -> None:
    desk.planner = make(
        desk.wire, desk.client, service("qwen3-8b" if desk.wire == "own" else "gpt-6-luna"), timeout_s=1
    )
    desk.server.script(desk.route, fault)
    error = await desk.fails()
    assert isinstance(error, PlannerBusy)
    assert error.perhaps_paid is perhaps_paid
    assert error.again_s == (2 if isinstance(fault, RateLimited) else 0)
    assert error.message == failures.BUSY
    assert desk.asked == 1
    assert desk.server.paid[desk.route] <= perhaps_paid
    desk.server.mind = lambda asked: "Done."
    assert (await desk.next()).text == "Done.", "the next question goes through"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Unauthorized(), "key_refused"),
        (RateLimited(90), "planner_busy"),
        (Status(503, retry_after_s=3_600), "planner_busy"),
    ],
    ids=repr,
)
async def test_what_does_not_pass_is_said_and_not_asked_again(desk: Desk, fault: Any, code: str) -> None:
    desk.server.script(desk.route, fault)
    error = await desk.fails()
    assert isinstance(error, ProviderError)
    assert not isinstance(error, PlannerBusy)
    assert error.code == code
    assert error.message.endswith(".")
    assert desk.asked == 1
    assert desk.server.paid[desk.route] == 0


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (ApiError(403, "Your organization is not allowed.", code="unsupported_country"), "key_refused"),
        (ApiError(400, "This model's maximum context length is 8192 tokens."), "too_long"),
        (ApiError(400, "Too much.", code="context_length_exceeded"), "too_long"),
        (ApiError(400, "the request exceeds the available context size"), "too_long"),
        (ApiError(413, "Request Entity Too Large"), "too_long"),
        (ApiError(400, "Invalid prompt: flagged.", code="invalid_prompt"), "refused"),
        (ApiError(400, "The response was filtered.", code="content_filter"), "refused"),
        (ApiError(400, 'model "gemma" does not support tools'), "no_tools"),
        (ApiError(400, "Something else is wrong."), "planner_rejected"),
        (ApiError(422, "Something else is wrong."), "planner_rejected"),
        (ApiError(404, "404 page not found"), "wrong_api"),
        (ApiError(402, "Insufficient Balance"), "no_credit"),
        (ApiError(429, "insufficient_quota", type="insufficient_quota", code="insufficient_quota"), "no_credit"),
    ],
    ids=lambda value: value.message if isinstance(value, ApiError) else value,
)
async def test_every_refusal_has_its_own_sentence(desk: Desk, refusal: ApiError, code: str) -> None:
    if desk.wire == "own" and refusal.code and refusal.status == 400:
        code = "planner_rejected"  # such a server tells no codes
    desk.server.script(desk.route, Refuse(refusal))
    error = await desk.fails()
    assert error.code == code  # type: ignore[attr-defined]
    assert refusal.message not in str(error), "a server's own words may quote the conversation"
    assert desk.asked == 1


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
async def test_a_server_that_is_away_was_surely_not_paid(transport: str) -> None:
    async with OpenAIServer() as server:
        url = server.base_url
    client = AsyncOpenAI(
        api_key="sk-test", base_url=url, http_client=DefaultAioHttpClient() if transport == "aiohttp" else None
    )
    for wire in ("responses", "chat"):
        with pytest.raises(PlannerBusy) as caught:
            await make(wire, client, service()).next((SYSTEM, wish()), ALL)
        assert not caught.value.perhaps_paid
    await client.close()


@pytest.mark.parametrize("fault", [Drop(), Truncated(), Hang(), BrokenJson()], ids=repr)
async def test_faults_are_the_same_by_aiohttp(fault: Any) -> None:
    async with OpenAIServer() as server:
        client = AsyncOpenAI(api_key="sk-test", base_url=server.base_url, http_client=DefaultAioHttpClient())
        for wire, route in (("responses", Route.RESPONSES), ("chat", Route.CHAT)):
            server.script(route, fault)
            with pytest.raises(PlannerBusy) as caught:
                await make(wire, client, service(), timeout_s=1).next((SYSTEM, wish()), ALL)
            assert caught.value.perhaps_paid
            assert len(server.calls_of(route)) == 1
        await client.close()


async def test_a_slow_answer_is_waited_for(desk: Desk) -> None:
    desk.server.script(desk.route, Slow(1))
    desk.server.mind = lambda asked: "Done."
    assert (await desk.next()).text == "Done."


async def test_whoever_stops_waiting_hangs_up(desk: Desk) -> None:
    desk.server.script(desk.route, Hang())
    asking = asyncio.create_task(desk.next())
    async with asyncio.timeout(5):
        while not desk.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_model_that_fails_in_the_middle_may_be_asked_again(desk: Desk) -> None:
    desk.server.mind = lambda asked: Thought(error="Out of memory.")
    error = await desk.fails()
    assert isinstance(error, PlannerBusy)
    assert error.perhaps_paid


@pytest.mark.parametrize(
    ("code", "kind"),
    [("server_error", PlannerBusy), ("rate_limit_exceeded", PlannerBusy), ("invalid_prompt", UserError)],
)
async def test_an_error_within_the_stream_is_understood(desk: Desk, code: str, kind: type[EaselError]) -> None:
    facts = {"code": code, "message": "No.", "param": None}
    if desk.wire == "responses":
        event = facts | {"type": "error", "sequence_number": 0}
        desk.server.script(desk.route, Raw((event,)))
    else:
        desk.server.script(desk.route, Raw(({"error": facts},)))
    assert isinstance(await desk.fails(), kind)


async def test_an_answer_without_a_stream_is_no_answer(desk: Desk) -> None:
    desk.server.script(desk.route, Whole())
    assert isinstance(await desk.fails(), PlannerBusy)


async def test_a_model_that_is_gone_is_named(desk: Desk) -> None:
    desk.planner = desk.other("gpt-3.5")
    error = await desk.fails()
    assert "gpt-3.5" in str(error)
    assert "EASEL_AGENT_MODEL" in str(error)


def test_the_servers_wish_to_wait_is_read_in_every_form() -> None:
    for nothing in ({}, {"retry-after": "soon"}, {"retry-after": "-3"}):
        assert failures.retry_after_s(status(nothing)) == 0
    assert failures.retry_after_s(status({"retry-after": "7"})) == 7
    assert failures.retry_after_s(status({"retry-after": "7", "retry-after-ms": "1500"})) == 1.5
    assert failures.retry_after_s(status({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"})) == 0
    assert failures.retry_after_s(status({"retry-after": "Wed, 21 Oct 2215 07:28:00 GMT"})) > 20


def status(headers: Mapping[str, str]) -> Any:
    response = httpx2.Response(429, headers=headers, request=httpx2.Request("POST", "http://127.0.0.1/"))
    return RateLimitError("busy", response=response, body=None)
