"""The conversation as the rules need it: what was made, by which arguments, and what the person says now."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.agent.messages import Message, Role, ToolCall
from core.providers.base import Kind

_ID = re.compile(r"[0-9a-f]{32}")
_KINDS = {kind.value: kind for kind in (Kind.IMAGE, Kind.VIDEO, Kind.SPEECH)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something that exists, or that an earlier call of the same answer (`call:N`) will have made."""

    id: str
    kind: Kind
    prompt: str = ""
    """What was sent to make it; for speech the spoken text, for uploads nothing."""
    aspect: str | None = None
    duration_s: float | None = None
    version: str = ""
    creation: int = 0
    """The place of its creation in the thread."""
    upload: bool = False
    """Handed in from outside this thread."""
    made_with: dict[str, Any] = field(default_factory=dict, hash=False)
    """The arguments of the call that made it."""

    @property
    def planned(self) -> bool:
        """True for what this answer has only asked for."""
        return self.id.startswith("call:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything up to the newest user message, read once."""

    newest: Message
    assets: tuple[Asset, ...]
    """Oldest first; includes uploads."""
    inputs: tuple[Asset, ...]
    """What the newest message has attached or replies to."""
    calls_before: int
    before: tuple[Message, ...]
    """The messages that stand before the newest one."""


def read(messages: tuple[Message, ...]) -> Conversation | None:
    """The conversation up to its newest user message; None where nobody has spoken."""
    at = next((at for at in reversed(range(len(messages))) if messages[at].role is Role.USER), None)
    if at is None:
        return None
    before, newest = messages[:at], messages[at]
    assets = tuple(_assets(before))
    by_id = {asset.id: asset for asset in assets}
    inputs = tuple(by_id.get(asset.id) or asset for asset in _attached(newest))
    calls = sum(len(message.calls) for message in before)
    return Conversation(newest=newest, assets=assets, inputs=inputs, calls_before=calls, before=before)


def results_since_newest(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The tool messages that answer the newest user message."""
    at = max((at for at, message in enumerate(messages) if message.role is Role.USER), default=-1)
    return tuple(message for message in messages[at + 1 :] if message.role is Role.TOOL)


def last_attempt_failed(before: tuple[Message, ...]) -> bool:
    """True where the creation before this message made nothing although it tried."""
    results = results_since_newest(before)
    return bool(results) and not any(_ID.fullmatch(str(facts(message).get("asset_id"))) for message in results)


def facts(message: Message) -> dict[str, Any]:
    """A tool message's JSON object; empty where it is none."""
    return _object(message.text)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _assets(messages: tuple[Message, ...]) -> Iterator[Asset]:
    calls: dict[str, ToolCall] = {}
    seen: dict[str, Asset] = {}
    creation = 0
    for message in messages:
        if message.role is Role.USER:
            creation += 1
            found = [asset for asset in _attached(message, creation) if asset.id not in seen]
        else:
            calls |= {call.id: call for call in message.calls}
            found = [asset] if (asset := _made(message, calls.get(message.call_id), creation)) else []
        seen |= {asset.id: asset for asset in found}
        yield from found


def _attached(message: Message, creation: int = 0) -> list[Asset]:
    """What a person handed in; a picture, where nothing is known of it."""
    known = dict(message.attached)
    ids = [key for key in message.inputs if _ID.fullmatch(key)]
    return [_handed_in(key, _object(known.get(key, "")), creation) for key in ids]


def _handed_in(key: str, known: dict[str, Any], creation: int) -> Asset:
    return Asset(
        id=key,
        kind=_KINDS.get(str(known.get("kind")), Kind.IMAGE),
        prompt=_text(known.get("prompt")),
        duration_s=_seconds(known.get("duration_s")),
        version=_text(known.get("version")),
        creation=creation,
        upload=True,
    )


def _made(message: Message, call: ToolCall | None, creation: int) -> Asset | None:
    result = facts(message) if message.role is Role.TOOL else {}
    key = str(result.get("asset_id"))
    if not _ID.fullmatch(key):
        return None
    return Asset(
        id=key,
        kind=_KINDS.get(str(result.get("kind")), Kind.IMAGE),
        prompt=_text(result.get("prompt")),
        aspect=_text(result.get("aspect")) or None,
        duration_s=_seconds(result.get("duration_s")),
        version=_text(result.get("version")),
        creation=creation,
        made_with=_arguments(call),
    )


def _arguments(call: ToolCall | None) -> dict[str, Any]:
    return _object(call.arguments) if call else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 < value < 100_000 else None
