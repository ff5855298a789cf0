"""Credits, as far as they are known; a hundredth of a dollar each.

Sources: runwayml/skills (gen4.5 12, gen4_turbo 5, veo3.1 20-40, veo3.1_fast 10-15 a second; gen4_image 5 or 8, turbo 2;
1 for 50 characters), published captures of the upscaler (21 a second at 1k, 27 at 2k). The rest are STAND-IN figures.
"""

import math
from collections.abc import Sequence
from typing import Any

from tests.fakes.replicate.wire.render import Plan

PER_SECOND = {"gen4.5": 12, "gen4_turbo": 5, "aleph2": 28, "seedance2_5": 30}
WITH_SOUND = {"veo3.1": (20, 40), "veo3.1_fast": (10, 15)}
PER_SECOND_OTHERS = 20
UPSCALE_PER_SECOND = {"720p": 21, "1k": 21, "2k": 27, "4k": 54}
PER_IMAGE = {"gen4_image_turbo": 2, "gen4_image": 8}
PER_IMAGE_OTHERS = 5
IMAGE_UPSCALE = 20


def credits(route: str, body: dict[str, Any], plans: Sequence[Plan]) -> int:  # noqa: A001
    """The estimate, which is also the most that is charged."""
    model, seconds = body["model"], sum(plan.duration_s for plan in plans)
    match route:
        case "text_to_speech" | "sound_effect":
            return max(1, math.ceil(len(body["promptText"]) / 50))
        case "text_to_image":
            return PER_IMAGE.get(model, PER_IMAGE_OTHERS) * len(plans)
        case "image_upscale":
            return IMAGE_UPSCALE
        case "video_upscale":
            return math.ceil(UPSCALE_PER_SECOND[body.get("resolution", "2k")] * seconds)
    if model in WITH_SOUND:
        return math.ceil(WITH_SOUND[model][plans[0].audio] * seconds)
    return math.ceil(PER_SECOND.get(model, PER_SECOND_OTHERS) * seconds)
