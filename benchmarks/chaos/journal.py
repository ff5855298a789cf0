"""What providers really did: one line for each event, on the disk before the provider goes on. Kills do not lose it."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import time

BEGUN = "begun"
"""A provider was called."""
ACCEPTED = "accepted"
"""The far side of a ticket has the order: from here on it costs money."""
ENDED = "ended"
"""The file is made, and on its way to Easel."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one step."""

    at: float
    event: str
    step_id: str


class Journal:
    """Appends to one file, from whatever process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, event: str, step_id: str) -> None:
        """Write one line through to the disk."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(file, f"{time():.6f} {event} {step_id}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)

    def entries(self, event: str) -> dict[str, list[float]]:
        """When that event happened, by step."""
        found: dict[str, list[float]] = {}
        for entry in self._read():
            if entry.event == event:
                found.setdefault(entry.step_id, []).append(entry.at)
        return found

    def _read(self) -> list[Entry]:
        if not self._path.exists():
            return []
        words = (line.split() for line in self._path.read_text().splitlines())
        return [Entry(float(at), event, step_id) for at, event, step_id in words]
