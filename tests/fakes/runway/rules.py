"""What no type can say: fields that need or exclude each other, and durations that the SDK leaves open.

Sources: the docstrings of `runwayml.types`; durations marked below from docs.dev.runwayml.com (second hand).
"""

import re
from typing import Any

from tests.fakes.runway.refusals import Issue, Path, issue

DURATIONS = {"gen4_turbo": (2, 10), "kling": (3, 15), "seedance2": (4, 15)}
"""By the beginning of a model's name; unconfirmed where the SDK is silent. Others: 1 to 30."""
ANY_DURATION = (1, 30)
RATIO = re.compile(r"[1-9]\d{0,4}:[1-9]\d{0,4}")
Body = dict[str, Any]


def check(route: str, body: Body) -> list[Issue]:
    return [
        *_duration(route, body),
        *_ratio(body),
        *_keyframes(body),
        *_mode(route, body),
        *_draft(body),
        *_format(body),
    ]


def _custom(path: Path, message: str) -> Issue:
    return issue("custom", path, message)


def _duration(route: str, body: Body) -> list[Issue]:
    value = body.get("duration")
    if isinstance(value, bool) or not isinstance(value, int | float) or not route.endswith("_to_video"):
        return []
    low, high = next((span for name, span in DURATIONS.items() if body["model"].startswith(name)), ANY_DURATION)
    if low <= value <= high:
        return []
    code, word, bound = ("too_big", "<=", high) if value > high else ("too_small", ">=", low)
    more = {"origin": "number", "maximum" if value > high else "minimum": bound, "inclusive": True}
    return [issue(code, ["duration"], f"Too {code[4:]}: expected number to be {word}{bound}", **more)]


def _ratio(body: Body) -> list[Issue]:
    """A few models take any text: it must still be a size, or one of the words for none."""
    ratio = str(body.get("ratio", "auto"))
    if RATIO.fullmatch(ratio) or ratio.startswith(("auto", "adaptive")):
        return []
    return [issue("invalid_format", ["ratio"], "Invalid ratio: expected <width>:<height>", format="regex")]


def _keyframes(body: Body) -> list[Issue]:
    images = body.get("promptImage")
    if not isinstance(images, list):
        return []
    path: Path = ["promptImage"]
    positions = [one.get("position") for one in images if isinstance(one, dict)]
    placed = [position for position in positions if position]
    if not images:
        return [issue("too_small", path, "Too small: expected array to have >=1 items", origin="array", minimum=1)]
    if placed and len(placed) < len(positions):
        return [_custom(path, "Keyframes and reference images cannot be mixed.")]
    if len(set(placed)) < len(placed):
        return [_custom(path, "Positions must be unique.")]
    if "last" in placed and "first" not in placed:
        return [_custom(path, "A last frame requires a first frame.")]
    if placed and body["model"].startswith("wan3") and not str(body.get("ratio", "auto_")).startswith("auto_"):
        return [_custom(["ratio"], "Keyframe requests must use auto_480p, auto_720p or auto_1080p.")]
    return []


def _mode(route: str, body: Body) -> list[Issue]:
    """Seedance 2.5 on video_to_video: what extend and edit need and forbid."""
    mode = body.get("mode", "reference")
    if route != "video_to_video" or body["model"] != "seedance2_5" or mode == "reference":
        return []
    issues = []
    if not body.get("promptText"):
        issues.append(_custom(["promptText"], f"promptText is required when mode is {mode}."))
    if "ratio" in body:
        issues.append(_custom(["ratio"], f"ratio may not be provided when mode is {mode}."))
    if mode == "edit" and body.get("duration") != "auto":
        issues.append(_custom(["duration"], 'duration must be "auto" when mode is edit.'))
    return issues


def _draft(body: Body) -> list[Issue]:
    if "draftTaskId" in body and body.keys() - {"model", "draftTaskId"}:
        return [_custom(["draftTaskId"], "No other generation fields may be provided with draftTaskId.")]
    if body.get("draft") and body.get("outputFormat") == "mov":
        return [_custom(["outputFormat"], "Draft mode only supports mp4.")]
    return []


def _format(body: Body) -> list[Issue]:
    if "proresProfile" in body and body.get("outputFormat") not in {"prores", "hdr_prores"}:
        return [_custom(["proresProfile"], "Only valid when outputFormat is prores or hdr_prores.")]
    if body.get("outputFormat", "mp4") not in {"mp4", "mp3", "wav", "ogg_opus", "png", "jpeg", "webp", "jpg"}:
        return [_custom(["outputFormat"], "THIS STAND-IN renders no such format; the platform does.")]
    return []
