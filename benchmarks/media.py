"""Small real files that carry the id of the step they were made for, so that an audit can tell whose they are."""

import wave
from functools import cache
from io import BytesIO
from pathlib import Path
from struct import pack
from zlib import crc32

import av
from PIL import Image

SIDE = 256
FRAMES = 8
RATE_HZ = 8_000


def picture(path: Path, mark: str) -> None:
    """A PNG with the mark as its comment, put before its last chunk."""
    body, end = _canvas()[:-12], _canvas()[-12:]
    comment = b"tEXt" + b"Comment\0" + mark.encode()
    path.write_bytes(body + pack(">I", len(comment) - 4) + comment + pack(">I", crc32(comment)) + end)


def sound(path: Path, mark: str) -> None:
    """A WAV of an eighth of a second whose first samples spell the mark."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE_HZ)
        file.writeframes(mark.encode().ljust(RATE_HZ // 8, b"\x80"))


def clip(path: Path, mark: str) -> None:
    """An MP4 with the mark in a box that players skip."""
    box = mark.encode()
    path.write_bytes(_film() + pack(">I4s", 8 + len(box), b"free") + box)


@cache
def _canvas() -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").resize((SIDE, SIDE)).save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _film() -> bytes:
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=FRAMES)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for shade in range(FRAMES):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 64), (shade * 30, 90, 160)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()
