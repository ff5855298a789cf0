"""A WAV file that grows while a voice speaks."""

import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from core.trust.disk import Disk

RATE: Literal[24000] = 24000
"""Hertz, 16 bits, mono: the only PCM that the Realtime API makes."""


class Recording:
    """Samples on their way to disk."""

    def __init__(self, file: wave.Wave_write, disk: Disk) -> None:
        self._file = file
        self._disk = disk
        self.size_bytes = 0

    async def add(self, samples: bytes) -> None:
        """Write some more."""
        await self._disk.run(self._file.writeframesraw, samples)
        self.size_bytes += len(samples)


@asynccontextmanager
async def recording(target: Path, disk: Disk) -> AsyncIterator[Recording]:
    """Open a file for samples; its header is set right at the end."""
    file = await disk.run(_open, target)
    try:
        yield Recording(file, disk)
    finally:
        await disk.run(file.close)


def _open(target: Path) -> wave.Wave_write:
    file = wave.open(str(target), "wb")  # noqa: SIM115
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)
    return file
