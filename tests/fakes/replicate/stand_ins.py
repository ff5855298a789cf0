"""STAND-INS: a video, an upscale and a speech model that exist nowhere but here.

No slug of these kinds is confirmed to be alive on replicate.com, so none is imitated. The owner says so, too.
"""

from collections.abc import Mapping

from tests.fakes.replicate.model import Input, Model, choice, integer, number, text, uri, yes_or_no
from tests.fakes.replicate.wire.render import Plan
from tests.fakes.replicate.wire.sources import Medium

OWNER = "stand-in"
HEIGHTS = {"480p": 480, "720p": 720, "1080p": 1080}


def _video(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    across, down = (int(part) for part in values["aspect_ratio"].split(":"))
    short = HEIGHTS[values["resolution"]]
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    size = (long, short) if across >= down else (short, long)
    audio = values["generate_audio"]
    return [Plan(media_type="video/mp4", name="out.mp4", size=size, duration_s=values["duration"], audio=audio)]


def _upscale(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    source = media["image"]
    size = (source.width * values["scale"], source.height * values["scale"])
    if size[0] * size[1] > 64_000_000:
        raise ValueError("The output would be larger than 64 megapixels")
    return [Plan(media_type="image/png", name="out.png", size=size)]


def _speech(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    duration_s = max(0.5, len(values["text"]) / 15 / values["speed"])
    return [Plan(media_type="audio/mpeg", name="out.mp3", duration_s=duration_s)]


def video() -> Model:
    return Model(
        owner=OWNER,
        name="video",
        kind="video",
        description="STAND-IN for a text- and image-to-video model; no such model exists",
        fields={
            "prompt": text(),
            "image": uri("First frame"),
            "duration": integer(1, 10, default=5),
            "aspect_ratio": choice("aspect_ratio", "16:9"),
            "resolution": choice("resolution", "720p"),
            "generate_audio": yes_or_no(False),
            "seed": integer(),
        },
        enums={"aspect_ratio": ["16:9", "9:16", "1:1", "4:3", "3:4"], "resolution": list(HEIGHTS)},
        media_fields={"image": "image"},
        plan=_video,
        stand_in=True,
    )


def upscale() -> Model:
    return Model(
        owner=OWNER,
        name="upscale",
        kind="image",
        description="STAND-IN for an upscaler; no such model exists",
        fields={"image": uri(), "scale": integer(2, 4, default=2)},
        required=("image",),
        media_fields={"image": "image"},
        plan=_upscale,
        official=False,
        stand_in=True,
    )


def speech() -> Model:
    return Model(
        owner=OWNER,
        name="speech",
        kind="speech",
        description="STAND-IN for a text-to-speech model; no such model exists",
        fields={
            "text": {"type": "string", "maxLength": 5000, "minLength": 1},
            "voice": choice("voice", "ada"),
            "speed": number(0.5, 2, default=1),
        },
        required=("text",),
        enums={"voice": ["ada", "brook", "cedar"]},
        plan=_speech,
        stand_in=True,
    )
