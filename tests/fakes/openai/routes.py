"""The names of what this server serves, as journal, scripts and bills call them."""

from enum import StrEnum


class Route(StrEnum):
    """One operation of the platform."""

    MODELS = "models"
    RESPONSES = "responses"
    CHAT = "chat.completions"
    IMAGES_GENERATE = "images.generate"
    IMAGES_EDIT = "images.edit"
    SPEECH = "audio.speech"
    TRANSCRIPTIONS = "audio.transcriptions"
    MODERATIONS = "moderations"
    REALTIME = "realtime"
    VIDEOS = "videos"
    FILES = "files"
    UNKNOWN = "unknown"


PAID = frozenset(
    {
        Route.RESPONSES,
        Route.CHAT,
        Route.IMAGES_GENERATE,
        Route.IMAGES_EDIT,
        Route.SPEECH,
        Route.TRANSCRIPTIONS,
        Route.REALTIME,
    }
)
"""What is billed; `moderations` is free: https://developers.openai.com/api/docs/guides/moderation"""
