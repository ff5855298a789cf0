"""Speech by espeak-ng, written as MP3. Runs in a media child: the library crashes when two threads use it."""

import array
import ctypes
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import av
import espeakng_loader

from core.providers.offline.labels import LABEL
from core.providers.offline.tongues import Tongue, choose_tongue

_RETRIEVAL = 1
_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_POSITION_CHARACTER = 1
_BIT_RATE = 64_000
_FRAME = 1152
_PAUSE_S = 0.15
_PATH_CAP = 120

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(target: str, text: str, voice: str | None = None, manner: str = "") -> dict[str, Any]:
    """Speak the text into an MP3 file. Returns the duration_s that the file decodes to, and notes."""
    tongue = choose_tongue(text, voice, manner)
    samples, rate = _synthesise(text, tongue)
    _write_mp3(target, samples, rate)
    return {"duration_s": _measure(target), "notes": list(tongue.notes)}


def _synthesise(text: str, tongue: Tongue) -> tuple["array.array[int]", int]:
    with _data_path() as data:
        return _synthesise_from(data, text, tongue)


def _synthesise_from(data: Path, text: str, tongue: Tongue) -> tuple["array.array[int]", int]:
    espeak = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    rate = espeak.espeak_Initialize(_RETRIEVAL, 0, str(data).encode(), 0)
    if rate <= 0:
        raise RuntimeError("espeak-ng did not start")
    samples = array.array("h", bytes(2 * int(rate * _PAUSE_S)))

    def keep(wave: object, count: int, _events: object) -> int:
        if wave and count:
            samples.frombytes(ctypes.string_at(cast("ctypes.c_void_p", wave), count * 2))
        return 0

    callback = _Callback(keep)  # held by a name: espeak-ng calls it until it ends
    espeak.espeak_SetSynthCallback(callback)
    _set_voice(espeak, tongue)
    said = text.encode() + b"\0"
    espeak.espeak_Synth(said, ctypes.c_size_t(len(said)), 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
    espeak.espeak_Synchronize()
    espeak.espeak_Terminate()
    return samples, rate


@contextmanager
def _data_path() -> Iterator[Path]:
    """Where the voices lie, under a name that fits: with a longer one espeak-ng ends the process."""
    data = Path(espeakng_loader.get_data_path())
    if len(str(data)) <= _PATH_CAP:
        yield data
        return
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / data.name
        short.symlink_to(data)
        yield short


def _set_voice(espeak: ctypes.CDLL, tongue: Tongue) -> None:
    if espeak.espeak_SetVoiceByName(tongue.name.encode()) != 0:
        raise RuntimeError("espeak-ng has no such voice")
    for parameter, value in ((_RATE, tongue.words_per_minute), (_PITCH, tongue.pitch), (_RANGE, 55)):
        espeak.espeak_SetParameter(parameter, value, 0)


def _write_mp3(target: str, samples: "array.array[int]", rate: int) -> None:
    with av.open(target, "w", format="mp3") as container:
        container.metadata["comment"] = LABEL
        stream = container.add_stream("libmp3lame", rate=rate)
        stream.bit_rate = _BIT_RATE
        stream.layout = "mono"
        for start in range(0, len(samples), _FRAME):
            container.mux(stream.encode(_frame(samples[start : start + _FRAME], start, rate)))
        container.mux(stream.encode(None))


def _frame(samples: "array.array[int]", start: int, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16p", layout="mono", samples=len(samples))
    plane = frame.planes[0]
    plane.update(samples.tobytes().ljust(plane.buffer_size, b"\0"))
    frame.sample_rate, frame.pts = rate, start
    return frame


def _measure(path: str) -> float:
    with av.open(path) as container:
        return round(sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)), 3)
