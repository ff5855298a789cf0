"""A zip file made while it is sent: entries go in as streams, bytes come out as soon as they are there.

Nothing is compressed, as pictures and films are already. `zipfile` writes to anything that takes bytes in order and can
flush; sizes and checksums then follow each entry, which every reader of this century understands.
"""

import io
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The format knows no time before. Source: PKWARE, APPNOTE 4.4.6."""


class _Outlet(io.RawIOBase):
    """What was written and not taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


class Zipping:
    """One zip file on its way."""

    def __init__(self) -> None:
        self._outlet = _Outlet()
        self._zip = ZipFile(self._outlet, "w", ZIP_STORED)

    async def file(
        self, name: str, size_bytes: int, at: datetime, chunks: AsyncGenerator[bytes]
    ) -> AsyncGenerator[bytes]:
        """One entry from a stream of bytes. `size_bytes` need not be exact: it tells whether it is a huge one."""
        info = ZipInfo(name, max(EARLIEST, at.timetuple()[:6]))
        info.file_size = size_bytes
        info.external_attr = 0o644 << 16
        async with aclosing(chunks):
            with self._zip.open(info, "w") as entry:
                async for chunk in chunks:
                    entry.write(chunk)
                    yield self._outlet.taken()
        yield self._outlet.taken()

    def end(self) -> Iterator[bytes]:
        """The directory at the end."""
        self._zip.close()
        yield self._outlet.taken()
