"""A pressed button: one call, known beforehand, so no planner is asked."""

import json
from typing import Any

from core.agent.messages import ToolCall, Turn
from core.providers.base import Kind, Tool
from storage.tables import Asset, Creation, Step


def fixed_turn(creation: Creation, asset: Asset, step: Step | None) -> Turn:
    """The one call that an action stands for. `step` is the one that made the asset, needed to make it again."""
    name, arguments = _call(creation, asset, step)
    return Turn(calls=(ToolCall("call_0", name, json.dumps(arguments, ensure_ascii=False)),))


def _call(creation: Creation, asset: Asset, step: Step | None) -> tuple[Tool, dict[str, Any]]:
    prompt = {"prompt": creation.prompt} if creation.prompt else {}
    match creation.action:
        case "vary":
            return Tool.VARY, {"image": asset.id} | prompt
        case "animate":
            return Tool.ANIMATE, {"image": asset.id} | prompt
        case "extend":
            return Tool.EXTEND, {"video": asset.id} | prompt
        case "upscale":
            return Tool.UPSCALE, {"asset": asset.id}
        case _:
            return _again(asset, step)


def _again(asset: Asset, step: Step | None) -> tuple[Tool, dict[str, Any]]:
    if step is None:
        return _from_words(asset)
    arguments = dict(step.arguments)
    for name, value in arguments.items():
        if isinstance(value, str) and value.startswith("call:"):
            if asset.parent_id is None:
                return _from_words(asset)
            arguments[name] = asset.parent_id
    return Tool(step.tool), arguments


def _from_words(asset: Asset) -> tuple[Tool, dict[str, Any]]:
    match asset.kind:
        case Kind.VIDEO:
            return Tool.GENERATE_VIDEO, {"prompt": asset.prompt}
        case Kind.SPEECH:
            return Tool.GENERATE_SPEECH, {"text": asset.prompt}
        case _:
            return Tool.GENERATE_IMAGE, {"prompt": asset.prompt}
