"""One worker per data folder: a lock on a file that the system gives back when its holder dies."""

import fcntl
from pathlib import Path
from typing import IO


class WorkerLock:
    """Held from `take` to `release` or to the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "worker.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Try once; False where another process works on this folder."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let another process work."""
        if self._file:
            self._file.close()
            self._file = None
