"""Media that a request names: data URIs and URLs on loopback. Nothing outside this machine is ever fetched."""

import base64
import binascii
import io
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import av
from PIL import Image

DATA_URI = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)(?:;[\w=.+-]+)*?;base64,(?P<data>[A-Za-z0-9+/=]*)")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Unusable(Exception):
    """A source that a platform could not use, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """What a decoder finds in bytes."""

    kind: str
    """`image`, `video` or `audio`."""
    form: str
    """PNG, JPEG, WEBP ... for pictures, the container's name otherwise."""
    width: int = 0
    height: int = 0
    duration_s: float = 0
    fps: float = 0
    audio: bool = False


def decode_data_uri(uri: str) -> tuple[str, bytes]:
    """Media type and bytes."""
    match = DATA_URI.fullmatch(uri)
    if not match:
        raise Unusable("not a base64 data URI")
    try:
        return match["type"], base64.b64decode(match["data"], validate=True)
    except binascii.Error as error:
        raise Unusable("the base64 of the data URI is broken") from error


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def look(data: bytes) -> Medium:
    """Decodes far enough to know what it is."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return Medium(kind="image", form=str(picture.format), width=picture.width, height=picture.height)
    except (OSError, SyntaxError, ValueError):
        return _look_at_film(data)


def _look_at_film(data: bytes) -> Medium:
    try:
        with av.open(io.BytesIO(data)) as container:
            duration_s = (container.duration or 0) / av.time_base
            audio = bool(container.streams.audio)
            if not container.streams.video:
                return Medium(kind="audio", form=container.format.name, duration_s=duration_s, audio=audio)
            film = container.streams.video[0]
            next(container.decode(film))
            if film.duration and film.time_base:
                duration_s = float(film.duration * film.time_base)
            return Medium(
                kind="video",
                form=container.format.name,
                width=film.width,
                height=film.height,
                duration_s=duration_s,
                fps=float(film.average_rate or 24),
                audio=audio,
            )
    except (av.FFmpegError, StopIteration, ValueError, IndexError) as error:
        raise Unusable("no decoder knows this file") from error


async def fetch(url: str, *, limit_bytes: int, redirects: bool, strict: bool) -> tuple[str, bytes]:
    """Media type and bytes from a loopback URL. `strict` asks HEAD first and wants a length, as Runway does."""
    timeout = aiohttp.ClientTimeout(total=20)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            if strict:
                await _headed(session, url, limit_bytes)
            async with session.get(url, allow_redirects=redirects) as response:
                if response.status != 200:
                    raise Unusable(f"the URL answered {response.status}")
                data = await response.content.read(limit_bytes + 1)
                while len(data) <= limit_bytes and (more := await response.content.read(limit_bytes)):
                    data += more
                if len(data) > limit_bytes:
                    raise Unusable(f"the file is larger than {limit_bytes} bytes")
                return response.content_type, data
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unusable("the URL could not be fetched") from error


async def _headed(session: aiohttp.ClientSession, url: str, limit_bytes: int) -> None:
    async with session.head(url, allow_redirects=False) as response:
        if response.status != 200:
            raise Unusable(f"HEAD answered {response.status}")
        if response.content_length is None:
            raise Unusable("no Content-Length")
        if response.content_length > limit_bytes:
            raise Unusable(f"the file is larger than {limit_bytes} bytes")
