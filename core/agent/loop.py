"""The agent's side of a turn: what the planner is told, and which of its calls are accepted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from core.agent.messages import Message, Role, ToolCall
from core.agent.messages import Turn as Answer
from core.agent.tools import TOOLS, AnyArguments, ToolSpec
from core.providers.base import Kind, Tool
from storage.creations import Snapshot
from storage.tables import Asset, Creation, Step, StepState, Turn, version_of

MAX_CALLS = 12
MAX_REPAIRS = 2
TOLD_WORDS = 200
"""Characters of an attached asset's prompt or file name."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One call that will become a step."""

    call: ToolCall
    position: int
    """Its place among the turn's calls, which `call:N` counts."""
    spec: ToolSpec
    arguments: AnyArguments
    needs: tuple[int, ...] = ()
    """Positions of the calls whose results it works from."""


@dataclass(frozen=True, slots=True)
class Known:
    """What calls may work from: the kind that counts (an uploaded film is a video), and its length."""

    kind: Kind
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A turn's calls, sorted into those to carry out and those answered with an error."""

    accepted: tuple[Accepted, ...]
    answers: dict[str, str] = field(default_factory=dict)


def conversation(
    past: Sequence[tuple[Snapshot, Sequence[Turn]]], system: str = "", assets: Mapping[str, Asset] | None = None
) -> tuple[Message, ...]:
    """The messages for a planner: its instructions, then every creation with its calls and results, the newest last.

    `assets`: what the newest creation may work from, by id; of the attached ones a planner is told what they are.
    """
    messages = [Message(role=Role.SYSTEM, text=system)]
    for rows, turns in past:
        messages.append(_wish(rows.creation, assets or {}))
        for turn in turns:
            messages.extend(_turn(turn, rows))
    return tuple(messages)


def _wish(creation: Creation, assets: Mapping[str, Asset]) -> Message:
    hidden = ("model", "max_usd", "max_steps", "exact_words", "rules")
    settings = tuple((key, str(value)) for key, value in creation.options.items() if key not in hidden)
    attached = tuple((each, _attached(assets[each])) for each in creation.inputs if each in assets)
    text = creation.prompt or f"({creation.action})"
    return Message(role=Role.USER, text=text, inputs=tuple(creation.inputs), attached=attached, settings=settings)


def _attached(asset: Asset) -> str:
    """What counts of an attached asset: of an upload its name, as nobody described it."""
    uploaded = asset.kind == Kind.UPLOAD
    words = {"uploaded": True, "file_name": asset.asked} if uploaded else {"prompt": asset.prompt}
    facts = {
        "kind": _kind_of(asset),
        "version": version_of(asset),
        "duration_s": asset.duration_s,
    } | words
    cut = {name: value[:TOLD_WORDS] if isinstance(value, str) else value for name, value in facts.items()}
    return json.dumps({name: value for name, value in cut.items() if value}, ensure_ascii=False)


def _kind_of(asset: Asset) -> Kind:
    """What an asset is, however it came: an uploaded film is a video, any other upload a picture."""
    if asset.kind != Kind.UPLOAD:
        return Kind(asset.kind)
    return Kind.VIDEO if asset.media_type.startswith("video/") else Kind.IMAGE


def _turn(turn: Turn, rows: Snapshot) -> list[Message]:
    calls = tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in turn.calls)
    spoken = [Message(role=Role.ASSISTANT, text=turn.text, calls=calls)] if turn.text or calls else []
    steps = {step.call_id: step for step in rows.steps if step.turn == turn.index}
    return spoken + [
        Message(
            role=Role.TOOL, call_id=call.id, text=turn.answers.get(call.id) or _result(steps.get(call.id), rows.assets)
        )
        for call in calls
    ]


def _result(step: Step | None, assets: Sequence[Asset]) -> str:
    if step is None or step.state != StepState.COMPLETE:
        return _error(step.error_message or "It did not finish." if step else "It was not carried out.")
    made = next((asset for asset in assets if asset.step_id == step.id), None)
    if made is None:
        return _error("The result was deleted.")
    return json.dumps(told(made, step.arguments.get("aspect")), ensure_ascii=False)


def told(asset: Asset, aspect: str | None = None) -> dict[str, Any]:
    """What a planner is told of an asset."""
    facts = {
        "asset_id": asset.id,
        "kind": asset.kind,
        "prompt": asset.prompt,
        "version": version_of(asset),
        "aspect": aspect,
        "duration_s": asset.duration_s,
    }
    return {key: value for key, value in facts.items() if value is not None}


def numbered(turn: Answer) -> Answer:
    """A turn whose calls can be told apart: some servers give them no ids, or all the same."""
    if len({call.id for call in turn.calls} - {""}) == len(turn.calls):
        return turn
    calls = (replace(call, id=f"call_{position}") for position, call in enumerate(turn.calls))
    return replace(turn, calls=tuple(calls))


def judge(calls: Sequence[ToolCall], options: dict[str, Any], known: set[str]) -> Judged:
    """Check every call: the tool exists, the arguments fit, what it refers to is there.

    `known` holds the ids of assets that this creation may work from. Calls beyond `MAX_CALLS` are refused.
    """
    accepted: dict[int, Accepted] = {}
    answers: dict[str, str] = {}
    for position, call in enumerate(calls):
        try:
            if position >= MAX_CALLS:
                raise ValueError(f"At most {MAX_CALLS} calls in one answer.")
            accepted[position] = _accept(call, position, options, known, accepted)
        except ValueError as error:
            answers[call.id] = _error(_sentence(error))
    return Judged(tuple(accepted.values()), answers)


def _accept(
    call: ToolCall, position: int, options: dict[str, Any], known: set[str], before: dict[int, Accepted]
) -> Accepted:
    if call.name not in TOOLS:
        raise ValueError(f"There is no tool {call.name[:60]!r}; there are {', '.join(TOOLS)}.")
    spec = TOOLS[Tool(call.name)]
    arguments = spec.arguments.model_validate(_chosen(spec, json.loads(call.arguments or "{}"), options))
    return Accepted(call, position, spec, arguments, _needs(spec, arguments, known, before))


def _chosen(spec: ToolSpec, arguments: Any, options: dict[str, Any]) -> Any:
    """What the person set beside the words wins over what the planner chose."""
    if not isinstance(arguments, dict):
        return arguments
    fields = spec.arguments.model_fields
    return arguments | {
        key: options[key] for key in ("aspect", "duration_s", "voice", "style") if key in options and key in fields
    }


def _needs(spec: ToolSpec, arguments: AnyArguments, known: set[str], before: dict[int, Accepted]) -> tuple[int, ...]:
    needs = []
    for name, ref in named_refs(spec, arguments.model_dump()):
        if not ref.startswith("call:"):
            if ref not in known:
                raise ValueError(f"{name}: there is no asset {ref} in this conversation.")
            continue
        needed = int(ref.removeprefix("call:"))
        if needed not in before:
            raise ValueError(f"{name}: {ref} must be an accepted call before this one.")
        needs.append(needed)
    return tuple(needs)


def named_refs(spec: ToolSpec, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """Every asset that a call's arguments refer to, with the argument's name, in the order of `spec.refs`."""
    found = ((name, arguments.get(name)) for name in spec.refs)
    return [(name, ref) for name, refs in found if refs for ref in (refs if isinstance(refs, list) else [refs])]


def source_of(accepted: Accepted, known: dict[str, Known], before: dict[int, Known]) -> Known | None:
    """What a call works from first: an asset that is there, or the result of a call before it."""
    refs = [ref for _, ref in named_refs(accepted.spec, accepted.arguments.model_dump())]
    if not refs:
        return None
    return before[int(refs[0].removeprefix("call:"))] if refs[0].startswith("call:") else known[refs[0]]


def makes(accepted: Accepted, source: Known | None) -> Kind:
    """What a call brings forth; a larger or another version of a video is a video."""
    moves = source is not None and source.kind == Kind.VIDEO
    return Kind.VIDEO if moves and accepted.spec.name in (Tool.UPSCALE, Tool.VARY) else accepted.spec.makes


def _error(message: str) -> str:
    return json.dumps({"error": message}, ensure_ascii=False)


def _sentence(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        problems = (f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in error.errors()[:5])
        return "; ".join(problems)
    if isinstance(error, json.JSONDecodeError):
        return f"The arguments are not valid JSON: {error.msg}."
    return str(error)
