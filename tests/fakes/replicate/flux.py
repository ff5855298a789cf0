"""The FLUX models of Black Forest Labs, after their pages on replicate.com.

Sources: replicate.com/black-forest-labs/flux-2-pro/versions/285631b5.../api (read in a stored copy; its multiple is 32,
newer versions say 16), the same pages of flux-1.1-pro and flux-dev from memory (unconfirmed).
"""

import math
from collections.abc import Mapping

from tests.fakes.replicate.model import Input, Model, choice, integer, number, text, uri, yes_or_no
from tests.fakes.replicate.wire.render import Plan
from tests.fakes.replicate.wire.sources import Medium

OWNER = "black-forest-labs"
MEGAPIXEL = 1024 * 1024
FORMATS = ["webp", "jpg", "png"]
RATIOS = ["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"]
DEV_RATIOS = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


def size_of(ratio: str, megapixels: float, multiple: int, longest: int) -> tuple[int, int]:
    """Width and height with about this many pixels, in this ratio, in steps."""
    across, down = (float(part) for part in ratio.split(":"))
    width = math.sqrt(megapixels * MEGAPIXEL * across / down)
    height = width * down / across
    fit = min(1.0, longest / max(width, height))
    return _step(width * fit, multiple), _step(height * fit, multiple)


def _step(value: float, multiple: int) -> int:
    return max(multiple, int(value / multiple + 1e-6) * multiple)


def _plans(size: tuple[int, int], form: str, count: int = 1) -> list[Plan]:
    return [Plan(media_type=MEDIA_TYPES[form], name=f"out-{i}.{form}", size=size) for i in range(count)]


def _custom(values: Input) -> tuple[int, int]:
    if values.get("width") is None or values.get("height") is None:
        raise ValueError("width and height are required when aspect_ratio is custom")
    return int(values["width"]), int(values["height"])


def _flux_2(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    ratio, resolution = values["aspect_ratio"], values["resolution"]
    first = media.get("input_images.0")
    megapixels = 1.0 if resolution == "match_input_image" else float(resolution.split()[0])
    if resolution == "match_input_image" and first:
        megapixels = min(4.0, max(0.5, first.width * first.height / MEGAPIXEL))
    if ratio == "match_input_image":
        ratio = f"{first.width}:{first.height}" if first else "1:1"
    size = _custom(values) if ratio == "custom" else size_of(ratio, megapixels, 16, 2048)
    return _plans(size, values["output_format"])


def _flux_1_1(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    ratio = values["aspect_ratio"]
    size = _custom(values) if ratio == "custom" else size_of(ratio, 1.0, 32, 1440)
    return _plans(size, values["output_format"])


def _flux_dev(values: Input, media: Mapping[str, Medium]) -> list[Plan]:
    size = size_of(values["aspect_ratio"], float(values["megapixels"]), 16, 2048)
    return _plans(size, values["output_format"], values["num_outputs"])


def flux_2_pro() -> Model:
    return Model(
        owner=OWNER,
        name="flux-2-pro",
        kind="image",
        description="High-quality image generation and editing with support for eight reference images",
        fields={
            "prompt": text("Text prompt for image generation"),
            "input_images": {"type": "array", "items": uri(), "maxItems": 8, "default": []},
            "aspect_ratio": choice("aspect_ratio", "1:1"),
            "resolution": choice("resolution", "1 MP"),
            "width": integer(256, 2048, multipleOf=16, description="Only used when aspect_ratio=custom"),
            "height": integer(256, 2048, multipleOf=16, description="Only used when aspect_ratio=custom"),
            "safety_tolerance": integer(1, 5, default=2),
            "seed": integer(),
            "output_format": choice("output_format", "webp"),
            "output_quality": integer(0, 100, default=80),
        },
        enums={
            "aspect_ratio": ["match_input_image", "custom", *RATIOS],
            "resolution": ["match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"],
            "output_format": FORMATS,
        },
        media_fields={"input_images": "image"},
        plan=_flux_2,
    )


def flux_1_1_pro() -> Model:
    return Model(
        owner=OWNER,
        name="flux-1.1-pro",
        kind="image",
        description="Faster, better FLUX Pro. Text-to-image model with excellent image quality.",
        fields={
            "prompt": text("Text prompt for image generation"),
            "image_prompt": uri("Image to use with Flux Redux"),
            "aspect_ratio": choice("aspect_ratio", "1:1"),
            "width": integer(256, 1440, multipleOf=32, description="Only used when aspect_ratio=custom"),
            "height": integer(256, 1440, multipleOf=32, description="Only used when aspect_ratio=custom"),
            "safety_tolerance": integer(1, 6, default=2),
            "seed": integer(),
            "prompt_upsampling": yes_or_no(False),
            "output_format": choice("output_format", "webp"),
            "output_quality": integer(0, 100, default=80),
        },
        enums={"aspect_ratio": ["custom", *RATIOS], "output_format": FORMATS},
        media_fields={"image_prompt": "image"},
        plan=_flux_1_1,
    )


def flux_dev() -> Model:
    return Model(
        owner=OWNER,
        name="flux-dev",
        kind="image",
        description="A 12 billion parameter rectified flow transformer",
        fields={
            "prompt": text("Prompt for generated image"),
            "aspect_ratio": choice("aspect_ratio", "1:1"),
            "image": uri("Input image for image to image mode"),
            "prompt_strength": number(0, 1, default=0.8),
            "num_outputs": integer(1, 4, default=1),
            "num_inference_steps": integer(1, 50, default=28),
            "guidance": number(0, 10, default=3),
            "seed": integer(),
            "output_format": choice("output_format", "webp"),
            "output_quality": integer(0, 100, default=80),
            "disable_safety_checker": yes_or_no(False),
            "go_fast": yes_or_no(True),
            "megapixels": choice("megapixels", "1"),
        },
        enums={"aspect_ratio": DEV_RATIOS, "output_format": FORMATS, "megapixels": ["1", "0.25"]},
        many=True,
        media_fields={"image": "image"},
        plan=_flux_dev,
    )
