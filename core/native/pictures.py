"""What is done to stored pictures and clips: thumbnails, posters, measuring. Runs in a media child."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from PIL import Image, ImageOps

from core.errors import Unsupported
from core.native.containers import media_type_of
from core.native.looks import look_of
from core.native.uploads import PIXEL_CAP, sanitise_upload

__all__ = ["look", "poster", "probe", "sanitise_upload", "thumbnail"]

Image.MAX_IMAGE_PIXELS = PIXEL_CAP

_ORIENTATION = 0x0112
_TURNED = range(5, 9)
POSTER_AT = 0.1
_WHOLE = 0.5
"""Less of a video than this share of the length it claims was cut off; sound may go on after the last picture."""
_WEBP: dict[str, Any] = {"format": "WEBP", "quality": 80, "method": 2}
"""As large as quality 82 by method 4, in less than half the time."""
_POSTER_SIZE = 512


def thumbnail(source: str, target: str | None = None, size: int = 512) -> dict[str, Any]:
    """A WebP that fits into `size` x `size`, upright, with its transparency. Returns width, height and look; without a
    target, the WebP itself as `data`.
    """
    with Image.open(source) as opened:
        opened.draft("RGB", (size, size))
        opened.load()
        ImageOps.exif_transpose(opened, in_place=True)
        return _save_small(opened, target, size)


def look(source: str) -> int | None:
    """What a small picture looks like."""
    with Image.open(source) as opened:
        return look_of(opened)


def probe(source: str) -> dict[str, Any]:
    """Measure a file: its media type, and width, height (as shown) and duration_s where it has them.

    Raises Unsupported for what no decoder knows, and for what was cut off on its way: the sums of a PNG must be right,
    any other picture is decoded, and the last pictures of a video must be there.
    """
    try:
        return _probe_picture(source)
    except (OSError, SyntaxError, ValueError):
        return _probe_clip(source)


def poster(source: str, target: str | None = None) -> dict[str, Any]:
    """A frame from a tenth into the video as a WebP of 512 pixels. Returns what `thumbnail` does."""
    return _save_small(frame_at(source, POSTER_AT, _POSTER_SIZE), target, _POSTER_SIZE)


def frame_at(source: str, share: float, size: int | None = None) -> Image.Image:
    """The video's upright frame at a share (0..1) of its duration; its last one where that lies behind the end.

    With a `size`, it comes made to fit into that square: that costs less before its colours are converted.
    """
    with av.open(source) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"  # for a frame or two, threads are not worth their start
        wanted_s = share * (container.duration or 0) / av.time_base
        container.seek(int(wanted_s * av.time_base))
        frame: av.VideoFrame | None = None
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= wanted_s:
                break
        if frame is None:
            raise Unsupported("This video has no pictures.")
        width, height = _fitting(frame.width, frame.height, size)
        picture: Image.Image = frame.to_image(width=width, height=height)  # type: ignore[no-untyped-call]
        return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _fitting(width: int, height: int, size: int | None) -> tuple[int, int]:
    """The largest sides of this shape that fit into a square, and never more than they are."""
    scale = min(1.0, size / max(width, height)) if size else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrunk(picture: Image.Image, size: int) -> Image.Image:
    """The picture made to fit into a square, in plain colours."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    small = picture if picture.mode == mode else picture.convert(mode)
    small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=1.0)
    small.info.clear()
    return small


def _save_small(picture: Image.Image, target: str | None, size: int) -> dict[str, Any]:
    small = shrunk(picture, size)
    return {"width": small.width, "height": small.height, "look": look_of(small)} | saved(small, target)


def saved(picture: Image.Image, target: str | None) -> dict[str, Any]:
    """Write a WebP, or without a target hand it over as `data`, in base64."""
    data = BytesIO()
    picture.save(target or data, **_WEBP)
    return {} if target else {"data": b64encode(data.getvalue()).decode()}


def _probe_picture(source: str) -> dict[str, Any]:
    with Image.open(source) as picture:
        turned = Image.Image.getexif(picture).get(_ORIENTATION) in _TURNED  # a PNG's own would decode it all
        width, height = reversed(picture.size) if turned else picture.size
        if picture.format == "PNG":
            picture.verify()  # a tenth of the time that decoding takes
        else:
            picture.load()
        media_type = Image.MIME.get(picture.format or "", "application/octet-stream")
    return {"media_type": media_type, "width": width, "height": height, "duration_s": None}


def _probe_clip(source: str) -> dict[str, Any]:
    try:
        with av.open(source) as container:
            video = next(iter(container.streams.video), None)
            width, height = (video.width, video.height) if video else (None, None)
            media_type = media_type_of(container.format.name, Path(source).suffix, has_video=video is not None)
            duration_s = round((container.duration or 0) / av.time_base, 3) or None
            if video and duration_s and _end_of(container, video) < _WHOLE * duration_s:
                raise Unsupported("This video is incomplete.")
    except av.FFmpegError as error:
        raise Unsupported("This file is neither a picture nor a video nor a sound.") from error
    return {"media_type": media_type, "width": width, "height": height, "duration_s": duration_s}


def _end_of(container: InputContainer, stream: av.VideoStream) -> float:
    """Where the last picture that is really in the file ends, in seconds. Nothing is decoded."""
    ends = (each.pts + (each.duration or 0) for each in container.demux(stream) if each.pts is not None)
    return float(max(ends, default=0) * (stream.time_base or 0))
