"""What was done to the house, for the table and for whoever looks for the cause of a wrong figure."""

from collections import Counter
from pathlib import Path
from time import time


class Journal:
    """Counts events by their word, and keeps a line of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.counts: Counter[str] = Counter()

    def note(self, word: str, detail: object = "") -> None:
        """One event."""
        self.counts[word] += 1
        with self._path.open("a") as file:
            file.write(f"{time():.3f} {word} {detail}\n")

    def lines(self) -> list[str]:
        """All that happened."""
        return self._path.read_text().splitlines() if self._path.exists() else []
