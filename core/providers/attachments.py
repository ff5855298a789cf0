"""What an order starts from, on its way to a service: small files inside the request, larger ones before it."""

import base64
from pathlib import Path
from typing import BinaryIO

from core.providers.base import Source
from core.trust.disk import Disk


class Attachments:
    """Reads source files off the event loop."""

    def __init__(self) -> None:
        self._disk = Disk("attachments")

    async def data_uri(self, source: Source, most_bytes: int) -> str | None:
        """The file as a base64 data URI, or None where that would be longer than `most_bytes`."""
        return await self._disk.run(_data_uri, source, most_bytes)

    async def opened(self, source: Source) -> BinaryIO:
        """The file for an upload that reads it piece by piece; the caller closes it."""
        return await self._disk.run(_opened, source.path)

    def close(self) -> None:
        """Finish what runs."""
        self._disk.close()


def named(source: Source) -> str:
    """A file name that says nothing but its type: some services go by the ending."""
    return f"source.{source.media_type.rpartition('/')[2].replace('jpeg', 'jpg').replace('quicktime', 'mov')}"


def _data_uri(source: Source, most_bytes: int) -> str | None:
    start = f"data:{source.media_type};base64,"
    if len(start) + (source.path.stat().st_size + 2) // 3 * 4 > most_bytes:
        return None
    return start + base64.b64encode(source.path.read_bytes()).decode("ascii")


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")
