"""The models, what each is for, and the day it ends.

Calendar: https://developers.openai.com/api/docs/deprecations as of 2026-11-22. Before its day a model answers and its
entry in `GET /v1/models` names the day; from that day on it is no longer listed and answers 404 `model_not_found`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from tests.fakes.openai.errors import ApiError, bad, gone, model_not_found


class Use(StrEnum):
    """The family of endpoints that a model serves."""

    CHAT = "chat"
    IMAGE = "image"
    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    MODERATION = "moderation"
    REALTIME = "realtime"


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue."""

    id: str
    use: Use
    created: date
    shutdown: date | None = None

    def alive(self, now: datetime) -> bool:
        return self.shutdown is None or now.date() < self.shutdown

    def entry(self) -> dict[str, Any]:
        """As `GET /v1/models` shows it."""
        created = int(datetime(self.created.year, self.created.month, self.created.day, tzinfo=UTC).timestamp())
        shutdown = self.shutdown.isoformat() if self.shutdown else None
        return {
            "id": self.id,
            "object": "model",
            "created": created,
            "owned_by": "system",
            "shutdown_date": shutdown,
        }


SPEECH_ENDS = date(2027, 1, 6)
"""The end of all of `/v1/audio/speech`."""
VIDEOS_END = date(2026, 9, 24)
"""The end of all of `/v1/videos`."""
DEFAULT_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _of(use: Use, created: str, names: str, shutdown: str = "") -> tuple[Model, ...]:
    last = date.fromisoformat(shutdown) if shutdown else None
    return tuple(Model(name, use, date.fromisoformat(created), last) for name in names.split())


OPENAI: tuple[Model, ...] = (
    *_of(Use.CHAT, "2026-10-20", "gpt-6.2-astra gpt-6.2-sol"),
    *_of(Use.CHAT, "2026-09-15", "gpt-6.1-sol gpt-6.1-terra"),
    *_of(Use.CHAT, "2026-08-12", "gpt-6-astra gpt-6-sol gpt-6-luna"),
    *_of(Use.CHAT, "2026-07-09", "gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna"),
    *_of(Use.CHAT, "2026-04-23", "gpt-5.5 gpt-5.5-2026-04-23"),
    *_of(Use.CHAT, "2026-03-05", "gpt-5.4 gpt-5.4-mini"),
    *_of(Use.CHAT, "2026-03-05", "gpt-5.4-nano", "2027-04-01"),
    *_of(Use.CHAT, "2025-12-11", "gpt-5.2"),
    *_of(Use.CHAT, "2025-08-07", "gpt-5 gpt-5-mini gpt-5-nano o3", "2026-12-11"),
    *_of(Use.CHAT, "2025-04-14", "gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini", "2027-01-14"),
    *_of(Use.IMAGE, "2026-10-28", "gpt-image-2.6-flare gpt-image-2.6-sunburst"),
    *_of(Use.IMAGE, "2026-09-08", "gpt-image-2.5-flare gpt-image-2.5-flare-2026-09-08"),
    *_of(Use.IMAGE, "2026-09-08", "gpt-image-2.5-sunburst gpt-image-2.5-sunburst-2026-09-08"),
    *_of(Use.IMAGE, "2026-04-21", "gpt-image-2 gpt-image-2-2026-04-21"),
    *_of(Use.IMAGE, "2025-10-06", "gpt-image-1-mini gpt-image-1.5 chatgpt-image-latest", "2026-12-01"),
    *_of(Use.IMAGE, "2025-04-23", "gpt-image-1", "2026-10-23"),
    *_of(Use.IMAGE, "2023-11-06", "dall-e-2 dall-e-3", "2026-05-12"),
    *_of(Use.SPEECH, "2023-11-06", "tts-1 tts-1-hd", "2027-01-06"),
    *_of(Use.SPEECH, "2025-03-20", "gpt-4o-mini-tts gpt-4o-mini-tts-2025-12-15", "2027-01-06"),
    *_of(Use.TRANSCRIPTION, "2026-08-04", "gpt-transcribe"),
    *_of(Use.TRANSCRIPTION, "2023-03-01", "whisper-1", "2027-02-26"),
    *_of(Use.TRANSCRIPTION, "2025-03-20", "gpt-4o-transcribe gpt-4o-mini-transcribe", "2027-02-26"),
    *_of(Use.TRANSCRIPTION, "2025-12-15", "gpt-4o-mini-transcribe-2025-12-15", "2027-02-26"),
    *_of(Use.TRANSCRIPTION, "2025-10-15", "gpt-4o-transcribe-diarize", "2027-02-26"),
    *_of(Use.MODERATION, "2024-09-26", "omni-moderation-latest omni-moderation-2024-09-26"),
    *_of(Use.REALTIME, "2026-09-01", "gpt-realtime-2.1 gpt-realtime-2.1-mini"),
    *_of(Use.REALTIME, "2026-05-07", "gpt-realtime-2"),
    *_of(Use.REALTIME, "2025-08-28", "gpt-realtime"),
)

LOCALAI: tuple[Model, ...] = (
    *_of(Use.CHAT, "2026-01-01", "qwen3-8b"),
    *_of(Use.IMAGE, "2026-01-01", "flux.1-dev"),
    *_of(Use.SPEECH, "2026-01-01", "kokoro"),
    *_of(Use.TRANSCRIPTION, "2026-01-01", "whisper-base"),
)
"""What a small server of one's own offers."""


class Catalogue:
    """Looks models up, on a given day."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models: Mapping[str, Model] = {model.id: model for model in models}

    def alive(self, now: datetime) -> list[Model]:
        return [model for model in self._models.values() if model.alive(now)]

    def find(self, name: str, now: datetime) -> Model:
        """A living model, or 404."""
        model = self._models.get(name)
        if model is None or not model.alive(now):
            raise model_not_found(name)
        return model

    def take(self, name: object, use: Use, now: datetime) -> str:
        """A living model for this use, or the platform's refusal."""
        model = self.find(str(name), now)
        if model.use is not use:
            raise _elsewhere(model, use)
        return model.id


def _elsewhere(model: Model, use: Use) -> ApiError:
    if use is Use.CHAT:
        message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint."
        return ApiError(404, message, param="model")
    return bad(f"The model '{model.id}' is not supported by this endpoint.", "model", "invalid_value")


def speech_is_open(now: datetime) -> None:
    """Refuse all of `/v1/audio/speech` after its last day."""
    if now.date() >= SPEECH_ENDS:
        raise gone("The audio/speech endpoint", SPEECH_ENDS.isoformat())


# Reasoning: https://developers.openai.com/api/docs/guides/reasoning

_EFFORTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("gpt-6-astra", "gpt-6.1-sol"), ("low", "medium", "high", "xhigh", "max")),
    (("gpt-6", "gpt-5.6"), ("none", "low", "medium", "high", "xhigh", "max")),
    (("gpt-5.2", "gpt-5.4", "gpt-5.5"), ("none", "low", "medium", "high", "xhigh")),
    (("gpt-5",), ("minimal", "low", "medium", "high")),
    (("o3",), ("low", "medium", "high")),
)


def efforts(model: str) -> tuple[str, ...]:
    """The reasoning efforts that a model takes; empty for one that does not reason."""
    return next((words for names, words in _EFFORTS if model.startswith(names)), ())


def default_effort(model: str) -> str:
    """What a model does when nothing is said: from 5.6 on it reasons, 5.2 to 5.5 do not (BerriAI/litellm#34569)."""
    if not efforts(model) or model.startswith(("gpt-5.2", "gpt-5.4", "gpt-5.5")):
        return "none"
    return "medium"
