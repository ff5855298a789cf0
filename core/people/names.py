"""File names that say what a file is."""

import re
from collections.abc import Mapping

from core.creation.view import AssetView
from storage.tables import Asset

NAME_MAX = 60
ENDINGS: Mapping[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/ogg": ".ogg",
}


def friendly_name(asset: Asset | AssetView) -> str:
    """A file name that says what it is: `a-lighthouse-at-dusk-v3b.png`."""
    words = "-".join(re.findall(r"\w+", (asset.asked or asset.prompt or asset.kind).lower()))
    short = words[:NAME_MAX].rsplit("-", 1)[0] if len(words) > NAME_MAX else words
    ending = ENDINGS.get(asset.media_type, "")
    return "-".join(part for part in (short or asset.kind, asset.version) if part) + ending


class Names:
    """Friendly names of which no two are alike, on any file system."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, asset: Asset | AssetView) -> str:
        """The asset's name; where another has it, with the beginning of its id."""
        name = friendly_name(asset)
        if name.casefold() in self._taken:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem or ending}-{asset.id}{dot}{ending if stem else ''}"
        self._taken.add(name.casefold())
        return name
