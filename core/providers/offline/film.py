"""Writing an MP4 frame by frame: H.264 and AAC, ready to play while it loads."""

import array
from fractions import Fraction
from types import TracebackType

import av
from PIL import Image

from core.providers.offline.labels import LABEL
from core.providers.offline.sound import RATE

FPS = 24
_X264 = {"preset": "veryfast", "crf": "21"}
_THREADS = 2
_SOUND_BIT_RATE = 96_000
_CHUNK = 1024


class Film:
    """An MP4 being written to a file (faststart needs a real one). Sound is laid beside the frames as they come."""

    def __init__(self, path: str, size: tuple[int, int], sound: "array.array[int]", fps: Fraction | int = FPS) -> None:
        self.fps = Fraction(fps)
        self.frames = 0
        self._sound = sound
        self._heard = 0
        self._container = av.open(path, "w", format="mp4", options={"movflags": "+faststart"})
        self._container.metadata["comment"] = LABEL
        self._video = self._container.add_stream("libx264", rate=self.fps, options=_X264)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        self._video.codec_context.thread_count = _THREADS
        self._audio = self._container.add_stream("aac", rate=RATE)
        self._audio.layout = "mono"
        self._audio.bit_rate = _SOUND_BIT_RATE

    def __enter__(self) -> "Film":
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is None:
            self._finish()
        self._container.close()

    def add(self, picture: Image.Image) -> None:
        """Append one frame of the film's size."""
        frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
        self.add_frame(frame)

    def add_frame(self, frame: av.VideoFrame) -> None:
        """Append a frame of another film, whatever its size and format."""
        fitted = frame.reformat(self._video.width, self._video.height, "yuv420p", interpolation="LANCZOS")
        fitted.pts, fitted.time_base = self.frames, 1 / self.fps
        fitted.pict_type = av.video.frame.PictureType.NONE
        self._container.mux(self._video.encode(fitted))
        self.frames += 1
        self._play_until(round(self.frames / self.fps * RATE))

    def _play_until(self, end: int) -> None:
        while self._heard + _CHUNK <= min(end, len(self._sound)):
            self._play(_CHUNK)

    def _play(self, count: int) -> None:
        samples = self._sound[self._heard : self._heard + count]
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        plane = frame.planes[0]
        plane.update(samples.tobytes().ljust(plane.buffer_size, b"\0"))
        frame.sample_rate, frame.pts = RATE, self._heard
        self._container.mux(self._audio.encode(frame))
        self._heard += len(samples)

    def _finish(self) -> None:
        if self._heard < len(self._sound):
            self._play(len(self._sound) - self._heard)
        for stream in (self._video, self._audio):
            self._container.mux(stream.encode(None))
