"""Spoken parts, joined. Runs in a media child."""

from collections.abc import Iterator
from typing import Any

import av

_RATE = 24_000
"""Hertz; what speech models make."""
_BIT_RATE = 96_000
_FRAME = 1152
"""Samples of one MP3 frame."""


def join(sources: list[str], target: str) -> dict[str, Any]:
    """Write the sounds behind each other into one MP3 file. Returns its duration_s."""
    samples = 0
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=_RATE)
        stream.bit_rate = _BIT_RATE
        stream.layout = "mono"
        for frame in _even(sources):
            frame.pts, samples = samples, samples + frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return {"duration_s": round(samples / _RATE, 3)}


def _even(sources: list[str]) -> Iterator[av.AudioFrame]:
    """All that is heard, as frames of one size; only the last may be shorter."""
    queue = av.AudioFifo()
    for frame in _frames(sources):
        frame.pts = None
        queue.write(frame)
        yield from queue.read_many(_FRAME)
    rest = queue.read(0, partial=True)
    if rest is not None:
        yield rest


def _frames(sources: list[str]) -> Iterator[av.AudioFrame]:
    for source in sources:
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=_RATE)
        with av.open(source) as container:
            for frame in container.decode(audio=0):
                yield from resampler.resample(frame)
        yield from resampler.resample(None)
