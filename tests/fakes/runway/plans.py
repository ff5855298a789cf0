"""What a task makes: pixels and seconds, from the body and the media it names.

Sources: the docstrings of `runwayml.types`; sizes of the video upscaler after published captures (640x360 at 1k became
1920x1072). Whether an extended video holds its beginning is unconfirmed: the server decides by `extend_whole`.
"""

import math
from typing import Any

from tests.fakes.replicate.wire.render import Plan
from tests.fakes.replicate.wire.sources import Medium
from tests.fakes.runway.assets import Found

Body = dict[str, Any]
Size = tuple[int, int]
TIERS = {"360p": 360, "480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "2k": 1440}
LONG_SIDES = {"720p": 1280, "1k": 1920, "2k": 2560, "4k": 3840}
WITH_SOUND = ("veo3", "seedance", "gemini_omni", "wan3", "kling", "hailuo3")
SOUNDS = {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg_opus": "audio/ogg", "flac": "audio/flac"}
DEFAULT_S = 5.0
MOST_PIXELS = 100_000_000


class TooLarge(Exception):
    """More pixels than this server renders."""


def plan(route: str, body: Body, found: list[Found], *, extend_whole: bool) -> list[Plan]:
    """Raises `TooLarge`."""
    made = _made(route, body, found, extend_whole=extend_whole)
    if any(one.size[0] * one.size[1] > MOST_PIXELS for one in made):
        raise TooLarge
    return made


def _made(route: str, body: Body, found: list[Found], *, extend_whole: bool) -> list[Plan]:
    video = _first(found, "video")
    match route:
        case "text_to_video" | "image_to_video":
            return [_film(_size(body, _first(found, "image")), _seconds(body, DEFAULT_S), body)]
        case "video_to_video":
            return [_reworked(body, video or _blank(), extend_whole=extend_whole)]
        case "video_upscale":
            return [_enlarged_film(body, video or _blank())]
        case "image_upscale":
            return [_enlarged_picture(body, _first(found, "image") or _blank())]
        case "text_to_image":
            return _pictures(body, _first(found, "image"))
    return _sounds(body)


def _first(found: list[Found], kind: str) -> Medium | None:
    return next((one.medium for one in found if one.named.kind == kind), None)


def _blank() -> Medium:
    return Medium(kind="video", form="none", width=1280, height=720, duration_s=DEFAULT_S)


def _film(size: Size, seconds: float, body: Body) -> Plan:
    audio = bool(body.get("audio", body["model"].startswith(WITH_SOUND)))
    even = (size[0] // 2 * 2, size[1] // 2 * 2)
    return Plan(media_type="video/mp4", name="video.mp4", size=even, duration_s=seconds, audio=audio)


def _seconds(body: Body, otherwise: float) -> float:
    value = body.get("duration", "auto")
    if value == "auto":
        return 8.0 if body["model"].startswith("veo3") else otherwise
    return float(value)


def _size(body: Body, source: Medium | None) -> Size:
    ratio = str(body.get("ratio", ""))
    short = TIERS.get(str(body.get("resolution", ratio.removeprefix("auto_"))).lower(), 720)
    across, down = (int(part) for part in ratio.split(":")) if ":" in ratio else (0, 0)
    if across >= 256:
        return across, down
    if not across:
        across, down = (source.width, source.height) if source else (16, 9)
    return _sized(across, down, short * max(across, down) / min(across, down), 2)


def _sized(across: float, down: float, long: float, step: int) -> Size:
    factor = long / max(across, down)
    width, height = (max(step, math.floor(side * factor / step + 1e-6) * step) for side in (across, down))
    return width, height


def _reworked(body: Body, source: Medium, *, extend_whole: bool) -> Plan:
    added = _seconds(body, DEFAULT_S)
    own = (source.width, source.height)
    if body.get("mode") == "extend":
        return _film(own, added + (source.duration_s if extend_whole else 0), body)
    size = _size(body, source) if ":" in str(body.get("ratio", "")) else own
    return _film(size, added if "duration" in body and body["duration"] != "auto" else source.duration_s, body)


def _enlarged_film(body: Body, source: Medium) -> Plan:
    size = (source.width, source.height)
    if body["model"] == "magnific_video_upscaler_creative":
        size = _sized(*size, LONG_SIDES[body.get("resolution", "2k")], 16)
    seconds = source.duration_s
    return Plan(media_type="video/mp4", name="upscaled.mp4", size=size, duration_s=seconds, audio=source.audio)


def _enlarged_picture(body: Body, source: Medium) -> Plan:
    factor = body.get("scaleFactor", 2)
    size = (source.width * factor, source.height * factor)
    return Plan(media_type="image/png", name="upscaled.png", size=size)


def _pictures(body: Body, source: Medium | None) -> list[Plan]:
    size = _size(body, source) if ":" in str(body.get("ratio", "")) else (1024, 1024)
    count = int(body.get("outputCount", 1))
    return [Plan(media_type="image/png", name=f"image-{i}.png", size=size) for i in range(count)]


def _sounds(body: Body) -> list[Plan]:
    form = body.get("outputFormat", body.get("format", "mp3"))
    seconds = float(body.get("duration", max(0.5, len(body["promptText"]) / 15)))
    count = int(body.get("numVariants", 1))
    return [Plan(media_type=SOUNDS[form], name=f"audio-{i}.{form}", duration_s=seconds) for i in range(count)]
