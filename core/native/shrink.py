"""Files made to fit under a platform's limit: smaller pictures, videos and sounds. Runs in a media child."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps

from core.errors import TooLarge
from core.native.uploads import PIXEL_CAP

Image.MAX_IMAGE_PIXELS = PIXEL_CAP

_TRIES = 4
_OVERHEAD = 0.92
"""The share of the limit that is aimed at: containers and encoders take a little more than they are told."""
_SOUND = 64_000
"""Bits a second of a video's sound track."""
_LEAST_SOUND = 16_000
_LEAST_PICTURES = 60_000
_PER_PIXEL = 0.06
"""Bits for each pixel of each frame, below which a smaller picture looks better than a blurred one."""
_SIDES = (4096, 2048, 1536, 1024, 768, 512)
_TOO_LARGE = "This is too large to be made to fit."


def shrink(source: str, target: str, media_type: str, limit_bytes: int) -> dict[str, Any]:
    """Write a copy of at most `limit_bytes` to `target`: JPEG, MP4 or MP3. Returns its media_type and size_bytes.

    Raises TooLarge where even the poorest copy would not fit.
    """
    made, encode = {"image": ("image/jpeg", _picture), "video": ("video/mp4", _video), "audio": ("audio/mpeg", _sound)}[
        media_type.partition("/")[0]
    ]
    for attempt in range(_TRIES):
        encode(source, target, limit_bytes * _OVERHEAD * 0.8**attempt)
        size_bytes = Path(target).stat().st_size
        if size_bytes <= limit_bytes:
            return {"media_type": made, "size_bytes": size_bytes}
    raise TooLarge(_TOO_LARGE)


def as_png(source: str, target: str) -> dict[str, Any]:
    """Write a picture as PNG, for platforms that show nothing else. Returns its media_type and size_bytes."""
    with Image.open(source) as opened:
        ImageOps.exif_transpose(opened).save(target, "PNG")
    return {"media_type": "image/png", "size_bytes": Path(target).stat().st_size}


def _picture(source: str, target: str, aim_bytes: float) -> None:
    with Image.open(source) as opened:
        whole = ImageOps.exif_transpose(opened)
        flat = Image.new("RGB", whole.size, "white")
        flat.paste(whole, mask=whole.convert("RGBA").getchannel("A") if whole.has_transparency_data else None)
    for side in _SIDES:
        small = flat.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in (88, 78, 65):
            small.save(target, "JPEG", quality=quality)
            if Path(target).stat().st_size <= aim_bytes:
                return


def _video(source: str, target: str, aim_bytes: float) -> None:
    with av.open(source) as container, av.open(target, "w", format="mp4", options={"movflags": "faststart"}) as made:
        video = container.streams.video[0]
        sound = next(iter(container.streams.audio), None)
        spare = aim_bytes * 8 / _seconds(container) - (_SOUND if sound else 0)
        rate = max(_LEAST_PICTURES, int(spare))
        pictures = made.add_stream("libx264", rate=video.average_rate or 24, options=_x264(rate))
        pictures.width, pictures.height = _size(video, rate)
        pictures.pix_fmt, pictures.time_base = "yuv420p", video.time_base or Fraction(1, 90_000)
        voice: Any = made.add_stream("aac", rate=48_000) if sound else None
        if voice:
            voice.bit_rate = _SOUND
        for packet in container.demux([stream for stream in (video, sound) if stream]):
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    fitted = frame.reformat(width=pictures.width, height=pictures.height, format="yuv420p")
                    made.mux(pictures.encode(fitted))
                else:
                    made.mux(voice.encode(frame))
        for stream in (pictures, voice):
            if stream:
                made.mux(stream.encode(None))


def _x264(rate: int) -> dict[str, str]:
    """One pass under a ceiling: the average may not pass the rate over two seconds."""
    return {"preset": "veryfast", "b": str(rate), "maxrate": str(rate), "bufsize": str(rate * 2)}


def _size(video: av.VideoStream, rate: int) -> tuple[int, int]:
    """Even sides, small enough that each pixel gets its bits."""
    per_second = float(video.average_rate or 24)
    share = min(1.0, (rate / (_PER_PIXEL * per_second * video.width * video.height)) ** 0.5)
    return max(2, int(video.width * share) // 2 * 2), max(2, int(video.height * share) // 2 * 2)


def _sound(source: str, target: str, aim_bytes: float) -> None:
    with av.open(source) as container, av.open(target, "w", format="mp3") as made:
        stream = made.add_stream("libmp3lame", rate=24_000)
        stream.bit_rate = max(_LEAST_SOUND, min(96_000, int(aim_bytes * 8 / _seconds(container))))
        stream.layout = "mono"
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=24_000, frame_size=1152)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                made.mux(stream.encode(part))
        for part in resampler.resample(None):
            made.mux(stream.encode(part))
        made.mux(stream.encode(None))


def _seconds(container: Any) -> float:
    return max(0.1, (container.duration or 0) / av.time_base)
