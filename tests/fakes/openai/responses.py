"""`/v1/responses`: https://developers.openai.com/api/reference/resources/responses

Refused although the platform takes it: `background`, `conversation` and `prompt`, which nothing here implements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openai.types.responses import response_create_params

from tests.fakes.openai import response_input, text_rules
from tests.fakes.openai.answers import Answer, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.conversation import Asked, Thought, think
from tests.fakes.openai.errors import bad, missing, out_of_range, unknown_url
from tests.fakes.openai.faults import Job
from tests.fakes.openai.models import Use, efforts
from tests.fakes.openai.response_stream import events_of
from tests.fakes.openai.shapes import check_body
from tests.fakes.openai.tokens import count, cut
from tests.fakes.openai.world import new_id

LEAST_OUTPUT_TOKENS = 16
REASONING_TOKENS = {"none": 0, "minimal": 0, "low": 32, "medium": 64, "high": 256, "xhigh": 512, "max": 1_024}
_ELSEWHERE = ("background", "conversation", "prompt")
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Request:
    """A valid request."""

    ask: Ask
    body: Mapping[str, Any]
    model: str
    effort: str
    items: Sequence[Item]
    choice: str

    @property
    def store(self) -> bool:
        return self.body.get("store") is not False

    @property
    def functions(self) -> list[Mapping[str, Any]]:
        return [tool for tool in self.body.get("tools") or () if tool["type"] == "function"]


async def respond(ask: Ask) -> Job:
    """Validate; the job asks the mind."""
    if ask.world.compatible:
        raise unknown_url("POST", "/v1/responses")
    request = _read(ask)

    async def job() -> Answer:
        response = await _answer(request)
        if not request.body.get("stream"):
            return Json(response)
        options = request.body.get("stream_options") or {}
        return events_of(response, obfuscate=options.get("include_obfuscation", True))

    return job


def _read(ask: Ask) -> _Request:
    body = dict(ask.body)
    check_body(body, response_create_params.ResponseCreateParamsBase, stream=bool | None)
    for name in _ELSEWHERE:
        if body.get(name):
            raise bad(f"'{name}' is not implemented by this server.", name, "unsupported_parameter")
    if not body.get("model"):
        raise missing("model")
    model = ask.world.catalogue.take(body["model"], Use.CHAT, ask.world.now)
    reasoning = body.get("reasoning") or {}
    effort = text_rules.effort_of(model, reasoning.get("effort"), "reasoning.effort")
    request = _Request(ask, body, model, effort, _items(ask, body), _choice(body))
    _check(request)
    return request


def _items(ask: Ask, body: Mapping[str, Any]) -> list[Item]:
    if not body.get("input"):
        message = "One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided."
        raise bad(message, "input", "missing_required_parameter")
    items = response_input.items_of(body["input"])
    if earlier := body.get("previous_response_id"):
        if earlier not in ask.world.stored:
            message = f"Previous response with id '{earlier}' not found."
            raise bad(message, "previous_response_id", "previous_response_not_found")
        items = [*ask.world.stored[earlier], *items]
    response_input.check(ask.world, items, store=body.get("store") is not False)
    return items


def _choice(body: Mapping[str, Any]) -> str:
    choice = body.get("tool_choice")
    names = [tool.get("name", tool["type"]) for tool in body.get("tools") or ()]
    named = choice.get("name") if isinstance(choice, dict) and choice["type"] == "function" else None
    return text_rules.choice_of(choice, names, named)


def _check(request: _Request) -> None:
    body = request.body
    text_rules.check_sampling(body, request.effort)
    text_rules.check_identity(body)
    tools = list(body.get("tools") or ())
    paths = [f"tools[{i}]" for i, tool in enumerate(tools) if tool["type"] == "function"]
    text_rules.check_functions(request.functions, paths)
    most = body.get("max_output_tokens")
    if most is not None and most < LEAST_OUTPUT_TOKENS:
        raise out_of_range("max_output_tokens", LEAST_OUTPUT_TOKENS, float("inf"), most)
    if body.get("stream_options") and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad(message, "stream_options")
    if "reasoning.encrypted_content" in (body.get("include") or ()) and not efforts(request.model):
        raise bad("Encrypted content is not supported with this model.", "include")
    answer = (body.get("text") or {}).get("format") or {}
    if answer.get("type") == "json_schema":
        text_rules.check_answer_schema(answer["name"], answer["schema"], answer.get("strict"), "text.format")


async def _answer(request: _Request) -> Item:
    asked = _asked(request)
    thought = await think(request.ask.world.mind, asked)
    prompt = [request.body.get("instructions"), request.body.get("tools"), list(request.items)]
    given, cached = request.ask.world.cache.read(request.model, prompt)
    reasoning = REASONING_TOKENS[request.effort]
    items, spent, ran_out = _output(request, thought, reasoning)
    response = _envelope(request) | _ending(thought, items, ran_out=ran_out)
    response["usage"] = _usage(given, cached, spent + reasoning, reasoning)
    if request.store:
        request.ask.world.stored[response["id"]] = [*request.items, *_replayable(request, items)]
    return response


def _asked(request: _Request) -> Asked:
    answer = (request.body.get("text") or {}).get("format") or {}
    return Asked(
        model=request.model,
        lines=response_input.lines_of(request.body.get("instructions"), request.items),
        tools={tool["name"]: tool.get("parameters") or {} for tool in request.functions},
        tool_choice=request.choice,
        parallel=request.body.get("parallel_tool_calls") is not False,
        schema=answer.get("schema"),
        max_tokens=request.body.get("max_output_tokens"),
    )


def _output(request: _Request, thought: Thought, reasoning: int) -> tuple[list[Item], int, bool]:
    """Items, their tokens, and whether `max_output_tokens` cut them."""
    if thought.error:
        return [], 0, False
    items = [_reasoning(request)] if reasoning else []
    left = (request.body.get("max_output_tokens") or 10**9) - reasoning
    spent = 0
    for item, text in _wishes(request, thought):
        if left <= 0:
            return items, spent, True
        tokens = count(text)
        if tokens > left:
            return [*items, _cut(item, left)], spent + left, True
        items.append(item)
        left, spent = left - tokens, spent + tokens
    return items, spent, False


def _wishes(request: _Request, thought: Thought) -> list[tuple[Item, str]]:
    parts: list[tuple[Item, str]] = []
    if thought.text:
        part = {"type": "output_text", "text": thought.text, "annotations": [], "logprobs": []}
        phase = "commentary" if thought.calls else "final_answer"
        parts.append((_message(request, part, phase), thought.text))
    if thought.refusal:
        part = {"type": "refusal", "refusal": thought.refusal}
        parts.append((_message(request, part, "final_answer"), thought.refusal))
    for call in thought.calls:
        item = {"id": new_id("fc"), "type": "function_call", "status": "completed", "name": call.name}
        parts.append((item | {"call_id": call.id or f"call_{new_id('')[1:25]}", "arguments": call.text}, call.text))
    return parts


def _message(request: _Request, part: Item, phase: str) -> Item:
    item = {"id": new_id("msg"), "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    return item | ({"phase": phase} if request.model.startswith(("gpt-5.4", "gpt-5.5", "gpt-5.6", "gpt-6")) else {})


def _reasoning(request: _Request) -> Item:
    item: Item = {"id": new_id("rs"), "type": "reasoning", "summary": []}
    if "reasoning.encrypted_content" in (request.body.get("include") or ()):
        item["encrypted_content"] = f"gAAAA{new_id('')}"
        request.ask.world.sealed.add(item["encrypted_content"])
    return item


def _cut(item: Item, tokens: int) -> Item:
    if item["type"] == "function_call":
        return item | {"arguments": cut(item["arguments"], tokens), "status": "incomplete"}
    (part,) = item["content"]
    field = "text" if part["type"] == "output_text" else "refusal"
    return item | {"content": [part | {field: cut(part[field], tokens)}], "status": "incomplete"}


def _replayable(request: _Request, items: Sequence[Item]) -> list[Item]:
    """What `previous_response_id` puts before a later input."""
    return [item for item in items if item["type"] != "reasoning" or item.get("encrypted_content")]


def _ending(thought: Thought, items: Sequence[Item], *, ran_out: bool) -> Item:
    if thought.error:
        error = {"code": "server_error", "message": thought.error}
        return {"status": "failed", "error": error, "output": list(items)}
    reason = "max_output_tokens" if ran_out else thought.incomplete
    if reason:
        return {"status": "incomplete", "incomplete_details": {"reason": reason}, "output": list(items)}
    return {"status": "completed", "output": list(items)}


def _envelope(request: _Request) -> Item:
    body, stamp = request.body, request.ask.world.stamp
    reasons = bool(efforts(request.model))
    summary = (body.get("reasoning") or {}).get("summary")
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": stamp,
        "completed_at": stamp,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "metadata": body.get("metadata") or {},
        "model": request.model,
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "reasoning": {"effort": request.effort, "summary": summary} if reasons else {"effort": None, "summary": None},
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": request.store,
        "temperature": body.get("temperature") or 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"} | (body.get("text") or {}),
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": [_echo(tool) for tool in body.get("tools") or ()],
        "top_logprobs": 0,
        "top_p": body.get("top_p") or 1.0,
        "truncation": body.get("truncation") or "disabled",
        "user": body.get("user"),
    }


def _echo(tool: Mapping[str, Any]) -> Item:
    return {**tool, "strict": bool(tool.get("strict"))} if tool["type"] == "function" else dict(tool)


def _usage(given: int, cached: int, made: int, reasoning: int) -> Item:
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": given + made,
    }
