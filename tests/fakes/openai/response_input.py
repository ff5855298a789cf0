"""The `input` of `/v1/responses`: the rules between its items, and the conversation that it tells.

https://developers.openai.com/api/docs/guides/conversation-state and …/function-calling
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fakes.openai.conversation import Call, Line, role_of
from tests.fakes.openai.errors import ApiError, bad, too_long, wrong_value
from tests.fakes.openai.moderation import image_bytes
from tests.fakes.openai.world import World

CALL_ID_MAX = 64
Item = Mapping[str, Any]
_PREFIXES = {"message": "msg", "function_call": "fc", "reasoning": "rs", "function_call_output": "fc"}


def items_of(given: Any) -> list[dict[str, Any]]:
    """Text alone is one user message."""
    return [{"type": "message", "role": "user", "content": given}] if isinstance(given, str) else list(given)


def check(world: World, items: Sequence[Item], *, store: bool) -> None:
    """Refuse what each item may not be, and what may not stand together."""
    for i, item in enumerate(items):
        at = f"input[{i}]"
        _check_ids(item, at)
        if _kind(item) == "message":
            _check_message(item, at)
        elif _kind(item) == "reasoning":
            _check_reasoning(world, item, store=store)
        elif _kind(item) == "item_reference":
            raise _not_found(str(item["id"]), store=store)
    _check_pairs(items)


def _kind(item: Item) -> str:
    return str(item.get("type") or ("message" if "role" in item else "item_reference"))


def _check_ids(item: Item, at: str) -> None:
    prefix, given = _PREFIXES.get(_kind(item)), item.get("id")
    if prefix and given and not str(given).startswith(prefix):
        message = f"Invalid '{at}.id': '{given}'. Expected an ID that begins with '{prefix}'."
        raise bad(message, f"{at}.id", "invalid_value")
    call_id = item.get("call_id") or ""
    if len(call_id) > CALL_ID_MAX:
        raise too_long(f"{at}.call_id", CALL_ID_MAX, len(call_id))


def _check_message(item: Item, at: str) -> None:
    if isinstance(item["content"], str):
        return
    spoken = ("output_text", "refusal")
    for i, part in enumerate(item["content"]):
        where = f"{at}.content[{i}]"
        if (part["type"] in spoken) != (item["role"] == "assistant"):
            known = spoken if item["role"] == "assistant" else ("input_text", "input_image", "input_file")
            raise wrong_value(f"{where}.type", part["type"], known)
        if part["type"] == "input_image" and part.get("image_url"):
            image_bytes(part["image_url"], f"{where}.image_url")


def _check_reasoning(world: World, item: Item, *, store: bool) -> None:
    """Reasoning of an unstored response is carried by its encrypted content alone (letta-ai/letta-code#2378)."""
    sealed = item.get("encrypted_content")
    if not sealed:
        raise _not_found(str(item["id"]), store=store)
    if sealed not in world.sealed:
        message = f"The encrypted content for item {item['id']} could not be verified."
        raise bad(message, None, "invalid_encrypted_content")


def _not_found(item_id: str, *, store: bool) -> ApiError:
    message = f"Item with id '{item_id}' not found."
    if not store:
        message += " Items are not persisted when `store` is set to false. Try again with `store` set to true, "
        message += "or remove this item from your input."
    return ApiError(404, message, param="input")


def _check_pairs(items: Sequence[Item]) -> None:
    """Each output has its call before it, each call its output."""
    open_calls: list[str] = []
    seen: set[str] = set()
    for item in items:
        if _kind(item) == "function_call":
            open_calls.append(item["call_id"])
            seen.add(item["call_id"])
        elif _kind(item) == "function_call_output":
            call_id = item.get("call_id")
            if call_id not in seen:
                raise bad(f"No tool call found for function call output with call_id {call_id}.", "input")
            if call_id in open_calls:
                open_calls.remove(call_id)
    if open_calls:
        raise bad(f"No tool output found for function call {open_calls[0]}.", "input")


def lines_of(instructions: str | None, items: Sequence[Item]) -> tuple[Line, ...]:
    """The conversation as a mind reads it."""
    return tuple(_lines(instructions, items))


def _lines(instructions: str | None, items: Sequence[Item]) -> Iterator[Line]:
    if instructions:
        yield Line("system", instructions)
    for item in items:
        match _kind(item):
            case "message":
                yield Line(role_of(item["role"]), _text(item["content"]), images=_images(item["content"]))
            case "function_call":
                yield Line("assistant", calls=(Call(item["name"], item["arguments"], item["call_id"]),))
            case "function_call_output":
                yield Line("tool", _text(item["output"]), call_id=item["call_id"])


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or part.get("refusal") or "" for part in content).strip()


def _images(content: Any) -> int:
    return 0 if isinstance(content, str) else sum(part["type"] == "input_image" for part in content)
