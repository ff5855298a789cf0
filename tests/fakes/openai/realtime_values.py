"""What passes through a Realtime session: its settings, items and responses, and their limits."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.openai.errors import bad, missing, out_of_range, wrong_value
from tests.fakes.openai.sounds import RATE, SAMPLE_BYTES
from tests.fakes.openai.tokens import count
from tests.fakes.openai.world import new_id

VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
AUDIO_TOKENS_PER_S = 20
"""One per 50 ms: https://developers.openai.com/api/docs/guides/realtime-costs"""
_PCM = {"type": "audio/pcm", "rate": RATE}
Event = dict[str, Any]


def config_of(model: str) -> Event:
    """A session as it begins."""
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": new_id("sess"),
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "audio": {
            "input": {"format": _PCM, "turn_detection": {"type": "server_vad"}},
            "output": {"format": _PCM, "voice": "marin", "speed": 1.0},
        },
    }


def check_output(given: Event, at: str, model: str) -> None:
    """How the model is to speak, in a session or in one response."""
    if given.get("output_modalities") not in (None, ["audio"], ["text"]):
        known = ("['text']", "['audio']")
        raise wrong_value(f"{at}.output_modalities", given["output_modalities"], known)
    most = given.get("max_output_tokens", "inf")
    if most != "inf" and not 1 <= most <= 4_096:
        raise out_of_range(f"{at}.max_output_tokens", 1, 4_096, most)
    if "reasoning" in given and not model.startswith("gpt-realtime-2"):
        raise bad(f"Unsupported parameter: '{at}.reasoning'.", f"{at}.reasoning", "unsupported_parameter")
    output, path = (given.get("audio") or {}).get("output") or {}, f"{at}.audio.output"
    if output.get("voice", "marin") not in VOICES:
        raise wrong_value(f"{path}.voice", output["voice"], VOICES)
    if not 0.25 <= output.get("speed", 1.0) <= 1.5:
        raise out_of_range(f"{path}.speed", 0.25, 1.5, float(output["speed"]))
    kind = output.get("format", _PCM)
    if kind.get("type") != "audio/pcm" or kind.get("rate") != RATE:
        raise bad(f"This server makes {_PCM} only.", f"{path}.format", "invalid_value")


def check_item(item: Event) -> None:
    """A message that a client adds."""
    if item["type"] != "message":
        raise bad(f"'{item['type']}' is not implemented by this server.", "item.type", "invalid_value")
    known = {"user": ("input_text", "input_audio", "input_image"), "assistant": ("output_text", "output_audio")}
    for i, part in enumerate(item["content"]):
        kinds = known.get(item["role"], ("input_text",))
        if part.get("type") not in kinds:
            raise wrong_value(f"item.content[{i}].type", part.get("type"), kinds)
        if part["type"].endswith("_text") and "text" not in part:
            raise missing(f"item.content[{i}].text")


def newest(items: list[Event]) -> str:
    """The last user message's text."""
    for item in reversed(items):
        if item.get("role") == "user":
            return " ".join(part.get("text", "") for part in item["content"]).strip()
    return ""


def merged(base: Event, changes: Mapping[str, Any]) -> Event:
    """`base` with `changes`, object by object."""
    result = dict(base)
    for name, value in changes.items():
        inner = result.get(name)
        result[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result


def item_begun() -> Event:
    """The model's message before its first word."""
    head = {"id": new_id("item"), "object": "realtime.item", "type": "message", "status": "in_progress"}
    return head | {"role": "assistant", "content": []}


def outer(at: Event) -> Event:
    """Where an item stands, without its content."""
    return {"response_id": at["response_id"], "output_index": at["output_index"]}


def response_of(options: Event) -> Event:
    """A response as it begins."""
    output = options["audio"]["output"]
    return {
        "id": new_id("resp"),
        "object": "realtime.response",
        "status": "in_progress",
        "status_details": None,
        "output": [],
        "conversation_id": new_id("conv"),
        "output_modalities": options["output_modalities"],
        "max_output_tokens": options["max_output_tokens"],
        "audio": {"output": {"format": output["format"], "voice": output["voice"]}},
        "metadata": options.get("metadata"),
        "usage": None,
    }


def done_event(response: Event, item: Event, usage: Event, *, whole: bool) -> Event:
    """The last event of a response, complete or cut."""
    status = "completed" if whole else "incomplete"
    details = None if whole else {"type": "incomplete", "reason": "max_output_tokens"}
    ended = {"status": status, "status_details": details, "output": [item | {"status": status}], "usage": usage}
    return {"type": "response.done", "response": response | ended}


def usage_of(prompt: str, said: str, pcm_bytes: int) -> Event:
    """Tokens of text and of audio."""
    given, text = count(prompt), count(said)
    audio = round(pcm_bytes / (RATE * SAMPLE_BYTES) * AUDIO_TOKENS_PER_S)
    cached = {"cached_tokens": 0, "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}}
    return {
        "input_tokens": given,
        "output_tokens": text + audio,
        "total_tokens": given + text + audio,
        "input_token_details": {"text_tokens": given, "audio_tokens": 0, "image_tokens": 0, **cached},
        "output_token_details": {"text_tokens": text, "audio_tokens": audio},
    }


def bytes_of(tokens: int) -> int:
    """Samples that so many audio tokens hold."""
    return tokens * RATE * SAMPLE_BYTES // AUDIO_TOKENS_PER_S


def words(text: str) -> list[str]:
    """A transcript in pieces."""
    return [word if i == 0 else f" {word}" for i, word in enumerate(text.split(" "))] if text else []


RATE_LIMITS = [
    {"name": "requests", "limit": 1_000, "remaining": 999, "reset_seconds": 60.0},
    {"name": "tokens", "limit": 50_000, "remaining": 49_000, "reset_seconds": 1.2},
]
