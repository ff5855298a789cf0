"""The media type of a video or sound, from what FFmpeg calls its container."""

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
