"""Plain words for steps and endings: what a person reads while they wait, and when it is done."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from core.providers.base import Tool
from storage.tables import Asset

TITLE_MAX = 90
_NAMES = {
    Tool.GENERATE_IMAGE: "Picture",
    Tool.EDIT_IMAGE: "Change",
    Tool.VARY: "Variation",
    Tool.UPSCALE: "Larger version",
    Tool.GENERATE_VIDEO: "Video",
    Tool.ANIMATE: "Animation",
    Tool.EXTEND: "Longer video",
    Tool.GENERATE_SPEECH: "Narration",
}
_THINGS = {"image": ("a picture", "pictures"), "video": ("a video", "videos"), "speech": ("a narration", "narrations")}
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def step_title(tool: str, arguments: dict[str, Any]) -> str:
    """One line for one tool call, for example `Picture: a lighthouse at dusk`."""
    words = arguments.get("instruction") or arguments.get("text") or arguments.get("prompt") or ""
    name = _NAMES[Tool(tool)]
    return shortened(f"{name}: {words}" if words else name, TITLE_MAX)


def shortened(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1].rsplit(" ", 1)[0] if " " in line[: limit - 1] else line[: limit - 1]
    return cut.rstrip(" ,;:.") + "…"


def closing(assets: Sequence[Asset]) -> str:
    """The last word where no planner says it."""
    things = [_thing(kind, count) for kind, count in Counter(asset.kind for asset in assets).items()]
    if not things:
        return ""
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
    return f"Here {'is' if len(assets) == 1 else 'are'} {listed}. Reply to change anything."


def _thing(kind: str, count: int) -> str:
    one, many = _THINGS.get(kind, ("a file", "files"))
    return one if count == 1 else f"{_COUNTS[count] if count < len(_COUNTS) else count} {many}"
