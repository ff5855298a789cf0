"""Small real files that any decoder takes: written into a folder, or as bytes of a wished size and length."""

import io
import math
import wave
from array import array
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
from PIL import Image, ImageOps

from core.providers.base import Kind, Made

SIZE = (64, 48)


def make(kind: Kind, folder: Path, name: str, seed: int, duration_s: float | None) -> Made:
    """A file of this kind; its colour or pitch comes from the seed."""
    match kind:
        case Kind.SPEECH:
            return speech(folder / f"{name}.wav", seed)
        case Kind.VIDEO:
            return video(folder / f"{name}.mp4", seed, duration_s or 1.0)
        case _:
            return image(folder / f"{name}.png", seed)


def image(path: Path, seed: int = 0) -> Made:
    picture(seed).save(path, "PNG")
    return Made(path=path, media_type="image/png", width=SIZE[0], height=SIZE[1], seed=seed)


def picture(seed: int = 0) -> Image.Image:
    return Image.new("RGB", SIZE, (seed & 255, seed >> 8 & 255, seed >> 16 & 255))


def speech(path: Path, seed: int = 0) -> Made:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(bytes((i * (seed % 7 + 1)) & 255 for i in range(4_000)))
    return Made(path=path, media_type="audio/wav", duration_s=0.5)


def video(path: Path, seed: int, duration_s: float) -> Made:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(2))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for i in range(max(1, round(duration_s * 2))):
            container.mux(stream.encode(av.VideoFrame.from_image(picture(seed + i))))
        container.mux(stream.encode())
    return Made(path=path, media_type="video/mp4", width=SIZE[0], height=SIZE[1], duration_s=duration_s, seed=seed)


# --- bytes of a wished size and length: H.264, AAC and the like, as a provider's own files ------------------------

MB = 1024 * 1024
FPS = 24
RATE = 48_000
Size = tuple[int, int]


@lru_cache(maxsize=64)
def png(size: Size = SIZE, seed: int = 0) -> bytes:
    return _saved(gradient(size, seed), "PNG", compress_level=1)


@lru_cache(maxsize=64)
def jpeg(size: Size = SIZE, seed: int = 0) -> bytes:
    return _saved(gradient(size, seed), "JPEG", quality=80)


@lru_cache(maxsize=64)
def webp(size: Size = SIZE, seed: int = 0) -> bytes:
    return _saved(gradient(size, seed), "WEBP", quality=60, method=0)


def gradient(size: Size, seed: int = 0) -> Image.Image:
    """Black to a colour that the seed decides: large pictures stay small files."""
    colour = (64 + (seed & 127), 64 + (seed >> 7 & 127), 64 + (seed >> 14 & 127))
    return ImageOps.colorize(Image.linear_gradient("L"), "black", colour).resize(size)


def _saved(picture: Image.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


@lru_cache(maxsize=64)
def mp4(size: Size = SIZE, duration_s: float = 1.0, *, audio: bool = False, seed: int = 0) -> bytes:
    """H.264, yuv420p, 24 frames a second; AAC beside it if wished. Sides must be even."""
    return _film("mp4", "libx264", {"preset": "ultrafast", "crf": "30"}, size, duration_s, "aac" if audio else "", seed)


@lru_cache(maxsize=16)
def webm(size: Size = SIZE, duration_s: float = 1.0, *, audio: bool = False, seed: int = 0) -> bytes:
    """VP8, 24 frames a second; Opus beside it if wished."""
    options = {"deadline": "realtime", "cpu-used": "8"}
    return _film("webm", "libvpx", options, size, duration_s, "libopus" if audio else "", seed)


def _film(
    form: str, codec: str, options: dict[str, str], size: Size, duration_s: float, sound: str, seed: int
) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        pictures = container.add_stream(codec, rate=FPS, options=options)
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        tone = container.add_stream(sound, rate=RATE, layout="mono") if sound else None
        frame = av.VideoFrame.from_image(gradient(size, seed)).reformat(format="yuv420p")
        frame.time_base = Fraction(1, FPS)
        for i in range(max(1, round(duration_s * FPS))):
            frame.pts = i
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        if tone:
            _sing(container, tone, duration_s, RATE)
    return out.getvalue()


@lru_cache(maxsize=64)
def mp3(duration_s: float = 0.5, rate: int = 44_100) -> bytes:
    return _sound("mp3", "libmp3lame", duration_s, rate)


@lru_cache(maxsize=16)
def ogg_opus(duration_s: float = 0.5) -> bytes:
    return _sound("ogg", "libopus", duration_s, RATE)


@lru_cache(maxsize=16)
def flac(duration_s: float = 0.5, rate: int = 44_100) -> bytes:
    return _sound("flac", "flac", duration_s, rate)


@lru_cache(maxsize=64)
def wav(duration_s: float = 0.5, rate: int = 24_000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(_tone(round(duration_s * rate), rate))
    return out.getvalue()


def _sound(form: str, codec: str, duration_s: float, rate: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        _sing(container, container.add_stream(codec, rate=rate, layout="mono"), duration_s, rate)
    return out.getvalue()


def _sing(
    container: av.container.OutputContainer, stream: av.audio.stream.AudioStream, duration_s: float, rate: int
) -> None:
    count = round(duration_s * rate)
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.planes[0].update(_tone(count, rate).ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _tone(samples: int, rate: int, hertz: int = 220) -> bytes:
    period = round(rate / hertz)
    once = array("h", (round(6_000 * math.sin(2 * math.pi * i / period)) for i in range(period)))
    return (once.tobytes() * (samples // period + 1))[: samples * 2]


def huge(size_bytes: int = 300 * MB, start: bytes = b"", chunk_bytes: int = 256 * 1024) -> Iterator[bytes]:
    """A file of this size, piece by piece, never whole in memory: the start given, then zeros."""
    blank = bytes(chunk_bytes)
    if start:
        yield start[:size_bytes]
    left = size_bytes - len(start)
    while left > 0:
        yield blank[: min(left, chunk_bytes)]
        left -= chunk_bytes
