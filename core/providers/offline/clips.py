"""Clips: a picture becomes a film, a film becomes longer or larger. Runs in a media child."""

from fractions import Fraction
from typing import Any

import av
from PIL import Image, ImageOps

from core.errors import Unsupported
from core.providers.offline import scene, sound
from core.providers.offline.film import FPS, Film
from core.providers.offline.motion import move_for, views
from core.providers.offline.sizes import DEFAULT_CLIP, fit, size_for

LONGEST = 1920
_UPSCALE = 2
_FPS_CAP = 60


def film(
    target: str,
    prompt: str,
    seed: int,
    duration_s: float,
    aspect: str | None = None,
    picture: str | None = None,
) -> dict[str, Any]:
    """Move the camera over a picture, or over a drawing of the prompt, for this long."""
    size, ground = _ground(prompt, seed, aspect, picture)
    count = max(1, round(duration_s * FPS))
    with Film(target, size, sound.pad(count / FPS, seed)) as made:
        for view in views(ground, size, move_for(seed), count):
            made.add(view)
    return measure(target)


def extend(source: str, target: str, seed: int, added_s: float) -> dict[str, Any]:
    """Write the clip again and let the camera go on from its last frame."""
    with av.open(source) as container:
        stream = _video(container)
        fps = min(Fraction(stream.average_rate or FPS), Fraction(_FPS_CAP))
        size = _even(stream.width, stream.height)
        frames = _count(source)
        added = max(1, round(added_s * fps))
        track = sound.sound_of(source, float(frames / fps)) + sound.pad(float(added / fps), seed)
        with Film(target, size, track, fps) as made:
            last = _copy(container, stream, made)
            for view in views(last, size, move_for(seed, inward=True), added):
                made.add(view)
    return measure(target)


def upscale(source: str, target: str) -> dict[str, Any]:
    """Write the clip at twice its size, or as large as a clip may be."""
    with av.open(source) as container:
        stream = _video(container)
        longest = max(stream.width, stream.height)
        if longest >= LONGEST:
            raise Unsupported(f"This video is already {longest} pixels long, and that is as large as it gets here.")
        scale = min(_UPSCALE, LONGEST / longest)
        size = _even(round(stream.width * scale), round(stream.height * scale))
        fps = Fraction(stream.average_rate or FPS)
        with Film(target, size, sound.sound_of(source, float(_count(source) / fps)), fps) as made:
            _copy(container, stream, made)
    return measure(target)


def measure(path: str) -> dict[str, Any]:
    """What the written clip really is."""
    with av.open(path) as container:
        stream = _video(container)
        duration_s = float((stream.duration or 0) * (stream.time_base or 0))
        return {"width": stream.width, "height": stream.height, "duration_s": round(duration_s, 3)}


def _ground(prompt: str, seed: int, aspect: str | None, picture: str | None) -> tuple[tuple[int, int], Image.Image]:
    """The film's size, and the picture that the camera moves over."""
    if picture is None:
        size = size_for(aspect, DEFAULT_CLIP)
        return size, scene.paint(prompt, seed, size)
    with Image.open(picture) as opened:
        ground = ImageOps.exif_transpose(opened).convert("RGB")
    return (size_for(aspect) if aspect else fit(*ground.size)), ground


def _video(container: av.container.InputContainer) -> av.VideoStream:
    if not container.streams.video:
        raise Unsupported("This file has no moving pictures.")
    return container.streams.video[0]


def _even(width: int, height: int) -> tuple[int, int]:
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def _count(path: str) -> int:
    """How many pictures the clip has, counted in its packets."""
    with av.open(path) as container:
        return sum(packet.size > 0 for packet in container.demux(_video(container)))


def _copy(container: av.container.InputContainer, stream: av.VideoStream, made: Film) -> Image.Image:
    """Append all frames, and return the last one."""
    frame: av.VideoFrame | None = None
    for frame in container.decode(stream):
        made.add_frame(frame)
    if frame is None:
        raise Unsupported("This video has no pictures.")
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return picture
