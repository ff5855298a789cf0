"""Videos from outside: pictures and sound go over into a fresh MP4, and nothing else. Runs in a media child."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from core.errors import Invalid, TooLarge, Unsupported
from core.native.containers import is_film

BYTES_CAP = 64 * 1024 * 1024
LONGEST_S = 600
SIDE_CAP = 4096
MEDIA_TYPE = "video/mp4"

_DEMUXERS = {b"ftyp": "mp4", b"\x1a\x45\xdf\xa3": "matroska"}
_COPIED_VIDEO = {"h264", "hevc", "vp9", "av1"}
"""What an MP4 may hold; the rest (VP8, MPEG-4 part 2) is encoded anew."""
_COPIED_AUDIO = {"aac", "mp3", "opus"}
_X264 = {"preset": "veryfast", "crf": "20"}
_WHOLE = 0.9
"""A file that has less than this share of the length it claims was cut off."""
_NOT_A_VIDEO = "Easel takes MP4 and WebM videos, and this file has no moving pictures."
_DAMAGED = "This video is damaged or incomplete; please export it again."


def remux(source: str, target: str) -> dict[str, Any]:
    """Check a video from outside and write its first picture and sound track to an MP4 at `target`.

    Names, places, chapters, covers and other tracks stay behind. Returns media_type, width and height as shown, and
    duration_s. Raises Unsupported, TooLarge or Invalid with a sentence for the user.
    """
    demuxer = _checked(source)
    with _decoding(), av.open(source, format=demuxer, options={"protocol_whitelist": "file"}) as container:
        video = _video(container)
        seen = _first_frame(container, video)
        with av.open(target, "w", format="mp4", options={"movflags": "faststart"}) as made:
            _transfer(container, video, made)
    duration_s = _length(target, "mp4")
    if duration_s < _WHOLE * _length(source, demuxer):
        raise Invalid(_DAMAGED)
    return {"media_type": MEDIA_TYPE, **seen, "duration_s": round(duration_s, 3)}


def _checked(source: str) -> str:
    """The one reader for what the file says it is: FFmpeg's own guess would also read playlists, which name files."""
    path = Path(source)
    if path.stat().st_size > BYTES_CAP:
        raise TooLarge("This file is too large: Easel takes videos of up to 64 MB.")
    with path.open("rb") as file:
        head = file.read(16)
    if not is_film(head):
        raise Unsupported(_NOT_A_VIDEO)
    return _DEMUXERS.get(head[4:8]) or _DEMUXERS[head[:4]]


@contextmanager
def _decoding() -> Iterator[None]:
    """Give everything a decoder can raise its one sentence."""
    try:
        yield
    except (av.FFmpegError, ValueError, OverflowError, EOFError) as error:
        raise Invalid(_DAMAGED) from error
    except MemoryError as error:
        raise TooLarge("This video is too large for Easel.") from error


def _video(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise Unsupported(_NOT_A_VIDEO)
    stream = container.streams.video[0]
    if (container.duration or 0) / av.time_base > LONGEST_S:
        raise TooLarge("This video is too long: Easel takes up to 10 minutes.")
    if max(stream.width, stream.height) > SIDE_CAP:
        raise TooLarge(f"This video is too large: Easel takes up to {SIDE_CAP} pixels a side.")
    return stream


def _first_frame(container: InputContainer, stream: VideoStream) -> dict[str, int]:
    """Width and height as shown; proof that there is something to see. The container is rewound."""
    frame = next(container.decode(stream), None)
    if frame is None:
        raise Invalid(_DAMAGED)
    container.seek(0)
    turned = frame.rotation % 180 != 0
    width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
    return {"width": width, "height": height}


def _transfer(container: InputContainer, video: VideoStream, made: OutputContainer) -> None:
    """Each track copied where an MP4 may hold it, encoded anew where not."""
    tracks = [_track(made, video)]
    if container.streams.audio:
        tracks.append(_track(made, container.streams.audio[0]))
    by_index = {track.source.index: track for track in tracks}
    for packet in container.demux([track.source for track in tracks]):
        by_index[packet.stream.index].take(packet)
    for track in tracks:
        track.finish()


class _Copy:
    """Packets as they are."""

    def __init__(self, made: OutputContainer, source: VideoStream | AudioStream) -> None:
        self.source = source
        self._made = made
        self._target = made.add_stream_from_template(source)
        self._target.metadata.clear()

    def take(self, packet: "av.Packet[Any]") -> None:
        if packet.dts is not None:  # None marks the end
            packet.stream = self._target
            self._made.mux(packet)

    def finish(self) -> None:
        """Nothing is held back."""


class _Encode:
    """Decoded, and encoded as H.264 or AAC."""

    def __init__(self, made: OutputContainer, source: VideoStream | AudioStream) -> None:
        self.source = source
        self._made = made
        self._target = _encoder(made, source)

    def take(self, packet: "av.Packet[Any]") -> None:
        for frame in packet.decode():
            self._made.mux(self._target.encode(self._fitted(frame)))

    def finish(self) -> None:
        self._made.mux(self._target.encode(None))

    def _fitted(self, frame: Any) -> Any:
        """H.264 takes even sides and one kind of pixels, also where a film changes on its way."""
        if not isinstance(frame, av.VideoFrame):
            return frame
        return frame.reformat(width=self._target.width, height=self._target.height, format="yuv420p")


def _track(made: OutputContainer, source: VideoStream | AudioStream) -> _Copy | _Encode:
    copied = _COPIED_VIDEO if isinstance(source, VideoStream) else _COPIED_AUDIO
    return _Copy(made, source) if source.codec_context.name.removeprefix("lib") in copied else _Encode(made, source)


def _encoder(made: OutputContainer, source: VideoStream | AudioStream) -> Any:
    if isinstance(source, AudioStream):
        return made.add_stream("aac", rate=source.rate or 48_000)
    stream = made.add_stream("libx264", rate=source.average_rate or 30, options=dict(_X264))
    stream.width, stream.height = source.width // 2 * 2, source.height // 2 * 2
    stream.pix_fmt, stream.time_base = "yuv420p", source.time_base
    return stream


def _length(path: str, demuxer: str) -> float:
    """Seconds, as the file claims."""
    with _decoding(), av.open(path, format=demuxer) as container:
        return (container.duration or 0) / av.time_base
