"""Spoken parts, joined. Runs in a media child."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import av
from av.container import InputContainer

_RATE = 24_000
"""Hertz; what speech models make."""
_BIT_RATE = 96_000
_FRAME = 1152
"""Samples given to the encoder at a time."""


def join(sources: list[str], target: str) -> dict[str, Any]:
    """Write the sounds behind each other into one MP3 file. Returns its duration_s.

    MP3s of one kind are joined as they are, without a loss; anything else is encoded.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(av.open(source)) for source in sources]
        duration_s = _copied(opened, target) if _alike(opened) else _encoded(opened, target)
    return {"duration_s": round(duration_s, 3)}


def _alike(opened: list[InputContainer]) -> bool:
    kinds = {(stream.codec.name, stream.rate, stream.layout.name) for stream in _streams(opened)}
    return len(kinds) == 1 and {name for name, _, _ in kinds} <= {"mp3", "mp3float"}


def _streams(opened: list[InputContainer]) -> list[av.AudioStream]:
    return [container.streams.audio[0] for container in opened]


def _copied(opened: list[InputContainer], target: str) -> float:
    ticks = 0
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream_from_template(_streams(opened)[0])
        for source in opened:
            for packet in source.demux(audio=0):
                if packet.dts is None:  # the empty one at the end
                    continue
                base, packet.stream = packet.time_base, stream
                packet.pts = packet.dts = ticks
                ticks += packet.duration or 0
                container.mux(packet)
    return float(ticks * base)


def _encoded(opened: list[InputContainer], target: str) -> float:
    samples = 0
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=_RATE)
        stream.bit_rate = _BIT_RATE
        stream.layout = "mono"
        for frame in _even(opened):
            frame.pts, samples = samples, samples + frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return samples / _RATE


def _even(opened: list[InputContainer]) -> Iterator[av.AudioFrame]:
    """All that is heard, as frames of one size; only the last may be shorter."""
    queue = av.AudioFifo()
    for frame in _frames(opened):
        frame.pts = None
        queue.write(frame)
        yield from queue.read_many(_FRAME)
    rest = queue.read(0, partial=True)
    if rest is not None:
        yield rest


def _frames(opened: list[InputContainer]) -> Iterator[av.AudioFrame]:
    for container in opened:
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=_RATE)
        for frame in container.decode(audio=0):
            yield from resampler.resample(frame)
        yield from resampler.resample(None)
