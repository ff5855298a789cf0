"""`/v1/audio/transcriptions`: https://developers.openai.com/api/docs/guides/speech-to-text

Answers the text that this server spoke in that audio, known by the hash of the file or of its samples.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from openai.types.audio import transcription_create_params

from tests.fakes.openai.answers import Answer, Binary, Events, Json
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import ApiError, bad, missing, out_of_range, unsupported_parameter, wrong_value
from tests.fakes.openai.faults import Job
from tests.fakes.openai.forms import typed
from tests.fakes.openai.journal import Upload
from tests.fakes.openai.models import Use
from tests.fakes.openai.shapes import check_body
from tests.fakes.openai.sounds import measured_s, samples_of
from tests.fakes.openai.tokens import count
from tests.fakes.openai.world import World

FILE_MAX_BYTES = 25 * 1024 * 1024
EXTENSIONS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
_FORMATS: dict[str, tuple[str, ...]] = {
    "whisper-1": ("json", "text", "srt", "verbose_json", "vtt"),
    "gpt-4o-transcribe-diarize": ("json", "text", "diarized_json"),
    "gpt-transcribe": ("json", "text"),
}
"""The others give JSON alone."""


async def transcribe(ask: Ask) -> Job:
    """Validate; the job looks the audio up."""
    upload = _file(ask)
    texts = typed(ask.form.texts, transcription_create_params.TranscriptionCreateParamsBase)
    check_body({**texts, "file": b""}, transcription_create_params.TranscriptionCreateParamsBase, stream=bool)
    model = ask.world.catalogue.take(texts["model"], Use.TRANSCRIPTION, ask.world.now)
    kind = texts.get("response_format", "json")
    if not ask.world.compatible:
        _check_options(model, kind, texts)
    seconds = await asyncio.to_thread(_seconds, upload)

    async def job() -> Answer:
        text = heard(ask.world, upload.data)
        if texts.get("stream") and model != "whisper-1":
            return _events(model, text, seconds)
        return _answer(model, kind, text, seconds)

    return job


def heard(world: World, data: bytes) -> str:
    """What was spoken in this audio."""
    for each in (data, samples_of(data)):
        known = world.spoken.get(hashlib.sha256(each).hexdigest())
        if known is not None:
            return known
    return world.hears(data)


def _file(ask: Ask) -> Upload:
    uploads = ask.form.files.get("file")
    if not uploads:
        raise missing("file")
    upload = uploads[0]
    if len(upload.data) > FILE_MAX_BYTES:
        message = f"413: Maximum content size limit ({FILE_MAX_BYTES}) exceeded ({len(upload.data)} bytes read)"
        raise ApiError(413, message, type="server_error")
    if PurePath(upload.filename).suffix.lower().lstrip(".") not in EXTENSIONS:
        raise bad(f"Unrecognized file format. Supported formats: {list(EXTENSIONS)}", "file", "invalid_value")
    return upload


def _seconds(upload: Upload) -> float:
    seconds = measured_s(upload.data)
    if seconds is None:
        raise bad("Audio file might be corrupted or unsupported", "file", "invalid_value")
    if seconds < 0.1:
        message = "Audio file is too short. Minimum audio length is 0.1 seconds."
        raise bad(message, "file", "audio_too_short")
    return seconds


def _check_options(model: str, kind: str, texts: Mapping[str, Any]) -> None:
    formats = _FORMATS.get(model, ("json",))
    if kind not in formats:
        raise wrong_value("response_format", kind, formats)
    for name in ("keywords", "languages"):
        if name in texts and model != "gpt-transcribe":
            raise unsupported_parameter(name)
    if "prompt" in texts and model == "gpt-4o-transcribe-diarize":
        raise unsupported_parameter("prompt")
    if "include" in texts and model not in ("gpt-4o-transcribe", "gpt-4o-mini-transcribe"):
        raise unsupported_parameter("include")
    if "timestamp_granularities" in texts and kind != "verbose_json":
        message = "'timestamp_granularities' needs response_format=verbose_json."
        raise bad(message, "timestamp_granularities", "invalid_value")
    if not 0 <= texts.get("temperature", 0) <= 1:
        raise out_of_range("temperature", 0.0, 1.0, texts["temperature"])


def _answer(model: str, kind: str, text: str, seconds: float) -> Answer:
    if kind == "text":
        return Binary(f"{text}\n".encode(), "text/plain; charset=utf-8")
    if kind in ("srt", "vtt"):
        return Binary(_subtitles(kind, text, seconds).encode(), "text/plain; charset=utf-8")
    if kind == "verbose_json":
        usage = {"type": "duration", "seconds": seconds}
        return Json({"text": text, "language": "english", "duration": seconds, "segments": [], "usage": usage})
    if kind == "diarized_json":
        segment = {"id": "seg_001", "type": "transcript.text.segment", "speaker": "A", "text": text}
        segments = [segment | {"start": 0.0, "end": seconds}]
        return Json({"text": text, "task": "transcribe", "duration": seconds, "segments": segments})
    return Json({"text": text, "usage": _usage(model, text, seconds), **_languages(model, text)})


def _events(model: str, text: str, seconds: float) -> Events:
    words = text.split(" ")
    deltas = [word if i == 0 else f" {word}" for i, word in enumerate(words)]
    done = {"type": "transcript.text.done", "text": text, "usage": _usage("", text, seconds), **_languages(model, text)}
    return Events([*({"type": "transcript.text.delta", "delta": delta} for delta in deltas), done])


def _usage(model: str, text: str, seconds: float) -> dict[str, Any]:
    if model == "whisper-1":
        return {"type": "duration", "seconds": seconds}
    given, made = max(1, round(seconds * 10)), count(text)
    details = {"audio_tokens": given, "text_tokens": 0}
    tokens = {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
    return {"type": "tokens", "input_token_details": details, **tokens}


def _languages(model: str, text: str) -> dict[str, Any]:
    return {"languages": [{"code": "en"}] if text else []} if model == "gpt-transcribe" else {}


def _subtitles(kind: str, text: str, seconds: float) -> str:
    comma = "," if kind == "srt" else "."
    whole, rest = divmod(round(seconds * 1000), 1000)
    end = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{comma}{rest:03}"
    head = "1\n" if kind == "srt" else "WEBVTT\n\n"
    return f"{head}00:00:00{comma}000 --> {end}\n{text}\n"
