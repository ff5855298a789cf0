"""Sound as mono samples: a quiet pad made from sines, and the sound of a clip that exists."""

import array
import math
import random

import av

Samples = array.array  # of 16-bit integers
RATE = 44_100

_LOOP_S = 4
"""Every partial is a multiple of 1/_LOOP_S Hz, so one loop repeats without a seam."""
_CHORDS = (
    (110.0, 164.75, 220.0, 277.25, 329.75),
    (98.0, 146.75, 196.0, 233.0, 293.75),
    (130.75, 196.0, 261.5, 329.75, 392.0),
)
_LOUDNESS = 1500
_FADE_S = 1.2


def pad(duration_s: float, seed: int) -> "Samples[int]":
    """A gentle chord of exactly this length that fades in and out."""
    loop = _loop(random.Random(f"{seed}:pad"))
    count = round(duration_s * RATE)
    samples = array.array("h", (loop * (count // len(loop) + 1))[:count])
    _fade(samples)
    return samples


def silence(duration_s: float) -> "Samples[int]":
    """Nothing, for this long."""
    return array.array("h", bytes(2 * round(duration_s * RATE)))


def sound_of(path: str, duration_s: float) -> "Samples[int]":
    """The file's sound, cut or padded to a length; silence where it has none."""
    samples = array.array("h")
    with av.open(path) as container:
        if container.streams.audio:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for decoded in container.decode(container.streams.audio[0]):
                for frame in resampler.resample(decoded):
                    samples.frombytes(bytes(frame.planes[0])[: frame.samples * 2])
    count = round(duration_s * RATE)
    return (samples + silence(duration_s))[:count]


def _loop(chance: random.Random) -> "Samples[int]":
    """One loop of a chord whose notes swell and ebb at their own slow pace."""
    waves = [_wave(note, chance.choice((1, 2, 3)), chance.random()) for note in chance.choice(_CHORDS)]
    return array.array("h", (int(sum(values)) for values in zip(*waves, strict=True)))


def _wave(hertz: float, swells: int, phase: float) -> list[float]:
    count = RATE * _LOOP_S
    turn = 2 * math.pi / count
    tone, swell = round(hertz * _LOOP_S) * turn, swells * turn
    loudness, sine, offset = _LOUDNESS / math.sqrt(hertz / 100), math.sin, phase * 2 * math.pi
    return [loudness * (0.6 + 0.4 * sine(swell * i + offset)) * sine(tone * i) for i in range(count)]


def _fade(samples: "Samples[int]") -> None:
    """Ease both ends from and to silence."""
    length = min(len(samples) // 2, round(_FADE_S * RATE))
    for i in range(length):
        share = (1 - math.cos(math.pi * i / length)) / 2
        samples[i] = int(samples[i] * share)
        samples[-1 - i] = int(samples[-1 - i] * share)
