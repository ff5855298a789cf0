"""`/v1/audio/speech`: https://developers.openai.com/api/docs/guides/text-to-speech"""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

from openai.types.audio import speech_create_params

from tests.fakes.openai.answers import Answer, Binary, Events
from tests.fakes.openai.ask import Ask
from tests.fakes.openai.errors import bad, missing, out_of_range, too_long, unsupported_parameter, wrong_value
from tests.fakes.openai.faults import Job
from tests.fakes.openai.models import Use, speech_is_open
from tests.fakes.openai.shapes import check_body
from tests.fakes.openai.sounds import CONTENT_TYPES, encode, samples_of, tone
from tests.fakes.openai.tokens import count
from tests.fakes.openai.world import World

INPUT_MAX = 4_096
OLD_VOICES = ("alloy", "ash", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer")
"""`ballad`, `verse`, `marin` and `cedar` are of the newer model alone."""
VOICES = (*OLD_VOICES, "ballad", "verse", "marin", "cedar")
_SSE_PIECE = 24_000


async def speak(ask: Ask) -> Job:
    """Validate; the job makes a tone as long as the text."""
    body = dict(ask.body)
    if ask.world.compatible:
        _check_foreign(ask, body)
    else:
        _check(ask, body)
    kind = body.get("response_format", "wav" if ask.world.compatible else "mp3")

    async def job() -> Answer:
        data = await asyncio.to_thread(_audio, ask.world, body, kind)
        return _events(body["input"], data) if body.get("stream_format") == "sse" else Binary(data, CONTENT_TYPES[kind])

    return job


def _check(ask: Ask, body: Mapping[str, Any]) -> None:
    speech_is_open(ask.world.now)
    check_body(body, speech_create_params.SpeechCreateParams)
    model = ask.world.catalogue.take(body["model"], Use.SPEECH, ask.world.now)
    if not body["input"]:
        raise bad("Invalid 'input': empty string.", "input", "empty_string")
    if len(body["input"]) > INPUT_MAX:
        raise too_long("input", INPUT_MAX, len(body["input"]))
    old = model.startswith("tts-1")
    _check_voice(body["voice"], OLD_VOICES if old else VOICES)
    if not 0.25 <= body.get("speed", 1.0) <= 4:
        raise out_of_range("speed", 0.25, 4.0, float(body["speed"]))
    if old and "instructions" in body:
        raise unsupported_parameter("instructions")
    if old and body.get("stream_format") == "sse":
        raise bad("'sse' is not supported with this model.", "stream_format", "unsupported_value")


def _check_voice(voice: Any, known: tuple[str, ...]) -> None:
    if isinstance(voice, dict):
        raise bad(f"Voice with id '{voice['id']}' not found.", "voice", "voice_not_found")
    if voice not in known:
        raise wrong_value("voice", voice, known)


def _check_foreign(ask: Ask, body: Mapping[str, Any]) -> None:
    for name in ("model", "input"):
        if not body.get(name):
            raise missing(name)
    ask.world.catalogue.find(str(body["model"]), ask.world.now)


def _audio(world: World, body: Mapping[str, Any], kind: str) -> bytes:
    pcm = tone(body["input"], str(body.get("voice", "")), body.get("speed", 1.0))
    data = encode(pcm, kind)
    for each in (data, samples_of(data), pcm):
        world.remember_speech(each, body["input"])
    return data


def _events(text: str, data: bytes) -> Events:
    pieces = [data[i : i + _SSE_PIECE] for i in range(0, len(data), _SSE_PIECE)]
    deltas = [{"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()} for piece in pieces]
    given, made = count(text), len(data) // 1_000
    usage = {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
    return Events([*deltas, {"type": "speech.audio.done", "usage": usage}])
