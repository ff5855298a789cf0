"""Real audio files with a tone as long as the text would take to say."""

import array
import functools
import io
import math
import struct
from zlib import crc32

import av

RATE = 24_000
CHARS_PER_S = 15
SAMPLE_BYTES = 2
CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_CODECS = {"mp3": ("mp3", "libmp3lame"), "opus": ("ogg", "libopus"), "aac": ("adts", "aac"), "flac": ("flac", "flac")}
_PITCHES = (200, 240, 250, 300, 320, 375, 400, 480)
"""Divisors of the rate: a period is a whole number of samples."""


def duration_s(text: str, speed: float = 1.0) -> float:
    """How long a text takes."""
    return max(0.2, len(text) / CHARS_PER_S / speed)


def tone(text: str, voice: str = "", speed: float = 1.0) -> bytes:
    """PCM16 mono of 24 kHz; voice and text choose the pitch, and the first samples are the text's own."""
    seed = crc32(f"{voice}:{text}".encode())
    period = _period(_PITCHES[seed % len(_PITCHES)])
    wanted = int(duration_s(text, speed) * RATE) * SAMPLE_BYTES
    mark = b"".join(struct.pack("<h", (seed >> shift & 15) * 100) for shift in range(0, 32, 4))
    return (mark + period * (wanted // len(period) + 1))[:wanted]


@functools.lru_cache(32)
def encode(pcm: bytes, kind: str) -> bytes:
    """The samples in one of the six formats."""
    if kind == "pcm":
        return pcm
    if kind == "wav":
        return streamed_wav(pcm)
    container, codec = _CODECS[kind]
    return _encoded(pcm, container, codec)


def streamed_wav(pcm: bytes) -> bytes:
    """A WAV whose two lengths are 0xFFFFFFFF, as the platform streams it (speaches-ai/speaches#493)."""
    unknown = 0xFFFFFFFF
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", unknown, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return head + struct.pack("<4sI", b"data", unknown) + pcm


def samples_of(data: bytes) -> bytes:
    """The samples of a WAV, whatever its header says of their number; other bytes as they are."""
    start = data.find(b"data", 12)
    if data[:4] != b"RIFF" or start < 0:
        return data
    length = int.from_bytes(data[start + 4 : start + 8], "little")
    return data[start + 8 : start + 8 + length]


def measured_s(data: bytes) -> float | None:
    """The duration of any audio file; None when nothing can decode it."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            rate = container.streams.audio[0].rate
            return float(sum(frame.samples for frame in container.decode(container.streams.audio[0])) / rate)
    except (av.FFmpegError, IndexError):
        return None


@functools.cache
def _period(pitch: int) -> bytes:
    count = RATE // pitch
    wave = (round(9_000 * math.sin(2 * math.pi * i / count)) for i in range(count))
    return array.array("h", wave).tobytes()


def _encoded(pcm: bytes, container: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=RATE, frame_size=stream.frame_size or 1024
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // SAMPLE_BYTES)
        frame.planes[0].update(pcm)
        frame.rate = RATE
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return out.getvalue()
