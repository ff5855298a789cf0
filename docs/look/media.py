"""Where the bytes of a picture are: each address is looked up among the files that the caller gave."""

from collections.abc import Mapping
from pathlib import Path

from docs.look.errors import NoFile

MOVING = (".mp4", ".webm", ".mov")


def source(url: str, files: Mapping[str, str]) -> str:
    """What `src` shall say: a data URI, or a file on this machine. Never an address on the network."""
    found = files.get(url, url)
    if found.startswith(("data:image/", "data:video/")):
        return found
    if url not in files:
        raise NoFile(url)
    return found if found.startswith("file:") else Path(found).resolve().as_uri()


def moves(source: str) -> bool:
    """Whether this needs a `<video>`; a still of the same video may be given instead."""
    return source.startswith("data:video/") or source.lower().endswith(MOVING)


def size(count: float, units: tuple[str, ...] = ("bytes", "KB", "MB", "GB"), base: int = 1024) -> str:
    """Bytes as a file card names them: "1.4 MB"."""
    step = 0
    while count >= base and step < len(units) - 1:
        count, step = count / base, step + 1
    return f"{count:.0f} {units[step]}" if step == 0 else f"{count:.2f}".rstrip("0").rstrip(".") + f" {units[step]}"


def clock(seconds: float) -> str:
    """A length as players show it: "1:05"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
