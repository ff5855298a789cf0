"""A planner without opinions: a prompt's first word names the calls, so every run is planned the same."""

import json

from core.agent.messages import Message, OnText, Role, ToolCall, Turn
from core.agent.tools import ToolSpec
from core.providers.base import Tool

Calls = tuple[tuple[Tool, dict[str, str]], ...]


SCRIPTS: dict[str, Calls] = {
    "image": ((Tool.GENERATE_IMAGE, {"prompt": "{words}"}),),
    "video": ((Tool.GENERATE_VIDEO, {"prompt": "{words}"}),),
    "say": ((Tool.GENERATE_SPEECH, {"text": "{words}"}),),
    "mixed": (
        (Tool.GENERATE_IMAGE, {"prompt": "{words}"}),
        (Tool.GENERATE_VIDEO, {"prompt": "{words}"}),
        (Tool.GENERATE_SPEECH, {"text": "{words}"}),
    ),
    "film": ((Tool.GENERATE_IMAGE, {"prompt": "{words}"}), (Tool.ANIMATE, {"image": "call:0"})),
    "talk": (
        (Tool.GENERATE_SPEECH, {"text": "First, {words}."}),
        (Tool.GENERATE_SPEECH, {"text": "Second, {words}."}),
    ),
    "edit": ((Tool.EDIT_IMAGE, {"image": "{newest}", "prompt": "{words}", "instruction": "darker"}),),
}


class ScriptPlanner:
    """Answers a wish with its script's calls, and what follows with a closing word."""

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """One turn."""
        del tools, on_text
        if messages[-1].role != Role.USER:
            return Turn(text="Done.")
        script, _, words = messages[-1].text.partition(": ")
        holes = {"words": words, "newest": _newest(messages)}
        return Turn(calls=tuple(_calls(SCRIPTS[script], holes)))

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """Nothing."""
        return 0


def _calls(calls: Calls, holes: dict[str, str]) -> list[ToolCall]:
    filled = [(tool, {name: text.format(**holes) for name, text in arguments.items()}) for tool, arguments in calls]
    return [ToolCall(f"call_{i}", tool, json.dumps(arguments)) for i, (tool, arguments) in enumerate(filled)]


def _newest(messages: tuple[Message, ...]) -> str:
    results = (json.loads(message.text) for message in reversed(messages) if message.role == Role.TOOL)
    return next((result["asset_id"] for result in results if result.get("kind") == "image"), "")
