"""Whose turn it is to write, among the threads of one process.

SQLite's own waiting only looks again after pauses that grow to 100 ms, so a thread that waits for another one of its
process loses to whoever happens to ask later. Here the turn is handed over, and a wish from outside goes first.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import StorageBusy


class Occupied(Exception):
    """It would have to wait, or could not be done together with others: a thread has to do it."""


class Turns:
    """One writer at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._waiting = 0
        self._ahead = 0
        """How many of those that wait go before the others."""

    @property
    def wanted(self) -> bool:
        """Whether somebody waits that goes before the others."""
        return self._ahead > 0

    @contextmanager
    def taken(self, *, first: bool, within_s: float) -> Iterator[None]:
        """The turn, for the length of the block.

        Raises:
            StorageBusy: it did not come in time.
        """
        self._take(first, within_s)
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def free(self) -> Iterator[None]:
        """The turn, where nobody has it or waits for it.

        Raises:
            Occupied: somebody does.
        """
        with self._changed:
            if self._is_taken or self._waiting:
                raise Occupied
            self._is_taken = True
        try:
            yield
        finally:
            self._give_back()

    def _take(self, first: bool, within_s: float) -> None:
        with self._changed:
            self._waiting += 1
            self._ahead += first
            try:
                if not self._changed.wait_for(lambda: not self._is_taken and (first or not self._ahead), within_s):
                    raise StorageBusy("other writes take too long")
                self._is_taken = True
            finally:
                self._waiting -= 1
                self._ahead -= first

    def _give_back(self) -> None:
        with self._changed:
            self._is_taken = False
            if self._waiting:
                self._changed.notify_all()
