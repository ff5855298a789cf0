"""`/v1/chat/completions`: https://developers.openai.com/api/reference/resources/chat

Function tools and reasoning do not go together here: gpt-5.6 and gpt-6 take tools with `reasoning_effort="none"` alone
(BerriAI/litellm#34569, danny-avila/LibreChat#14355), and gpt-6-astra and gpt-6.1-sol do not know that word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openai.types.chat import completion_create_params

from tests.fakes.openai import text_rules
from tests.fakes.openai.answers import Answer, Events, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.conversation import Asked, Call, Line, Thought, role_of, think
from tests.fakes.openai.errors import ApiError, bad, missing, out_of_range
from tests.fakes.openai.faults import Job
from tests.fakes.openai.models import Use, efforts
from tests.fakes.openai.moderation import image_bytes
from tests.fakes.openai.responses import REASONING_TOKENS
from tests.fakes.openai.shapes import check_body
from tests.fakes.openai.tokens import count, cut
from tests.fakes.openai.world import new_id

_PIECE = 12
_NEVER_WITHOUT = ("gpt-5.6", "gpt-6")
"""These reason also when nothing is said."""
Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Request:
    """A valid request."""

    ask: Ask
    body: Mapping[str, Any]
    model: str
    effort: str
    choice: str

    @property
    def functions(self) -> list[Mapping[str, Any]]:
        return [tool["function"] for tool in self.body.get("tools") or () if tool["type"] == "function"]

    @property
    def most(self) -> int | None:
        """Tokens that the answer may have."""
        return self.body.get("max_completion_tokens") or self.body.get("max_tokens")


async def complete(ask: Ask) -> Job:
    """Validate; the job asks the mind."""
    request = _read(ask)

    async def job() -> Answer:
        thought = await think(ask.world.mind, _asked(request))
        if thought.error:
            raise ApiError(500, thought.error, type="server_error")
        completion = _completion(request, thought)
        if not request.body.get("stream"):
            return Json(completion)
        options = request.body.get("stream_options") or {}
        return Events(list(_chunks(completion, options)), named=False, done=True)

    return job


def _read(ask: Ask) -> _Request:
    body = dict(ask.body)
    if not ask.world.compatible:
        check_body(body, completion_create_params.CompletionCreateParamsBase, stream=bool | None)
    for name in ("model", "messages"):
        if not body.get(name):
            raise missing(name)
    _check_messages(body["messages"])
    if ask.world.compatible:
        return _Request(ask, body, ask.world.catalogue.find(body["model"], ask.world.now).id, "none", _choice(body))
    model = ask.world.catalogue.take(body["model"], Use.CHAT, ask.world.now)
    effort = text_rules.effort_of(model, body.get("reasoning_effort"), "reasoning_effort")
    request = _Request(ask, body, model, effort, _choice(body))
    _check(request)
    return request


def _choice(body: Mapping[str, Any]) -> str:
    choice = body.get("tool_choice")
    names = [tool["function"]["name"] for tool in body.get("tools") or () if tool["type"] == "function"]
    named = choice["function"]["name"] if isinstance(choice, dict) and choice["type"] == "function" else None
    return text_rules.choice_of(choice, names, named)


def _check(request: _Request) -> None:
    body = request.body
    if request.functions and request.effort != "none":
        raise _tools_and_reasoning(request)
    text_rules.check_sampling(body, request.effort)
    text_rules.check_identity(body)
    tools = list(body.get("tools") or ())
    paths = [f"tools[{i}].function" for i, tool in enumerate(tools) if tool["type"] == "function"]
    text_rules.check_functions(request.functions, paths)
    if "max_tokens" in body and efforts(request.model):
        hint = "Use 'max_completion_tokens' instead."
        message = f"Unsupported parameter: 'max_tokens' is not supported with this model. {hint}"
        raise bad(message, "max_tokens", "unsupported_parameter")
    if body.get("stream_options") and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad(message, "stream_options")
    if not 1 <= (body.get("n") or 1) <= 128:
        raise out_of_range("n", 1, 128, body["n"])
    answer = body.get("response_format") or {}
    if answer.get("type") == "json_schema":
        inner, path = answer["json_schema"], "response_format.json_schema"
        text_rules.check_answer_schema(inner["name"], inner.get("schema") or {}, inner.get("strict"), path)


def _tools_and_reasoning(request: _Request) -> ApiError:
    what = f"Function tools with reasoning_effort are not supported for {request.model} in /v1/chat/completions."
    way = "Please use /v1/responses instead."
    if request.model.startswith(_NEVER_WITHOUT) and "none" in efforts(request.model):
        way = "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
    return bad(f"{what} {way}", "reasoning_effort")


def _check_messages(messages: Sequence[Message]) -> None:
    waiting: list[str] = []
    for i, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                problem = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                raise bad(f"Invalid parameter: {problem}", f"messages.[{i}].role")
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            break
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
        _check_content(message, i)
    if waiting:
        rule = "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
        named = ", ".join(waiting)
        raise bad(
            f"{rule}'tool_call_id'. The following tool_call_ids did not have response messages: {named}", "messages"
        )


def _check_content(message: Message, i: int) -> None:
    content = message.get("content")
    if message["role"] == "assistant":
        if content is None and not (
            message.get("tool_calls") or message.get("refusal") or message.get("function_call")
        ):
            raise bad("Invalid value for 'content': expected a string, got null.", f"messages.[{i}].content")
        if "tool_calls" in message and not message["tool_calls"]:
            problem = f"Invalid 'messages[{i}].tool_calls': empty array. Expected an array with minimum length 1."
            raise bad(problem, f"messages[{i}].tool_calls", "empty_array")
        return
    for j, part in enumerate(content if isinstance(content, list) else ()):
        if part["type"] == "image_url":
            image_bytes(part["image_url"]["url"], f"messages[{i}].content[{j}].image_url.url")


def _asked(request: _Request) -> Asked:
    answer = request.body.get("response_format") or {}
    return Asked(
        model=request.model,
        lines=tuple(_lines(request.body["messages"])),
        tools={tool["name"]: tool.get("parameters") or {} for tool in request.functions},
        tool_choice=request.choice,
        parallel=request.body.get("parallel_tool_calls") is not False,
        schema=(answer.get("json_schema") or {}).get("schema"),
        max_tokens=request.most,
    )


def _lines(messages: Sequence[Message]) -> Iterator[Line]:
    for message in messages:
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
        text = "\n".join(part.get("text") or part.get("refusal") or "" for part in parts).strip()
        images = sum(part["type"] == "image_url" for part in parts)
        calls = tuple(
            Call(call["function"]["name"], call["function"]["arguments"], call["id"])
            for call in message.get("tool_calls") or ()
        )
        yield Line(role_of(message["role"]), text, calls, message.get("tool_call_id", ""), images)


def _completion(request: _Request, thought: Thought) -> dict[str, Any]:
    reasoning = REASONING_TOKENS[request.effort]
    message, tokens, ran_out = _message(thought, (request.most or 10**9) - reasoning)
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    if ran_out or thought.incomplete:
        finish = "content_filter" if thought.incomplete == "content_filter" else "length"
    n = request.body.get("n") or 1
    choices = [{"index": i, "message": message, "logprobs": None, "finish_reason": finish} for i in range(n)]
    return {
        "id": f"chatcmpl-{new_id('')[1:]}",
        "object": "chat.completion",
        "created": request.ask.world.stamp,
        "model": request.model,
        "choices": choices,
        "usage": _usage(request, n * (tokens + reasoning), reasoning),
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _message(thought: Thought, left: int) -> tuple[dict[str, Any], int, bool]:
    """The answer, its tokens, and whether it was cut."""
    whole = thought.text or thought.refusal
    text = cut(whole, max(0, left))
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None, "annotations": []}
    if thought.refusal:
        message |= {"content": None, "refusal": text}
    calls = thought.calls if text == whole else ()
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id or f"call_{new_id('')[1:25]}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.text},
            }
            for call in calls
        ]
    return message, count(text) + sum(count(call.text) for call in calls), text != whole


def _usage(request: _Request, made: int, reasoning: int) -> dict[str, Any]:
    prompt = [request.body.get("tools"), request.body["messages"]]
    given, cached = request.ask.world.cache.read(request.model, prompt)
    rejected = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": 0, **rejected},
    }


def _chunks(completion: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The same answer in pieces: https://developers.openai.com/api/reference/resources/chat/streaming-events"""
    with_usage = bool(options.get("include_usage"))
    kept = ("id", "created", "model", "service_tier", "system_fingerprint")
    head = {name: completion[name] for name in kept} | {"object": "chat.completion.chunk"}
    head |= {"usage": None} if with_usage else {}
    for choice in completion["choices"]:
        for delta in _deltas(choice["message"]):
            yield head | {"choices": [_choice_chunk(choice, delta)]}
        yield head | {"choices": [_choice_chunk(choice, {}) | {"finish_reason": choice["finish_reason"]}]}
    if with_usage:
        yield head | {"choices": [], "usage": completion["usage"]}


def _choice_chunk(choice: Mapping[str, Any], delta: Mapping[str, Any]) -> dict[str, Any]:
    return {"index": choice["index"], "delta": dict(delta), "logprobs": None, "finish_reason": None}


def _deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    calls = message.get("tool_calls") or ()
    yield {"role": "assistant", "content": None if calls and not message["content"] else "", "refusal": None}
    for field in ("content", "refusal"):
        for piece in _pieces(message[field] or ""):
            yield {field: piece}
    for i, call in enumerate(calls):
        named = {"name": call["function"]["name"], "arguments": ""}
        yield {"tool_calls": [{"index": i, "id": call["id"], "type": "function", "function": named}]}
        for piece in _pieces(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": i, "function": {"arguments": piece}}]}


def _pieces(text: str) -> list[str]:
    return [text[i : i + _PIECE] for i in range(0, len(text), _PIECE)]
