"""What a video or sound is: by the container that FFmpeg names, or by how its file begins."""

_BY_CONTAINER = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
}


def media_type_of(container: str, suffix: str, *, has_video: bool) -> str:
    """Name the type. FFmpeg has one reader for MP4 and QuickTime and one for Matroska and WebM."""
    kind = "video" if has_video else "audio"
    names = container.split(",")
    if "mp4" in names:
        return "video/quicktime" if suffix.lower() == ".mov" else f"{kind}/mp4"
    if "webm" in names:
        return f"{kind}/webm"
    return _BY_CONTAINER.get(names[0], "application/octet-stream")


def is_film(head: bytes) -> bool:
    """Whether a file that begins like this (16 bytes are enough) says that it is MP4 (or QuickTime), or WebM."""
    return head[4:8] == b"ftyp" or head.startswith(b"\x1a\x45\xdf\xa3")
