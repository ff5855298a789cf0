"""What a narration looks like: its loudness as a row of bars. Runs in a media child."""

from array import array
from typing import Any

import av
from PIL import Image, ImageDraw

from core.errors import Unsupported
from core.native.pictures import saved

_WIDTH, _HEIGHT = 512, 96
_BARS = 64
_FINER = 3
"""Drawn so many times larger and then made small, so that the ends of the bars are round."""
_RATE = 8_000
"""Hertz: enough for loudness."""
_COLOUR = (214, 122, 72, 255)
"""Easel's own orange, which stands out on a light page and on a dark one; the ground is clear."""
_LEAST = 0.06


def waveform(source: str, target: str | None = None) -> dict[str, Any]:
    """The sound's loudness as a WebP of 512 by 96 pixels. Returns width and height; without a target, also `data`."""
    picture = Image.new("RGBA", (_WIDTH * _FINER, _HEIGHT * _FINER))
    pen, wide = ImageDraw.Draw(picture), _WIDTH * _FINER / _BARS
    for bar, level in enumerate(_levels(_samples(source))):
        half = max(level, _LEAST) * _HEIGHT * _FINER / 2
        middle = _HEIGHT * _FINER / 2
        box = (bar * wide + wide * 0.2, middle - half, bar * wide + wide * 0.8, middle + half)
        pen.rounded_rectangle(box, radius=wide * 0.3, fill=_COLOUR)
    drawn = picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    return {"width": _WIDTH, "height": _HEIGHT} | saved(drawn, target)


def _samples(source: str) -> "array[int]":
    samples = array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    with av.open(source) as container:
        if not container.streams.audio:
            raise Unsupported("There is no sound in this file.")
        for frame in container.decode(audio=0):
            for even in resampler.resample(frame):
                samples.frombytes(bytes(even.planes[0])[: even.samples * samples.itemsize])
    return samples


def _levels(samples: "array[int]") -> list[float]:
    """How loud each of the bars is, 0 to 1, against the loudest of them."""
    size = max(1, len(samples) // _BARS)
    parts = [samples[at : at + size] for at in range(0, size * _BARS, size)]
    peaks = [max((abs(sample) for sample in part), default=0) for part in parts]
    loudest = max(peaks) or 1
    return [(peak / loudest) ** 0.8 for peak in peaks]
