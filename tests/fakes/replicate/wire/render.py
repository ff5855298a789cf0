"""One file that a job is to make: what kind, how large, how long, and the function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.fakes import media


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """True pixel sizes and true lengths; only the content is cheap."""

    media_type: str
    name: str
    size: tuple[int, int] = (0, 0)
    duration_s: float = 0
    audio: bool = False


def maker(plan: Plan, seed: int) -> Callable[[], bytes]:
    """Nothing is made before somebody downloads it; what was made once is kept."""
    match plan.media_type:
        case "image/png":
            return partial(media.png, plan.size, seed)
        case "image/jpeg":
            return partial(media.jpeg, plan.size, seed)
        case "image/webp":
            return partial(media.webp, plan.size, seed)
        case "video/mp4":
            return partial(media.mp4, plan.size, plan.duration_s, audio=plan.audio, seed=seed)
        case "audio/mpeg":
            return partial(media.mp3, plan.duration_s)
        case "audio/wav":
            return partial(media.wav, plan.duration_s)
        case "audio/ogg":
            return partial(media.ogg_opus, plan.duration_s)
        case "audio/flac":
            return partial(media.flac, plan.duration_s)
    raise NotImplementedError(plan.media_type)
