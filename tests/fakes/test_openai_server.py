"""The real SDK against the local OpenAI API: answers parse strictly, and what the platform refuses is refused."""

import asyncio
import base64
import hashlib
import io
import json
import time
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import av
import openai
import pytest
from openai import AsyncOpenAI
from openai._models import BaseModel
from openai.types.realtime import RealtimeServerEvent
from PIL import Image
from pydantic import TypeAdapter
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.openai import (
    Asked,
    BrokenJson,
    Call,
    Drop,
    Empty,
    GatewayPage,
    Hang,
    InsufficientQuota,
    OpenAIServer,
    RateLimited,
    Refusal,
    Route,
    Slow,
    Status,
    Thought,
    Truncated,
    Unauthorized,
)

KEY = "sk-test-1234567890abcdef"
FLARE, SUNBURST = "gpt-image-2.6-flare", "gpt-image-2.6-sunburst"
LUNA, TTS = "gpt-6-luna", "gpt-4o-mini-tts"
SMALL = "1024x640"
"""The smallest number of pixels that there may be."""
REALTIME = "gpt-realtime-2.1-mini"
AFTER_SPEECH = datetime(2027, 1, 6, tzinfo=UTC)
UNDECLARED = {"Response": {"store"}, "RealtimeSessionCreateRequest": {"id", "object"}}
"""What the platform sends and the SDK's types do not name; of events also `obfuscation`."""


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as running:
        yield running


@pytest.fixture
async def client(server: OpenAIServer) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(server) as made:
        yield made


def client_of(server: OpenAIServer, key: str = KEY, **more: Any) -> AsyncOpenAI:
    http = openai.DefaultAsyncHttpxClient(verify=False)  # nothing to verify on loopback, and 20 ms saved per client
    given = {"max_retries": 0, "timeout": 10, "_strict_response_validation": True, "http_client": http} | more
    return AsyncOpenAI(api_key=key, base_url=server.base_url, **given)


def tool(name: str, strict: bool | None = True, **properties: Any) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "function", "name": name, "description": "A tool.", "parameters": parameters, "strict": strict}


TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
TOOLS = [
    tool("generate_image", prompt=TEXT, aspect=MAYBE),
    tool("edit_image", image=TEXT, prompt=TEXT),
    tool("generate_video", prompt=TEXT, duration_s={"anyOf": [{"type": "number"}, {"type": "null"}]}),
    tool("generate_speech", text=TEXT, voice=MAYBE),
    tool("upscale", asset=TEXT),
]
CHAT_TOOLS = [{"type": "function", "function": {k: v for k, v in each.items() if k != "type"}} for each in TOOLS]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def call_item(call_id: str = "call_1", name: str = "generate_image", arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def output_item(call_id: str = "call_1", output: Any = "{}") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def picture(
    size: tuple[int, int] = (1024, 640), colour: Any = (20, 90, 160), kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def opened(b64: str | None) -> Image.Image:
    assert b64
    made = Image.open(io.BytesIO(base64.b64decode(b64)))
    made.load()
    return made


def declared(value: Any) -> None:
    """No field that the SDK's model does not name."""
    if isinstance(value, BaseModel):
        known = UNDECLARED.get(type(value).__name__, {"obfuscation"})
        assert set(value.model_extra or {}) <= known, (type(value), value.model_extra)
        for name in type(value).model_fields:
            declared(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            declared(each)


async def refused(
    awaitable: Any, status: int, code: str | None = None, param: str | None = None
) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        await awaitable
    error = caught.value
    assert error.status_code == status, error.message
    assert error.code == code, error.message
    assert error.param == param, error.message
    assert error.request_id
    assert error.request_id.startswith("req_")
    return error


# ---- keys, errors, models


async def test_a_key_is_needed_and_must_be_known(server: OpenAIServer) -> None:
    async with client_of(server, "sk-live-1234567890abcdef") as stranger:
        error = await refused(stranger.models.list(), 401, "invalid_api_key")
    assert isinstance(error, openai.AuthenticationError)
    assert "sk-l****cdef" in error.message
    async with aiohttp.ClientSession() as http, http.get(f"{server.base_url}/models") as answer:
        assert answer.status == 401
        assert (await answer.json())["error"]["type"] == "invalid_request_error"
    assert KEY not in repr(server.calls)


async def test_every_answer_carries_request_id_and_limits(client: AsyncOpenAI) -> None:
    raw = await client.models.with_raw_response.list()
    assert raw.headers["x-request-id"].startswith("req_")
    assert int(raw.headers["x-ratelimit-remaining-requests"]) < int(raw.headers["x-ratelimit-limit-requests"])


async def test_an_unknown_path_or_method_is_refused(server: OpenAIServer, client: AsyncOpenAI) -> None:
    await refused(client.post("/nonsense", cast_to=object, body={}), 404, "unknown_url")
    await refused(client.get("/images/generations", cast_to=object), 405, "method_not_supported")
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
        async with http.post(f"{server.base_url}/images/generations", data=b"{") as answer:
            assert answer.status == 400
        async with http.post(f"{server.base_url}/images/edits", json={}) as answer:
            assert answer.status == 400


async def test_models_name_their_last_day_and_die_on_it(server: OpenAIServer, client: AsyncOpenAI) -> None:
    listed = {model.id: model async for model in await client.models.list()}
    declared(list(listed.values()))
    assert listed["gpt-image-1.5"].shutdown_date == "2026-12-01"
    assert listed[TTS].shutdown_date == "2027-01-06"
    assert listed[FLARE].shutdown_date is None
    assert "dall-e-3" not in listed
    assert "gpt-image-1" not in listed
    assert (await client.models.retrieve(LUNA)).id == LUNA
    await refused(client.models.retrieve("gpt-image-1"), 404, "model_not_found")
    server.now = datetime(2026, 12, 1, tzinfo=UTC)
    await refused(client.models.retrieve("gpt-image-1.5"), 404, "model_not_found")


@pytest.mark.parametrize("name", ["dall-e-3", "gpt-image-1", "gpt-image-9"])
async def test_a_dead_or_unknown_model_makes_nothing(server: OpenAIServer, client: AsyncOpenAI, name: str) -> None:
    await refused(client.images.generate(model=name, prompt="a hill"), 404, "model_not_found")
    assert not server.paid


async def test_a_model_of_another_kind_is_refused(client: AsyncOpenAI) -> None:
    await refused(client.images.generate(model=LUNA, prompt="a hill"), 400, "invalid_value", "model")
    await refused(client.chat.completions.create(model=FLARE, messages=[user("hi")]), 404, None, "model")


async def test_videos_are_gone(client: AsyncOpenAI) -> None:
    with pytest.deprecated_call():
        await refused(client.videos.create(model="sora-2", prompt="a hill"), 404)
    with pytest.deprecated_call():
        await refused(client.videos.retrieve("video_1"), 404)


# ---- images


async def test_a_picture_is_real_and_as_asked(server: OpenAIServer, client: AsyncOpenAI) -> None:
    made = await client.images.generate(
        model=FLARE, prompt="a red barn", size="1536x864", quality="low", n=2, safety_identifier="user-7f"
    )
    declared(made)
    assert (made.size, made.quality, made.output_format, made.background) == ("1536x864", "low", "png", "opaque")
    assert made.safety_identifier == "user-7f"
    assert made.data
    first, second = (opened(each.b64_json) for each in made.data)
    assert (first.format, first.size) == ("PNG", (1536, 864))
    assert first.tobytes() != second.tobytes()
    assert all(each.url is None and each.revised_prompt is None for each in made.data)
    assert made.usage
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert server.paid == {Route.IMAGES_GENERATE: 1}


async def test_the_prompt_decides_the_colours(client: AsyncOpenAI) -> None:
    async def pixels(prompt: str) -> bytes:
        made = await client.images.generate(model=FLARE, prompt=prompt, size=SMALL)
        assert made.data
        return opened(made.data[0].b64_json).tobytes()

    assert await pixels("a barn") == await pixels("a barn") != await pixels("a boat")


@pytest.mark.parametrize(("kind", "name"), [("png", "PNG"), ("webp", "WEBP"), ("jpeg", "JPEG"), ("gif", "GIF")])
async def test_each_format_is_that_format(client: AsyncOpenAI, kind: Any, name: str) -> None:
    size = "512x512" if kind == "gif" else SMALL
    made = await client.images.generate(model=FLARE, prompt="a barn", size=size, output_format=kind)
    declared(made)
    assert made.data
    result = opened(made.data[0].b64_json)
    assert (result.format, made.output_format) == (name, kind)
    assert getattr(result, "n_frames", 1) == (9 if kind == "gif" else 1)


async def test_svg_says_what_its_author_used(client: AsyncOpenAI) -> None:
    made = await client.images.generate(model=FLARE, prompt="a barn", output_format="svg")
    assert made.svg_usage
    assert made.data
    assert base64.b64decode(made.data[0].b64_json or "").startswith(b"<svg")


@pytest.mark.parametrize("kind", ["png", "webp"])
async def test_a_transparent_picture_has_alpha(client: AsyncOpenAI, kind: Any) -> None:
    made = await client.images.generate(
        model=FLARE, prompt="a barn", size=SMALL, background="transparent", output_format=kind
    )
    assert made.background == "transparent"
    assert made.data
    assert opened(made.data[0].b64_json).getchannel("A").getextrema() == (0, 255)


async def test_images_stream_stages_and_then_the_picture(server: OpenAIServer, client: AsyncOpenAI) -> None:
    stream = await client.images.generate(
        model=FLARE, prompt="a barn", size=SMALL, stream=True, partial_images=2, safety_identifier="u"
    )
    events = [event async for event in stream]
    declared(events)
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]  # type: ignore[union-attr]
    stages = [opened(event.b64_json) for event in events]
    assert {stage.size for stage in stages} == {(1024, 640)}
    assert len({stage.tobytes() for stage in stages}) == 3
    assert events[-1].usage.output_tokens > 200  # type: ignore[union-attr]
    assert server.paid.total() == 1


BAD_IMAGES: list[tuple[dict[str, Any], str, str]] = [
    ({"prompt": "x" * 32_001}, "string_above_max_length", "prompt"),
    ({"prompt": " "}, "empty_string", "prompt"),
    ({"n": 0}, "integer_below_min_value", "n"),
    ({"n": 11}, "integer_above_max_value", "n"),
    ({"size": "1000x1000"}, "invalid_value", "size"),
    ({"size": "3200x1024"}, "invalid_value", "size"),
    ({"size": "3856x2160"}, "invalid_value", "size"),
    ({"size": "3840x2176"}, "invalid_value", "size"),
    ({"size": "512x512"}, "invalid_value", "size"),
    ({"size": "large"}, "invalid_value", "size"),
    ({"size": "0x0"}, "invalid_value", "size"),
    ({"quality": "hd"}, "invalid_value", "quality"),
    ({"quality": "standard"}, "invalid_value", "quality"),
    ({"quality": "ultra"}, "invalid_value", "quality"),
    ({"model": "gpt-image-2", "quality": "max"}, "invalid_value", "quality"),
    ({"model": "gpt-image-1.5", "size": "1536x864"}, "invalid_value", "size"),
    ({"background": "transparent", "output_format": "jpeg"}, "invalid_value", "background"),
    ({"background": "pink"}, "invalid_value", "background"),
    ({"output_format": "bmp"}, "invalid_value", "output_format"),
    ({"output_compression": 50}, "invalid_png_output_compression", "output_compression"),
    ({"output_compression": 101, "output_format": "jpeg"}, "integer_above_max_value", "output_compression"),
    ({"response_format": "url"}, "unknown_parameter", "response_format"),
    ({"style": "vivid"}, "unknown_parameter", "style"),
    ({"extra_body": {"negative_prompt": "x"}}, "unknown_parameter", "negative_prompt"),
    ({"extra_body": {"n": "2"}}, "invalid_type", "n"),
    ({"partial_images": 4, "stream": True}, "integer_above_max_value", "partial_images"),
    ({"partial_images": 2}, "invalid_value", "partial_images"),
    ({"output_format": "gif", "stream": True}, "invalid_value", "stream"),
    ({"output_format": "gif", "frame_count": 17, "size": "512x512"}, "integer_above_max_value", "frame_count"),
    ({"output_format": "gif", "frame_count": 16, "size": "960x960"}, "invalid_value", "size"),
    ({"frame_count": 4}, "invalid_value", "frame_count"),
    ({"output_format": "svg", "n": 2}, "invalid_value", "n"),
    ({"moderation": "off"}, "invalid_value", "moderation"),
    ({"model": None}, "missing_required_parameter", "model"),
]


@pytest.mark.parametrize(("given", "code", "param"), BAD_IMAGES)
async def test_images_refuse(
    server: OpenAIServer, client: AsyncOpenAI, given: dict[str, Any], code: str, param: str
) -> None:
    asked: dict[str, Any] = {"model": FLARE, "prompt": "a barn"} | given
    await refused(client.images.generate(**asked), 400, code, param)
    assert not server.paid


@pytest.mark.parametrize("size", ["3840x2160", "2160x3840", "1024x640", "1408x480", "auto"])
async def test_images_take_every_size_in_the_rules(client: AsyncOpenAI, size: str) -> None:
    made = await client.images.generate(model=FLARE, prompt="a barn", size=size, output_format="webp", quality="low")
    assert made.size == ("1024x1024" if size == "auto" else size)


async def test_a_forbidden_prompt_is_blocked_and_not_billed(server: OpenAIServer, client: AsyncOpenAI) -> None:
    blocked = await refused(client.images.generate(model=FLARE, prompt="a FORBIDDEN scene"), 400, "moderation_blocked")
    assert blocked.type == "image_generation_user_error"
    assert blocked.request_id in blocked.message
    edit = client.images.edit(model=SUNBURST, prompt="more GORE", image=("a.png", picture()))
    await refused(edit, 400, "moderation_blocked")
    assert not server.paid


async def test_an_edit_keeps_the_input_visible(server: OpenAIServer, client: AsyncOpenAI) -> None:
    source = Image.new("RGB", (1024, 640), (0, 0, 0))
    source.paste((255, 255, 255), (0, 0, 512, 640))
    out = io.BytesIO()
    source.save(out, "PNG")
    made = await client.images.edit(
        model=SUNBURST, prompt="make it warmer", image=("a.png", out.getvalue(), "image/png"), size="1024x640", n=1
    )
    declared(made)
    assert made.data
    result = opened(made.data[0].b64_json)
    left, right = result.getpixel((100, 300)), result.getpixel((900, 300))
    assert sum(left) > sum(right) + 300  # type: ignore[arg-type]
    assert right != (0, 0, 0)
    assert made.usage
    assert made.usage.input_tokens_details.image_tokens == 32 * 20
    (call,) = server.calls
    assert call.body["prompt"] == "make it warmer"
    assert call.body["files"][0]["size_bytes"] == len(out.getvalue())
    assert server.paid == {Route.IMAGES_EDIT: 1}


async def test_a_mask_limits_the_edit(client: AsyncOpenAI) -> None:
    mask = Image.new("RGBA", (1024, 640), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, 512, 640))
    out = io.BytesIO()
    mask.save(out, "PNG")
    made = await client.images.edit(
        model=SUNBURST, prompt="a pond", image=("a.png", picture()), mask=("m.png", out.getvalue()), size="1024x640"
    )
    assert made.data
    result = opened(made.data[0].b64_json)
    assert result.getpixel((900, 300)) == (20, 90, 160)
    assert result.getpixel((300, 300)) != (20, 90, 160)


async def test_several_inputs_and_stages_of_an_edit(client: AsyncOpenAI) -> None:
    inputs = [("a.png", picture()), ("b.jpg", picture(kind="JPEG")), ("c.webp", picture(kind="WEBP"))]
    stream = await client.images.edit(
        model=SUNBURST,
        prompt="together",
        image=inputs,
        stream=True,
        partial_images=1,
        size="1024x640",
        output_format="webp",
    )
    events = [event async for event in stream]
    declared(events)
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    assert opened(events[-1].b64_json).format == "WEBP"


async def test_auto_keeps_the_inputs_orientation(client: AsyncOpenAI) -> None:
    tall = await client.images.edit(model=SUNBURST, prompt="x", image=("a.png", picture((400, 900))))
    assert tall.size == "1024x1536"


PNG = ("a.png", picture())
BAD_EDITS: list[tuple[dict[str, Any], str, str]] = [
    ({"image": [PNG] * 17}, "array_above_max_length", "image"),
    ({"image": ("a.gif", picture(kind="GIF"))}, "unsupported_file_mimetype", "image"),
    ({"image": ("a.png", b"not a picture")}, "unsupported_file_mimetype", "image"),
    ({"image": ("a.png", picture(), "text/plain")}, "unsupported_file_mimetype", "image"),
    ({"image": ("a.png", b"")}, "empty_image_file", "image"),
    ({"image": ("a.png", picture((64, 64)) + bytes(50_000_000))}, "image_file_too_large", "image"),
    ({"mask": ("m.png", picture(mode="RGBA", colour=(0, 0, 0, 0)) + bytes(4_000_000))}, "image_file_too_large", "mask"),
    ({"mask": ("m.png", picture((64, 64), (0, 0, 0, 0), mode="RGBA"))}, "invalid_value", "mask"),
    ({"mask": ("m.png", picture())}, "invalid_value", "mask"),
    ({"mask": ("m.jpg", picture(kind="JPEG"))}, "unsupported_file_mimetype", "mask"),
    ({"input_fidelity": "high"}, "invalid_input_fidelity_model", "input_fidelity"),
    ({"markup": ("k.png", picture(mode="RGBA", colour=(0, 0, 0, 0)))}, "invalid_value", "markup"),
    ({"response_format": "b64_json"}, "unknown_parameter", "response_format"),
    ({"quality": "standard"}, "invalid_value", "quality"),
    ({"size": "100x100"}, "invalid_value", "size"),
    ({"n": 11}, "integer_above_max_value", "n"),
    ({"extra_body": {"n": "many"}}, "invalid_type", "n"),
    ({"extra_body": {"strength": "0.5"}}, "unknown_parameter", "strength"),
]


@pytest.mark.parametrize(("given", "code", "param"), BAD_EDITS)
async def test_edits_refuse(
    server: OpenAIServer, client: AsyncOpenAI, given: dict[str, Any], code: str, param: str
) -> None:
    asked: dict[str, Any] = {"model": SUNBURST, "prompt": "warmer", "image": PNG} | given
    await refused(client.images.edit(**asked), 400, code, param)
    assert not server.paid


# ---- speech and transcription


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
async def test_speech_is_real_and_as_long_as_its_text(server: OpenAIServer, client: AsyncOpenAI, kind: Any) -> None:
    async with client.audio.speech.with_streaming_response.create(
        model=TTS, voice="marin", input="hello " * 15, response_format=kind, instructions="calm"
    ) as answer:
        data = b"".join([chunk async for chunk in answer.iter_bytes()])
        assert answer.headers["content-type"] == f"audio/{'mpeg' if kind == 'mp3' else kind}"
    assert seconds(data, kind) == pytest.approx(6, abs=0.2)
    assert server.paid == {Route.SPEECH: 1}


def seconds(data: bytes, kind: str) -> float:
    if kind == "pcm":
        return len(data) / 48_000
    with av.open(io.BytesIO(data), "r") as file:
        return sum(frame.samples / frame.sample_rate for frame in file.decode(file.streams.audio[0]))


async def test_a_wav_is_streamed_without_knowing_its_length(client: AsyncOpenAI) -> None:
    made = await client.audio.speech.create(model="tts-1", voice="nova", input="hello", response_format="wav", speed=2)
    head = made.content[:44]
    assert head[4:8] == head[40:44] == b"\xff" * 4
    with wave.open(io.BytesIO(made.content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)


async def test_speech_may_come_as_events(client: AsyncOpenAI) -> None:
    asked = {"model": TTS, "voice": "cedar", "input": "hello", "stream_format": "sse"}
    async with client.audio.speech.with_streaming_response.create(**asked) as answer:  # type: ignore[arg-type]
        events = [json.loads(line[6:]) async for line in answer.iter_lines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["speech.audio.delta", "speech.audio.done"]
    assert base64.b64decode(events[0]["audio"])
    assert events[1]["usage"]["total_tokens"] > 0


BAD_SPEECH: list[tuple[dict[str, Any], str, str]] = [
    ({"input": "x" * 4_097}, "string_above_max_length", "input"),
    ({"input": ""}, "empty_string", "input"),
    ({"voice": "bob"}, "invalid_value", "voice"),
    ({"model": "tts-1", "voice": "marin"}, "invalid_value", "voice"),
    ({"voice": {"id": "voice_1"}}, "voice_not_found", "voice"),
    ({"model": "tts-1", "instructions": "calm"}, "unsupported_parameter", "instructions"),
    ({"model": "tts-1-hd", "stream_format": "sse"}, "unsupported_value", "stream_format"),
    ({"response_format": "ogg"}, "invalid_value", "response_format"),
    ({"speed": 4.5}, "decimal_above_max_value", "speed"),
    ({"speed": 0.1}, "decimal_below_min_value", "speed"),
    ({"extra_body": {"pitch": 2}}, "unknown_parameter", "pitch"),
]


@pytest.mark.parametrize(("given", "code", "param"), BAD_SPEECH)
async def test_speech_refuses(
    server: OpenAIServer, client: AsyncOpenAI, given: dict[str, Any], code: str, param: str
) -> None:
    asked: dict[str, Any] = {"model": TTS, "voice": "nova", "input": "hello"} | given
    await refused(client.audio.speech.create(**asked), 400, code, param)
    assert not server.paid


async def test_speech_ends_on_its_day(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.now = AFTER_SPEECH
    await refused(client.audio.speech.create(model=TTS, voice="nova", input="hello"), 404)


@pytest.mark.parametrize("kind", ["mp3", "wav", "flac"])
async def test_what_was_spoken_is_heard(client: AsyncOpenAI, kind: Any) -> None:
    spoken = await client.audio.speech.create(model=TTS, voice="nova", input="Good morning.", response_format=kind)
    heard = await client.audio.transcriptions.create(
        model="gpt-transcribe",
        file=(f"a.{kind}", spoken.content),
        extra_body={"keywords": ["morning"], "languages": ["en"]},
    )
    declared(heard)
    assert heard.text == "Good morning."
    assert heard.languages
    assert heard.languages[0].code == "en"


async def test_samples_in_a_new_wav_are_heard_too(client: AsyncOpenAI) -> None:
    spoken = await client.audio.speech.create(model=TTS, voice="nova", input="Good morning.", response_format="pcm")
    heard = await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", wav(spoken.content)))
    assert heard.text == "Good morning."


def wav(pcm: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(pcm)
    return out.getvalue()


async def test_unknown_audio_is_heard_as_scripted(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.world.hears = lambda data: f"{len(data)} bytes"
    data = wav(bytes(48_000))
    verbose = await client.audio.transcriptions.create(
        model="whisper-1", file=("a.wav", data), response_format="verbose_json"
    )
    declared(verbose)
    assert (verbose.text, verbose.duration) == (f"{len(data)} bytes", 1.0)
    plain = await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", data), response_format="text")
    assert plain.strip() == f"{len(data)} bytes"
    subtitles = await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", data), response_format="vtt")
    assert subtitles.startswith("WEBVTT")
    spoken = await client.audio.transcriptions.create(
        model="gpt-4o-transcribe-diarize", file=("a.wav", data), response_format="diarized_json"
    )
    assert spoken.segments[0].speaker == "A"


async def test_transcriptions_stream(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.world.hears = lambda _: "good old morning"
    stream = await client.audio.transcriptions.create(
        model="gpt-transcribe", file=("a.wav", wav(bytes(48_000))), stream=True
    )
    events = [event async for event in stream]
    declared(events)
    assert [event.type for event in events] == ["transcript.text.delta"] * 3 + ["transcript.text.done"]


BAD_TRANSCRIPTIONS: list[tuple[dict[str, Any], int, str | None, str | None]] = [
    ({"file": ("a.txt", wav(bytes(9_600)))}, 400, "invalid_value", "file"),
    ({"file": ("a.wav", b"noise")}, 400, "invalid_value", "file"),
    ({"file": ("a.wav", wav(bytes(480)))}, 400, "audio_too_short", "file"),
    ({"file": ("a.wav", wav(bytes(26 * 1024 * 1024)))}, 413, None, None),
    ({"response_format": "srt"}, 400, "invalid_value", "response_format"),
    ({"model": "whisper-1", "extra_body": {"keywords": ["x"]}}, 400, "unsupported_parameter", "keywords"),
    ({"model": "whisper-9"}, 404, "model_not_found", None),
    ({"temperature": 2}, 400, "decimal_above_max_value", "temperature"),
    ({"extra_body": {"diarize": "yes"}}, 400, "unknown_parameter", "diarize"),
]


@pytest.mark.parametrize(("given", "status", "code", "param"), BAD_TRANSCRIPTIONS)
async def test_transcriptions_refuse(
    client: AsyncOpenAI, given: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    asked: dict[str, Any] = {"model": "gpt-transcribe", "file": ("a.wav", wav(bytes(48_000)))} | given
    await refused(client.audio.transcriptions.create(**asked), status, code, param)


async def test_old_transcribers_end_on_their_day(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.now = datetime(2027, 2, 26, tzinfo=UTC)
    asked = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", wav(bytes(48_000))))
    await refused(asked, 404, "model_not_found")


# ---- moderation


async def test_moderation_flags_words_and_is_free(server: OpenAIServer, client: AsyncOpenAI) -> None:
    clean = await client.moderations.create(model="omni-moderation-latest", input="a hill")
    declared(clean)
    assert not clean.results[0].flagged
    both = await client.moderations.create(model="omni-moderation-latest", input=["a hill", "full of GORE"])
    assert [result.flagged for result in both.results] == [False, True]
    assert both.results[1].categories.violence_graphic
    assert both.results[1].category_scores.violence > 0.9
    assert both.results[1].category_applied_input_types.hate == ["text"]
    assert not server.paid


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def seen(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


async def test_images_are_scored_for_the_allowed_categories_alone(server: OpenAIServer, client: AsyncOpenAI) -> None:
    red, magenta = picture((64, 64), (250, 5, 5)), picture((64, 64), (250, 5, 250), "JPEG")
    parts: Any = [{"type": "text", "text": "a hill"}, seen(data_url(red))]
    (violent,) = (await client.moderations.create(model="omni-moderation-latest", input=parts)).results
    assert violent.categories.violence
    assert violent.category_applied_input_types.violence == ["text", "image"]
    assert violent.category_applied_input_types.sexual_minors == ["text"]
    only: Any = [seen(data_url(magenta, "image/jpeg"))]
    (sexual,) = (await client.moderations.create(input=only)).results
    assert sexual.categories.sexual
    assert sexual.category_applied_input_types.hate == []
    server.world.flagged_images[hashlib.sha256(picture()).hexdigest()] = ("self-harm", "hate")
    (known,) = (await client.moderations.create(input=[seen(data_url(picture()))])).results  # type: ignore[list-item]
    assert known.categories.self_harm
    assert not known.categories.hate


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ([seen(data_url(picture()))] * 2, "too_many_images", "input"),
        ([seen("http://127.0.0.1/a.png")], "invalid_image_url", "input"),
        ([seen(data_url(b"nothing"))], "invalid_image_format", "input"),
        ([seen("data:image/png;base64,%%%")], "invalid_base64_image", "input"),
        ([{"type": "audio"}], "invalid_value", "input[0].type"),
        ([{"type": "text", "text": "x", "lang": "en"}], "unknown_parameter", "input[0].lang"),
        ([], "empty_array", "input"),
    ],
)
async def test_moderation_refuses(client: AsyncOpenAI, given: Any, code: str, param: str) -> None:
    await refused(client.moderations.create(model="omni-moderation-latest", input=given), 400, code, param)


# ---- responses


async def test_a_wish_becomes_a_call_and_its_output_a_sentence(server: OpenAIServer, client: AsyncOpenAI) -> None:
    items: list[Any] = [user("a picture of a lighthouse")]
    include: Any = ["reasoning.encrypted_content"]
    kept: Any = {"model": LUNA, "instructions": "Be brief.", "tools": TOOLS, "store": False, "include": include}
    first = await client.responses.create(input=items, **kept)
    declared(first)
    call = first.output[-1]
    assert call.type == "function_call"
    assert call.name == "generate_image"
    assert json.loads(call.arguments) == {"prompt": "a lighthouse", "aspect": None}
    items += [item.model_dump(exclude_none=True) for item in first.output]
    items.append(output_item(call.call_id, '{"asset_id": "a1"}'))
    second = await client.responses.create(input=items, **kept)
    assert second.output_text == "Here it is."
    usage = second.usage
    assert usage
    assert usage.output_tokens_details.reasoning_tokens == 64
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert server.paid == {Route.RESPONSES: 2}


async def test_a_response_streams_with_numbered_events(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.mind = lambda _: Thought("On it.", (Call("generate_image", {"prompt": "a hill"}),))
    stream = await client.responses.create(
        model=LUNA, input="hi", tools=TOOLS, stream=True, store=False, reasoning={"effort": "none"}
    )
    events = [event async for event in stream]
    declared(events)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = list(dict.fromkeys(event.type for event in events))
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.completed",
    ]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.usage
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "On it."
    written = "".join(event.delta for event in events if event.type == "response.function_call_arguments.delta")
    assert json.loads(written) == {"prompt": "a hill"}
    assert events[0].type == "response.created"
    assert events[0].response.output == []


async def test_the_sdk_stream_helper_follows(client: AsyncOpenAI) -> None:
    async with client.responses.stream(model=LUNA, input="a picture of a hill", tools=TOOLS, store=False) as stream:
        final = await stream.get_final_response()
    assert final.output[0].type == "reasoning"
    assert final.output[1].type == "function_call"


async def test_refusals_failures_and_cut_answers(server: OpenAIServer, client: AsyncOpenAI) -> None:
    async def last(**more: Any) -> Any:
        stream = await client.responses.create(model=LUNA, input="hi", stream=True, **more)
        return [event async for event in stream]

    server.mind = lambda _: Refusal("No.")
    events = await last()
    assert "response.refusal.delta" in {event.type for event in events}
    assert events[-1].response.output[-1].content[0].refusal == "No."
    server.mind = lambda _: Thought(error="The model crashed.")
    events = await last()
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.message == "The model crashed."
    server.mind = lambda _: "word " * 100
    events = await last(max_output_tokens=80)
    assert events[-1].type == "response.incomplete"
    assert events[-1].response.incomplete_details.reason == "max_output_tokens"
    assert events[-1].response.usage.output_tokens == 80
    thinking = await client.responses.create(model=LUNA, input="hi", max_output_tokens=20)
    assert [item.type for item in thinking.output] == ["reasoning"]
    assert thinking.status == "incomplete"


async def test_the_mind_sees_the_conversation_and_may_be_async(server: OpenAIServer, client: AsyncOpenAI) -> None:
    asked: list[Asked] = []

    async def mind(each: Asked) -> str:
        asked.append(each)
        return "ok"

    server.mind = mind
    content: Any = [{"type": "input_text", "text": "look"}, {"type": "input_image", "image_url": data_url(picture())}]
    items: Any = [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": content},
        {"role": "assistant", "content": "I see."},
        call_item(),
        output_item(output=[{"type": "input_text", "text": "done"}]),
        user("again"),
    ]
    await client.responses.create(model=LUNA, instructions="Be brief.", input=items, tool_choice="none", tools=TOOLS)
    (seen_by_mind,) = asked
    assert [line.role for line in seen_by_mind.lines] == [
        "system",
        "system",
        "user",
        "assistant",
        "assistant",
        "tool",
        "user",
    ]
    assert (seen_by_mind.lines[2].images, seen_by_mind.lines[5].text) == (1, "done")
    assert (seen_by_mind.newest, seen_by_mind.tool_choice) == ("again", "none")


async def test_tool_choice_and_one_call_at_a_time(client: AsyncOpenAI) -> None:
    async def calls(**more: Any) -> list[str]:
        wish = "a picture of a hill and a video of the sea"
        made = await client.responses.create(model=LUNA, input=wish, tools=TOOLS, **more)
        return [item.name for item in made.output if item.type == "function_call"]

    assert await calls() == ["generate_image", "generate_video"]
    assert await calls(parallel_tool_calls=False) == ["generate_image"]
    assert await calls(tool_choice="none") == []
    forced: Any = {"type": "function", "name": "upscale"}
    hello = await client.responses.create(model=LUNA, input="hm", tools=[TOOLS[4]], tool_choice=forced)
    assert hello.output[-1].type == "function_call"


async def test_stored_answers_may_be_continued_and_others_not(client: AsyncOpenAI) -> None:
    stored = await client.responses.create(model=LUNA, input="a hill", store=True)
    await client.responses.create(model=LUNA, input="and?", previous_response_id=stored.id)
    unstored = await client.responses.create(model=LUNA, input="a hill", store=False)
    following = client.responses.create(model=LUNA, input="and?", previous_response_id=unstored.id)
    await refused(following, 400, "previous_response_not_found", "previous_response_id")


async def test_a_long_prompt_is_read_from_the_cache_the_second_time(client: AsyncOpenAI) -> None:
    used = [
        (await client.responses.create(model=LUNA, instructions="x" * 8_000, input=text)).usage for text in ("a", "b")
    ]
    cached = [each.input_tokens_details.cached_tokens for each in used if each]
    assert cached[0] == 0
    assert cached[1] >= 1_920
    assert cached[1] % 128 == 0


async def test_a_structured_answer_fits_its_schema(client: AsyncOpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"title": TEXT, "tags": {"type": "array", "items": TEXT}},
        "required": ["title", "tags"],
        "additionalProperties": False,
    }
    shape: Any = {"format": {"type": "json_schema", "name": "title", "strict": True, "schema": schema}}
    made = await client.responses.create(model=LUNA, input="hi", text=shape)
    assert set(json.loads(made.output_text)) == {"title", "tags"}
    loose: Any = {"format": {"type": "json_schema", "name": "t", "strict": True, "schema": {"type": "object"}}}
    await refused(
        client.responses.create(model=LUNA, input="hi", text=loose), 400, "invalid_json_schema", "text.format.schema"
    )


BAD_RESPONSES: list[tuple[dict[str, Any], int, str | None, str | None]] = [
    ({"input": []}, 400, "missing_required_parameter", "input"),
    ({"model": "gpt-7"}, 404, "model_not_found", None),
    ({"extra_body": {"messages": []}}, 400, "unknown_parameter", "messages"),
    ({"extra_body": {"reasoning_effort": "low"}}, 400, "unknown_parameter", "reasoning_effort"),
    ({"input": [user("x") | {"name": "ada"}]}, 400, "unknown_parameter", "input[0].name"),
    ({"input": [{"role": "tool", "content": "x"}]}, 400, "invalid_value", "input[0].role"),
    ({"input": [{"type": "tool_result", "content": "x"}]}, 400, "invalid_value", "input[0].type"),
    ({"input": [user("x"), output_item()]}, 400, None, "input"),
    ({"input": [user("x"), call_item()]}, 400, None, "input"),
    ({"input": [user("x"), output_item(), call_item()]}, 400, None, "input"),
    ({"input": [{"type": "function_call_output", "output": "x"}]}, 400, None, "input"),
    ({"input": [call_item() | {"arguments": {}}, output_item()]}, 400, "invalid_type", "input[0].arguments"),
    ({"input": [call_item() | {"parsed": 1}, output_item()]}, 400, "unknown_parameter", "input[0].parsed"),
    ({"input": [call_item() | {"id": "call_1"}, output_item()]}, 400, "invalid_value", "input[0].id"),
    ({"input": [call_item("c" * 65), output_item("c" * 65)]}, 400, "string_above_max_length", "input[0].call_id"),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        400,
        "invalid_value",
        "input[0].content[0].type",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        400,
        "invalid_value",
        "input[0].content[0].type",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "http://localhost/a"}]}]},
        400,
        "invalid_image_url",
        "input[0].content[0].image_url",
    ),
    ({"input": [{"type": "reasoning", "id": "rs_1", "summary": []}], "store": False}, 404, None, "input"),
    (
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "made up"}]},
        400,
        "invalid_encrypted_content",
        None,
    ),
    ({"input": [{"type": "item_reference", "id": "msg_1"}], "store": False}, 404, None, "input"),
    ({"max_output_tokens": 8}, 400, "integer_below_min_value", "max_output_tokens"),
    ({"temperature": 0.2}, 400, "unsupported_parameter", "temperature"),
    ({"temperature": 0}, 400, "unsupported_parameter", "temperature"),
    ({"model": "gpt-4o", "temperature": 3}, 400, "decimal_above_max_value", "temperature"),
    ({"model": "gpt-4o", "reasoning": {"effort": "low"}}, 400, "unsupported_parameter", "reasoning.effort"),
    ({"reasoning": {"effort": "minimal"}}, 400, "unsupported_value", "reasoning.effort"),
    ({"model": "gpt-6-astra", "reasoning": {"effort": "none"}}, 400, "unsupported_value", "reasoning.effort"),
    ({"model": "gpt-4o", "include": ["reasoning.encrypted_content"]}, 400, None, "include"),
    ({"stream_options": {"include_obfuscation": False}}, 400, None, "stream_options"),
    ({"safety_identifier": "u" * 129}, 400, "string_above_max_length", "safety_identifier"),
    ({"metadata": {str(i): "x" for i in range(17)}}, 400, "object_above_max_properties", "metadata"),
    ({"tool_choice": "required"}, 400, None, "tool_choice"),
    ({"tools": TOOLS, "tool_choice": {"type": "function", "name": "sing"}}, 400, None, "tool_choice"),
    ({"tools": [*CHAT_TOOLS]}, 400, "unknown_parameter", "tools[0].function"),
    ({"tools": [tool("a b")]}, 400, "invalid_value", "tools[0].name"),
    ({"tools": [tool(f"t{i}") for i in range(129)]}, 400, "array_above_max_length", "tools"),
    ({"background": True}, 400, "unsupported_parameter", "background"),
]


@pytest.mark.parametrize(("given", "status", "code", "param"), BAD_RESPONSES)
async def test_responses_refuse(
    server: OpenAIServer,
    client: AsyncOpenAI,
    given: dict[str, Any],
    status: int,
    code: str | None,
    param: str | None,
) -> None:
    asked: dict[str, Any] = {"model": LUNA, "input": "hi"} | given
    await refused(client.responses.create(**asked), status, code, param)
    assert not server.paid


def broken(**changes: Any) -> dict[str, Any]:
    made = tool("t", prompt=TEXT)
    made["parameters"] = made["parameters"] | changes
    return made


BAD_SCHEMAS: list[tuple[dict[str, Any], str]] = [
    (broken(required=[]), "Missing 'prompt'"),
    (broken(required=["prompt", "x"]), "Extra required key 'x'"),
    (broken(additionalProperties=True), "'additionalProperties' is required"),
    (broken(type="array"), "type: "),
    (broken(anyOf=[TEXT]), "anyOf"),
    (broken(patternProperties={}), "'patternProperties' is not permitted"),
    (tool("t", prompt=TEXT | {"default": "x"}), "'default' is not permitted"),
    (tool("t", prompt=TEXT | {"minLength": 1}), "'minLength' is not permitted"),
    (tool("t", prompt=TEXT | {"maxLength": 9}), "'maxLength' is not permitted"),
    (tool("t", prompt=TEXT | {"format": "uri"}), "'uri' is not a valid format"),
    (tool("t", n={"type": "integer", "format": "int32"}), "'format' is not permitted"),
    (tool("t", x={"oneOf": [TEXT]}), "schema must have a 'type' key"),
    (tool("t", x={"type": "string", "allOf": [TEXT]}), "'allOf' is not permitted"),
    (tool("t", x={"description": "anything"}), "schema must have a 'type' key"),
    (tool("t", x={"type": "array"}), "array schema missing items"),
    (tool("t", x={"type": "array", "items": TEXT, "uniqueItems": True}), "'uniqueItems' is not permitted"),
    (tool("t", x={"type": "object", "properties": {}}), "'additionalProperties' is required"),
    (tool("t", x={"$ref": "#/$defs/Y", "description": "y"}), "$ref cannot have keywords"),
    (tool("t", x={"$ref": "#/$defs/Y"}), "reference can only point"),
]


@pytest.mark.parametrize(("given", "says"), BAD_SCHEMAS)
async def test_strict_tools_refuse(client: AsyncOpenAI, given: Any, says: str) -> None:
    asked = client.responses.create(model=LUNA, input="hi", tools=[given])
    error = await refused(asked, 400, "invalid_function_parameters", "tools[0].parameters")
    assert says in error.message
    loose = given | {"strict": False}
    if given["parameters"]["type"] == "object":
        await client.responses.create(model=LUNA, input="hi", tools=[loose])


@pytest.mark.parametrize("strict", [True, False])
async def test_no_tool_takes_what_is_no_schema(client: AsyncOpenAI, strict: bool) -> None:
    for given in (broken(required=5), tool("t", x={"type": "text"}), broken(type="array")):
        asked = client.responses.create(model=LUNA, input="hi", tools=[given | {"strict": strict}])  # type: ignore[list-item]
        await refused(asked, 400, "invalid_function_parameters", "tools[0].parameters")


async def test_strict_tools_take_what_the_guide_lists(client: AsyncOpenAI) -> None:
    rich = tool(
        "t",
        size={"type": "number", "minimum": 1, "maximum": 9, "multipleOf": 2},
        tag={"type": "string", "pattern": "^a+$", "description": "A tag."},
        mail={"type": ["string", "null"], "format": "email"},
        word={"enum": ["a", "b"], "type": "string", "title": "Word"},
        many={"type": "array", "items": {"$ref": "#/$defs/Y"}, "minItems": 1, "maxItems": 3},
        either={"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]},
    )
    rich["parameters"]["$defs"] = {
        "Y": {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    }
    await client.responses.create(model=LUNA, input="hi", tools=[rich])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ("Draw me three pictures of a fox", ["generate_image"] * 3),
        ('Say "good night"', ["generate_speech"]),
        (
            "a video of the sea and a picture of a hill and say hello",
            ["generate_video", "generate_image", "generate_speech"],
        ),
        ("a lighthouse at dusk", ["generate_image"]),
    ],
)
async def test_the_default_mind_reads_wishes(client: AsyncOpenAI, wish: str, names: list[str]) -> None:
    made = await client.responses.create(model=LUNA, input=wish, tools=TOOLS)
    assert [item.name for item in made.output if item.type == "function_call"] == names


@pytest.mark.parametrize(
    ("wish", "name", "field"), [("make it darker", "edit_image", "image"), ("upscale it", "upscale", "asset")]
)
async def test_the_default_mind_refines_what_was_made(client: AsyncOpenAI, wish: str, name: str, field: str) -> None:
    made_before = json.dumps({"asset_id": "0" * 31 + "a", "kind": "image"})
    items: Any = [user("a hill"), call_item(), output_item(output=made_before), user(wish)]
    made = await client.responses.create(model=LUNA, input=items, tools=TOOLS)
    call = made.output[-1]
    assert call.type == "function_call"
    assert call.name == name
    assert json.loads(call.arguments)[field] == "0" * 31 + "a"


async def test_a_mind_may_write_broken_arguments(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.mind = lambda _: [Call("generate_image", '{"prompt": ')]
    made = await client.responses.create(model=LUNA, input="hi", tools=TOOLS)
    assert made.output[-1].type == "function_call"
    assert made.output[-1].arguments == '{"prompt": '


# ---- chat completions


async def test_a_wish_on_the_other_wire(server: OpenAIServer, client: AsyncOpenAI) -> None:
    messages: list[Any] = [{"role": "system", "content": "Be brief."}, user("a picture of a lighthouse")]
    kept: Any = {"model": LUNA, "tools": CHAT_TOOLS, "reasoning_effort": "none"}
    first = await client.chat.completions.create(messages=messages, **kept)
    declared(first)
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls
    call = choice.message.tool_calls[0]
    assert call.type == "function"
    assert json.loads(call.function.arguments)["prompt"] == "a lighthouse"
    messages.append({"role": "assistant", "tool_calls": [call.model_dump()]})
    messages.append({"role": "tool", "tool_call_id": call.id, "content": '{"asset_id": "a1"}'})
    second = await client.chat.completions.create(messages=messages, **kept)
    assert second.choices[0].message.content == "Here it is."
    assert second.choices[0].finish_reason == "stop"
    assert server.paid == {Route.CHAT: 2}


async def test_chat_streams(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=LUNA,
        messages=[user("a picture of a lighthouse")],
        tools=CHAT_TOOLS,
        reasoning_effort="none",
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    declared(chunks)
    assert chunks[-1].usage
    assert chunks[-1].choices == []
    deltas = [call for chunk in chunks[:-1] for call in chunk.choices[0].delta.tool_calls or ()]
    assert deltas[0].id
    written = "".join(delta.function.arguments or "" for delta in deltas if delta.function)
    assert json.loads(written)["prompt"] == "a lighthouse"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1] if chunk.choices[0].finish_reason] == ["tool_calls"]


async def test_chat_refuses_kindly_and_is_cut(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.mind = lambda _: Refusal("No.")
    refusal = await client.chat.completions.create(model=LUNA, messages=[user("hi")])
    assert refusal.choices[0].message.refusal == "No."
    server.mind = lambda _: "word " * 100
    cut = await client.chat.completions.create(model=LUNA, messages=[user("hi")], max_completion_tokens=80)
    assert cut.choices[0].finish_reason == "length"
    server.mind = lambda _: Thought(error="The model crashed.")
    await refused(client.chat.completions.create(model=LUNA, messages=[user("hi")]), 500)


def assistant_call(call_id: str = "call_1") -> dict[str, Any]:
    function = {"name": "generate_image", "arguments": "{}"}
    return {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]}


def tool_message(call_id: str = "call_1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "{}"}


BAD_CHATS: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"tools": CHAT_TOOLS}, None, "reasoning_effort"),
    ({"tools": CHAT_TOOLS, "reasoning_effort": "low"}, None, "reasoning_effort"),
    ({"model": "gpt-5.6-terra", "tools": CHAT_TOOLS}, None, "reasoning_effort"),
    ({"model": "gpt-5.4", "tools": CHAT_TOOLS, "reasoning_effort": "low"}, None, "reasoning_effort"),
    ({"model": "gpt-6-astra", "tools": CHAT_TOOLS}, None, "reasoning_effort"),
    (
        {"model": "gpt-6-astra", "tools": CHAT_TOOLS, "reasoning_effort": "none"},
        "unsupported_value",
        "reasoning_effort",
    ),
    (
        {"model": "gpt-6.1-sol", "tools": CHAT_TOOLS, "reasoning_effort": "none"},
        "unsupported_value",
        "reasoning_effort",
    ),
    ({"messages": []}, "missing_required_parameter", "messages"),
    ({"messages": [user("x"), tool_message()]}, None, "messages.[1].role"),
    ({"messages": [user("x"), assistant_call(), tool_message("call_2")]}, None, "messages.[2].role"),
    ({"messages": [user("x"), assistant_call(), user("y")]}, None, "messages"),
    ({"messages": [user("x"), assistant_call()]}, None, "messages"),
    ({"messages": [user("x"), assistant_call(), tool_message(), tool_message()]}, None, "messages.[3].role"),
    ({"messages": [{"role": "assistant", "content": None}]}, None, "messages.[0].content"),
    ({"messages": [{"role": "assistant", "content": "x", "tool_calls": []}]}, "empty_array", "messages[0].tool_calls"),
    ({"messages": [user("x") | {"id": "1"}]}, "unknown_parameter", "messages[0].id"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "invalid_value", "messages[0].role"),
    ({"max_tokens": 50}, "unsupported_parameter", "max_tokens"),
    ({"temperature": 0.2}, "unsupported_parameter", "temperature"),
    ({"stream_options": {"include_usage": True}}, None, "stream_options"),
    ({"extra_body": {"input": "x"}}, "unknown_parameter", "input"),
    ({"tools": TOOLS, "reasoning_effort": "none"}, "unknown_parameter", "tools[0].name"),
]


@pytest.mark.parametrize(("given", "code", "param"), BAD_CHATS)
async def test_chat_refuses(
    server: OpenAIServer, client: AsyncOpenAI, given: dict[str, Any], code: str | None, param: str | None
) -> None:
    asked: dict[str, Any] = {"model": LUNA, "messages": [user("hi")]} | given
    await refused(client.chat.completions.create(**asked), 400, code, param)
    assert not server.paid


@pytest.mark.parametrize("model", ["gpt-5.4", "gpt-4o-mini"])
async def test_chat_takes_tools_where_the_model_does(client: AsyncOpenAI, model: str) -> None:
    tools: Any = CHAT_TOOLS
    made = await client.chat.completions.create(model=model, messages=[user("a picture of a hill")], tools=tools)
    assert made.choices[0].finish_reason == "tool_calls"


# ---- realtime

EVENT: TypeAdapter[RealtimeServerEvent] = TypeAdapter(RealtimeServerEvent)
READ_ALOUD: Any = {
    "type": "realtime",
    "output_modalities": ["audio"],
    "instructions": "Read the text aloud, word for word.",
    "audio": {"output": {"voice": "cedar", "format": {"type": "audio/pcm", "rate": 24_000}}},
}


def said_by_user(text: str) -> Any:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


async def talk(connection: Any, text: str, session: Any = READ_ALOUD) -> list[Any]:
    """Set up, ask, and collect all events to the end of the response, each checked against the SDK's types."""
    if session:
        await connection.session.update(session=session)
    await connection.conversation.item.create(item=said_by_user(text))
    await connection.response.create()
    return await collected(connection)


async def collected(connection: Any) -> list[Any]:
    events = []
    async with asyncio.timeout(5):
        while not events or events[-1].type not in ("response.done", "error"):
            event = await connection.recv()
            EVENT.validate_python(event.to_dict())
            declared(event)
            events.append(event)
    return events


async def test_realtime_speaks_word_for_word(server: OpenAIServer, client: AsyncOpenAI) -> None:
    async with client.realtime.connect(model=REALTIME) as connection:
        events = await talk(connection, "Good morning, dear fox.")
    kinds = list(dict.fromkeys(event.type for event in events))
    assert kinds == [
        "session.created",
        "session.updated",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    pcm = b"".join(base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta")
    assert len(pcm) / 48_000 == pytest.approx(23 / 15, abs=0.05)
    (transcript,) = [event.transcript for event in events if event.type == "response.output_audio_transcript.done"]
    assert transcript == "Good morning, dear fox."
    done = events[-1].response
    assert (done.status, done.audio.output.voice) == ("completed", "cedar")
    assert done.usage.output_token_details.audio_tokens == round(len(pcm) / 48_000 * 20)
    heard = await client.audio.transcriptions.create(model="gpt-transcribe", file=("a.wav", wav(pcm)))
    assert heard.text == "Good morning, dear fox."
    (call,) = server.calls_of(Route.REALTIME)
    assert [event["type"] for event in call.body] == ["session.update", "conversation.item.create", "response.create"]
    assert server.paid[Route.REALTIME] == 1


async def test_realtime_answers_when_not_told_to_read_and_may_reword(server: OpenAIServer, client: AsyncOpenAI) -> None:
    async with client.realtime.connect(model=REALTIME) as connection:
        events = await talk(connection, "Good morning.", None)
    assert events[-1].response.output[0].content[0].transcript == "Sure! You said: Good morning."
    server.world.speaker = lambda instructions, text: text.replace("morning", "day")
    async with client.realtime.connect(model=REALTIME) as connection:
        events = await talk(connection, "Good morning.")
    assert events[-1].response.output[0].content[0].transcript == "Good day."


async def test_realtime_may_write_and_stop_early(client: AsyncOpenAI) -> None:
    async with client.realtime.connect(model=REALTIME) as connection:
        events = await talk(connection, "hello", READ_ALOUD | {"output_modalities": ["text"]})
        assert "response.output_text.done" in [event.type for event in events]
        await connection.conversation.item.create(item=said_by_user("x" * 600))
        await connection.response.create(response={"max_output_tokens": 100, "output_modalities": ["audio"]})
        events = await collected(connection)
    assert events[-1].response.status == "incomplete"
    assert events[-1].response.status_details.reason == "max_output_tokens"
    pcm = sum(len(base64.b64decode(event.delta)) for event in events if event.type == "response.output_audio.delta")
    assert pcm == 5 * 48_000


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"audio": {"output": {"voice": "nova"}}}, "invalid_value", "session.audio.output.voice"),
        ({"audio": {"output": {"format": {"type": "audio/mp3"}}}}, "invalid_value", "session.audio.output.format.type"),
        ({"audio": {"output": {"speed": 2.0}}}, "decimal_above_max_value", "session.audio.output.speed"),
        ({"output_modalities": ["audio", "text"]}, "invalid_value", "session.output_modalities"),
        ({"modalities": ["audio"]}, "unknown_parameter", "session.modalities"),
        ({"voice": "cedar"}, "unknown_parameter", "session.voice"),
        ({"max_output_tokens": 5_000}, "integer_above_max_value", "session.max_output_tokens"),
    ],
)
async def test_realtime_refuses_and_stays_open(client: AsyncOpenAI, change: Any, code: str, param: str) -> None:
    async with client.realtime.connect(model=REALTIME) as connection:
        await connection.recv()
        await connection.send({"type": "session.update", "session": {"type": "realtime"} | change, "event_id": "mine"})  # type: ignore[typeddict-item]
        error = await connection.recv()
        assert error.type == "error"
        assert (error.error.code, error.error.param, error.error.event_id) == (code, param, "mine")
        assert (await talk(connection, "hello"))[-1].type == "response.done"


async def test_realtime_keeps_its_voice_and_one_response_at_a_time(client: AsyncOpenAI) -> None:
    async with client.realtime.connect(model=REALTIME) as connection:
        await talk(connection, "hello")
        await connection.session.update(session={"type": "realtime", "audio": {"output": {"voice": "ash"}}})
        events = await collected(connection)
        assert events[-1].error.code == "cannot_update_voice"
        await connection.response.cancel()
        assert (await collected(connection))[-1].error.code == "response_cancel_not_active"


async def test_realtime_refuses_strangers_and_dead_models(server: OpenAIServer, client: AsyncOpenAI) -> None:
    async with client_of(server, "sk-live-0000000000000000") as stranger:
        with pytest.raises(InvalidStatus) as caught:
            await stranger.realtime.connect(model=REALTIME).enter()
    assert caught.value.response.status_code == 401
    async with client.realtime.connect(model="gpt-4o-realtime-preview") as connection:
        error = await connection.recv()
        assert error.type == "error"
        assert error.error.code == "model_not_found"
        with pytest.raises(ConnectionClosed):
            await connection.recv()


async def test_realtime_faults(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.script(Route.REALTIME, RateLimited(), Drop(), Truncated(), Hang(), Empty(), Slow(0.1))
    with pytest.raises(InvalidStatus) as caught:
        await client.realtime.connect(model=REALTIME).enter()
    assert caught.value.response.status_code == 429
    for _ in range(2):
        async with client.realtime.connect(model=REALTIME) as connection:
            with pytest.raises(ConnectionClosed):
                await talk(connection, "hello " * 60)
    async with client.realtime.connect(model=REALTIME) as connection:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await talk(connection, "hello")
    for expected in (0, 1):
        async with client.realtime.connect(model=REALTIME) as connection:
            events = await talk(connection, "hello")
        assert sum(event.type == "response.output_audio.delta" for event in events) == expected
    assert server.paid[Route.REALTIME] == 5


# ---- faults


def generate(client: AsyncOpenAI) -> Any:
    return client.images.generate(model=FLARE, prompt="a barn", size=SMALL, quality="low")


AMBIGUOUS: list[tuple[Any, type[Exception]]] = [
    (Status(500), openai.InternalServerError),
    (Status(502), openai.InternalServerError),
    (GatewayPage(), openai.InternalServerError),
    (Hang(), openai.APITimeoutError),
    (Slow(5), openai.APITimeoutError),
    (Drop(), openai.APIConnectionError),
    (BrokenJson(), Exception),
    (Empty(), Exception),
    (Truncated(), openai.APIConnectionError),
]


@pytest.mark.parametrize(("fault", "raises"), AMBIGUOUS)
async def test_a_lost_answer_is_billed_and_then_all_is_normal(
    server: OpenAIServer, fault: Any, raises: type[Exception]
) -> None:
    server.script(Route.IMAGES_GENERATE, fault)
    async with client_of(server, timeout=0.3) as client:
        with pytest.raises(raises):
            await generate(client)
        assert server.paid == {Route.IMAGES_GENERATE: 1}
        assert server.scripted(Route.IMAGES_GENERATE) == 0
        await generate(client.with_options(timeout=10))
    assert server.paid == {Route.IMAGES_GENERATE: 2}
    assert [call.paid for call in server.calls] == [True, True]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (RateLimited(2.5), 429, "rate_limit_exceeded"),
        (InsufficientQuota(), 429, "insufficient_quota"),
        (Unauthorized(), 401, "invalid_api_key"),
        (Status(503), 503, None),
        (Status(500, billed=False), 500, None),
    ],
)
async def test_a_refusal_is_not_billed(
    server: OpenAIServer, client: AsyncOpenAI, fault: Any, status: int, code: str | None
) -> None:
    server.script("images.generate", fault, fault)
    for _ in range(2):
        error = await refused(generate(client), status, code)
    assert not server.paid
    if isinstance(fault, RateLimited):
        assert error.response.headers["retry-after"] == "2.5"
    await generate(client)
    assert server.paid.total() == 1


async def test_an_invalid_request_is_refused_before_any_fault(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.script(Route.IMAGES_GENERATE, Drop())
    await refused(client.images.generate(model=FLARE, prompt="x", n=99), 400, "integer_above_max_value", "n")
    assert not server.paid


async def test_the_sdks_own_retries_are_paid_three_times(server: OpenAIServer) -> None:
    server.script(Route.IMAGES_GENERATE, *[Status(500, retry_after_s=0.01)] * 3)
    async with client_of(server, max_retries=2) as client:
        with pytest.raises(openai.InternalServerError):
            await generate(client)
    assert server.paid == {Route.IMAGES_GENERATE: 3}
    assert [call.idempotency_key for call in server.calls] == [None] * 3
    assert server.calls[0].at_s <= server.calls[1].at_s <= time.monotonic()


@pytest.mark.parametrize("fault", [Truncated(), Drop()])
async def test_a_stream_may_break_off(server: OpenAIServer, client: AsyncOpenAI, fault: Any) -> None:
    server.script(Route.RESPONSES, fault)
    with pytest.raises(openai.APIConnectionError):
        async for _ in await client.responses.create(model=LUNA, input="a hill", stream=True):
            pass
    server.script(Route.SPEECH, fault)
    with pytest.raises((openai.APIConnectionError, Exception)):
        async with client.audio.speech.with_streaming_response.create(model=TTS, voice="nova", input="hello") as answer:
            async for _ in answer.iter_bytes():
                pass
    assert server.paid == {Route.RESPONSES: 1, Route.SPEECH: 1}


async def test_a_slow_answer_arrives(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.script(Route.IMAGES_GENERATE, Slow(0.2))
    began = time.monotonic()
    await generate(client)
    assert time.monotonic() - began >= 0.2


async def test_stopping_refuses_connections_and_starting_heals(server: OpenAIServer, client: AsyncOpenAI) -> None:
    server.script(Route.IMAGES_GENERATE, Hang())
    waiting = asyncio.create_task(generate(client))
    while not server.paid:
        await asyncio.sleep(0.01)
    await server.stop()
    with pytest.raises(openai.APIConnectionError):
        await waiting
    with pytest.raises(openai.APIConnectionError):
        await generate(client)
    await server.start()
    await generate(client)
    assert server.paid.total() == 2


async def test_the_journal_tells_what_was_asked(server: OpenAIServer, client: AsyncOpenAI) -> None:
    await client.images.generate(model=FLARE, prompt="a barn", size=SMALL, extra_headers={"Idempotency-Key": "k1"})
    await refused(client.images.generate(model=FLARE, prompt="x", n=99), 400, "integer_above_max_value", "n")
    first, second = server.calls_of("images.generate")
    assert first.body == {"model": FLARE, "prompt": "a barn", "size": SMALL}
    assert (first.idempotency_key, first.status, first.paid) == ("k1", 200, True)
    assert (second.status, second.paid) == (400, False)


async def test_a_crash_of_the_mind_is_no_providers_error(server: OpenAIServer, client: AsyncOpenAI) -> None:
    def mind(_: Asked) -> str:
        raise AssertionError("a test's own claim")

    def speaker(instructions: str, text: str) -> str:
        raise LookupError(text)

    server.mind, server.world.speaker = mind, speaker
    with pytest.raises(openai.InternalServerError):
        await client.responses.create(model=LUNA, input="hi")
    with pytest.raises(AssertionError, match="own claim"):
        await server.stop()
    await server.start()
    async with client.realtime.connect(model=REALTIME) as connection:
        with pytest.raises(ConnectionClosed):
            await talk(connection, "hello")
    with pytest.raises(LookupError, match="hello"):
        await server.stop()


# ---- compatible servers


async def test_a_compatible_server_answers_with_links_and_needs_no_key() -> None:
    async with OpenAIServer("localai") as server, client_of(server, "nothing") as client:
        made = await client.images.generate(model="flux.1-dev", prompt="a barn", size="320x200", n=2)
        assert made.data
        assert made.data[0].b64_json is None
        assert made.usage is None
        async with aiohttp.ClientSession() as http, http.get(made.data[0].url or "") as answer:
            assert Image.open(io.BytesIO(await answer.read())).size == (320, 200)
            assert answer.content_type == "image/png"
        async with aiohttp.ClientSession() as http, http.get(f"{server.base_url[:-3]}/files/none.png") as answer:
            assert answer.status == 404
        inline = await client.images.generate(model="flux.1-dev", prompt="a barn", response_format="b64_json")
        assert inline.data
        assert opened(inline.data[0].b64_json).size == (512, 512)
        assert server.paid == {Route.IMAGES_GENERATE: 2}


async def test_a_compatible_server_names_the_field_it_does_not_know() -> None:
    server = OpenAIServer("localai", refuses=frozenset({"quality"}))
    async with server, client_of(server) as client:
        with pytest.raises(openai.BadRequestError, match='unknown field "quality"'):
            await client.images.generate(model="flux.1-dev", prompt="a barn", quality="high")
        await client.images.generate(model="flux.1-dev", prompt="a barn", background="auto")
        assert server.paid.total() == 1


async def test_a_compatible_server_speaks_chat_alone() -> None:
    async with OpenAIServer("localai") as server, client_of(server) as client:
        with pytest.raises(openai.NotFoundError):
            await client.responses.create(model="qwen3-8b", input="hi")
        tools: Any = CHAT_TOOLS
        made = await client.chat.completions.create(
            model="qwen3-8b", messages=[user("a picture of a hill")], tools=tools, temperature=0.1, max_tokens=200
        )
        assert made.choices[0].message.tool_calls
        spoken = await client.audio.speech.create(model="kokoro", voice="af_sky", input="hello")
        assert spoken.content[:4] == b"RIFF"
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="gpt-6-luna", messages=[user("hi")])
