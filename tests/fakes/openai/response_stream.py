"""The events of a streamed response: https://developers.openai.com/api/reference/resources/responses/streaming-events"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.openai.answers import Events

_PIECE = 12
Event = dict[str, Any]
_EMPTY: dict[str, Event] = {"message": {"content": []}, "function_call": {"arguments": ""}}
_LAST = {"completed": "response.completed", "failed": "response.failed", "incomplete": "response.incomplete"}


def events_of(response: Mapping[str, Any], *, obfuscate: bool = True) -> Events:
    """A finished response, told from its beginning."""
    events = [event | {"sequence_number": i} for i, event in enumerate(_story(response))]
    if obfuscate:
        events = [event | _noise() if event["type"].endswith(".delta") else event for event in events]
    return Events(events)


def _story(response: Mapping[str, Any]) -> Iterator[Event]:
    begun = {**response, "status": "in_progress", "output": [], "usage": None, "error": None}
    begun |= {"incomplete_details": None, "completed_at": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for i, item in enumerate(response["output"]):
        yield from _item(item, i)
    yield {"type": _LAST[response["status"]], "response": dict(response)}


def _item(item: Mapping[str, Any], index: int) -> Iterator[Event]:
    yield {"type": "response.output_item.added", "output_index": index, "item": _begun(item)}
    if item["type"] == "message":
        for i, part in enumerate(item["content"]):
            yield from _part(part, {"item_id": item["id"], "output_index": index, "content_index": i})
    elif item["type"] == "function_call":
        yield from _arguments(item, {"item_id": item["id"], "output_index": index})
    yield {"type": "response.output_item.done", "output_index": index, "item": dict(item)}


def _begun(item: Mapping[str, Any]) -> Event:
    return {**item, **_EMPTY.get(item["type"], {})} | ({"status": "in_progress"} if "status" in item else {})


def _part(part: Mapping[str, Any], where: Event) -> Iterator[Event]:
    refused = part["type"] == "refusal"
    field, kind = ("refusal", "refusal") if refused else ("text", "output_text")
    more: Event = {} if refused else {"logprobs": []}
    yield {"type": "response.content_part.added", **where, "part": {**part, field: ""}}
    for piece in _pieces(part[field]):
        yield {"type": f"response.{kind}.delta", **where, "delta": piece, **more}
    yield {"type": f"response.{kind}.done", **where, field: part[field], **more}
    yield {"type": "response.content_part.done", **where, "part": dict(part)}


def _arguments(item: Mapping[str, Any], where: Event) -> Iterator[Event]:
    for piece in _pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **where, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **where, "arguments": item["arguments"]}


def _pieces(text: str) -> list[str]:
    return [text[i : i + _PIECE] for i in range(0, len(text), _PIECE)]


def _noise() -> Event:
    """Against guessing by size: deltas carry it unless `include_obfuscation` is false."""
    return {"obfuscation": secrets.token_urlsafe(8)}
