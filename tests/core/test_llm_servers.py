"""Servers of one's own: what they do not know, and the odd answers that they give."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from openai import AsyncOpenAI

from core.agent.messages import ToolCall, Turn
from core.agent.planners.responses import ResponsesPlanner
from core.agent.planners.server import MOST_OUT
from core.errors import PlannerBusy, ProviderError
from tests.core.llm import (
    ALL,
    SYSTEM,
    Desk,
    Raw,
    RefuseStrict,
    call,
    chunk,
    finish,
    make,
    opened,
    service,
    wish,
)
from tests.fakes.openai import (
    OpenAIServer,
    Route,
)


@pytest.fixture
async def own() -> AsyncIterator[Desk]:
    async with opened("own") as built:
        yield built


async def answered(desk: Desk, *events: Mapping[str, Any]) -> Turn:
    desk.server.script(Route.CHAT, Raw(events))
    return await desk.next()


FIELDS = ("parallel_tool_calls", "stream_options", "max_completion_tokens", "max_tokens")


@pytest.mark.parametrize("refused", [*((name,) for name in FIELDS), FIELDS], ids=str)
async def test_a_field_that_a_server_refuses_is_left_out_from_then_on(own: Desk, refused: tuple[str, ...]) -> None:
    own.server.world.refuses = frozenset(refused)
    await own.next()
    stumbled = own.asked
    assert stumbled <= 1 + len(refused)
    assert own.server.paid[Route.CHAT] == 1
    assert not own.body.keys() & set(refused)
    await own.next()
    assert own.asked == stumbled + 1


async def test_where_the_newer_limit_is_refused_the_older_one_is_sent(own: Desk) -> None:
    own.server.world.refuses = frozenset({"max_completion_tokens"})
    await own.next()
    assert own.body["max_tokens"] == MOST_OUT


async def test_many_at_once_all_learn_what_a_server_refuses(own: Desk) -> None:
    own.server.world.refuses = frozenset(FIELDS)
    turns = await asyncio.gather(*(own.next() for _ in range(20)))
    assert all(turn.text or turn.calls for turn in turns)


@pytest.mark.parametrize("wire", ["responses", "chat"])
async def test_where_strict_tools_are_refused_loose_ones_are_sent(wire: str) -> None:
    async with OpenAIServer() as server:
        client = AsyncOpenAI(api_key="sk-test", base_url=server.base_url)
        route = Route.RESPONSES if wire == "responses" else Route.CHAT
        server.script(route, *[RefuseStrict()] * 3)
        planner = make(wire, client, service())
        await planner.next((SYSTEM, wish()), ALL)
        await planner.next((SYSTEM, wish()), ALL)
        assert len(server.calls_of(route)) == 3
        assert "null" not in json.dumps(server.calls_of(route)[-1].body["tools"])
        await client.close()


async def test_calls_without_ids_are_given_some(own: Desk) -> None:
    made = call(0, None, "generate_image", '{"prompt": "a"}'), call(1, "", "generate_image", '{"prompt": "b"}')
    turn = await answered(own, chunk(*made), finish("tool_calls"))
    assert [each.id for each in turn.calls] == ["call_0", "call_1"]


async def test_calls_that_all_have_the_same_number_are_told_apart_by_their_ids(own: Desk) -> None:
    made = [chunk(call(0, f"id{i}", "generate_image", f'{{"prompt": "nr {i}"}}')) for i in range(3)]
    turn = await answered(own, *made, finish("stop"))
    assert [json.loads(each.arguments)["prompt"] for each in turn.calls] == ["nr 0", "nr 1", "nr 2"]


async def test_arguments_may_come_in_pieces_as_an_object_or_not_at_all(own: Desk) -> None:
    turn = await answered(
        own,
        chunk(call(0, "a", "generate_image", "")),
        chunk(call(0, None, None, '{"prompt":')),
        chunk(call(0, None, None, ' "in pieces"}')),
        chunk(call(1, "b", "generate_image", {"prompt": "an object"})),
        chunk(call(2, "c", "upscale", None)),
        finish("stop"),
    )
    assert [each.arguments for each in turn.calls] == ['{"prompt": "in pieces"}', '{"prompt": "an object"}', "{}"]


async def test_thoughts_before_the_answer_are_not_shown(own: Desk) -> None:
    pieces = ["\n<th", "ink>Let me ", "think.</thi", "nk>\n\nHere ", "it is."]
    turn = await answered(own, *(chunk(content=piece) for piece in pieces), finish("stop"))
    assert turn.text == "".join(own.pieces) == "Here it is."


async def test_words_that_no_database_takes_are_cleaned(own: Desk) -> None:
    turn = await answered(
        own, chunk(content="a\x00b \ud800"), chunk(call(0, "a", "x\x00y\ud800", "{}")), finish("stop")
    )
    assert (turn.text, turn.calls[0].name) == ("ab ?", "xy?")


@pytest.mark.parametrize(
    "event",
    [
        {"choices": None},
        {"choices": [{"index": 0, "delta": None, "finish_reason": None}]},
        {"choices": [{"index": 0}]},
        {"choices": [{"index": 0, "delta": {"content": None, "tool_calls": None}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0}]}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [{}]}}]},
        {"nothing": "known"},
        {},
    ],
    ids=json.dumps,
)
async def test_odd_chunks_break_nothing(own: Desk, event: dict[str, Any]) -> None:
    turn = await answered(own, {"id": "x"} | event, chunk(content="Done."), finish("stop"))
    assert turn.text == "Done."


async def test_a_server_that_counts_nothing_costs_nothing(own: Desk) -> None:
    turn = await answered(own, chunk(content="Done."), finish("stop"))
    assert turn.usage.cost_micros == 0


async def test_a_model_that_calls_tools_on_the_other_wire_only_says_which_setting_is_needed() -> None:
    async with OpenAIServer() as server:
        client = AsyncOpenAI(api_key="sk-test", base_url=server.base_url)
        for model in ("gpt-6.1-sol", "gpt-6-astra"):
            with pytest.raises(ProviderError) as caught:
                await make("chat", client, service(model)).next((SYSTEM, wish()), ALL)
            assert caught.value.code == "wrong_api"
            assert "EASEL_AGENT_API=responses" in caught.value.message
        await make("chat", client, service("gpt-5.6-terra")).next((SYSTEM, wish()), ALL)
        assert server.paid[Route.CHAT] == 1
        await client.close()


async def test_a_server_without_the_responses_api_says_which_setting_is_needed(own: Desk) -> None:
    own.planner = ResponsesPlanner(own.client, service("qwen3-8b"))
    error = await own.fails()
    assert "EASEL_AGENT_API=chat" in str(error)


# --- a Responses API that is not OpenAI's --------------------------------------------------------------------------


def item(**facts: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": 0, "item": facts}


ENDED: dict[str, Any] = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}
TEXT: dict[str, Any] = {"type": "response.output_text.delta", "delta": "Done."}


@pytest.fixture
async def foreign() -> AsyncIterator[Desk]:
    async with opened("responses") as built:
        yield built


async def responded(desk: Desk, *events: Mapping[str, Any]) -> Turn:
    desk.server.script(Route.RESPONSES, Raw(events))
    return await desk.next()


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": None},
        {"type": "response.somebody.elses"},
        {"type": "response.output_text.delta"},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_item.done"},
        {"type": "response.output_item.done", "item": None},
        item(type="reasoning"),
        item(type="somebody_elses"),
        {"type": "response.in_progress", "response": None},
    ],
    ids=json.dumps,
)
async def test_odd_events_break_nothing(foreign: Desk, event: dict[str, Any]) -> None:
    assert (await responded(foreign, event, TEXT, ENDED)).text == "Done."


async def test_a_call_may_lack_its_id_its_state_and_its_arguments(foreign: Desk) -> None:
    turn = await responded(foreign, item(type="function_call", name="upscale"), ENDED)
    assert turn.calls == (ToolCall("call_0", "upscale", "{}"),)
    assert turn.usage.cost_micros == 0


@pytest.mark.parametrize(
    "ended", [{"type": "response.completed"}, {"type": "response.failed", "response": {}}], ids=str
)
async def test_an_end_that_says_nothing_is_survived(foreign: Desk, ended: dict[str, Any]) -> None:
    with pytest.raises(PlannerBusy):
        await responded(foreign, ended)
