"""What the planner's model answers: a wish's first word names the calls, and each call carries the wish's mark."""

import re
from collections.abc import Mapping

from benchmarks.away import call_for
from tests.fakes.openai import Asked
from tests.fakes.openai.conversation import Reply

SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "image": ("generate_image",),
    "video": ("generate_video",),
    "say": ("generate_speech",),
    "mixed": ("generate_image", "generate_video", "generate_speech"),
    "films": ("generate_video", "generate_video"),
}
MARK = re.compile(r"w\d{5}")
CALL = re.compile(r"w\d{5}-\d")
"""One call of one wish: what a paid request at a service is recognised by."""


def mind(asked: Asked) -> Reply:
    """Calls for a wish, one sentence after their results."""
    if asked.lines[-1].role == "tool":
        return "Here you are."
    script = next((word for word in SCRIPTS if asked.newest.startswith(f"{word}: ")), "image")
    mark = MARK.findall(asked.newest)[-1]
    return [call_for(asked.tools[name], name, f"a boat {mark}-{i}") for i, name in enumerate(SCRIPTS[script])]
