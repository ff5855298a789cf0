"""What an interaction showed once and never again, kept while a person fills in a form."""

from collections import OrderedDict
from dataclasses import dataclass, field

from core.chat import FileRef

MOST = 1_000


@dataclass(slots=True)
class Memory:
    """Pictures of other people's messages: without the message content intent, only the menu itself shows them.

    Lost at a restart; then the form says so, and the person opens the menu again.
    """

    _files: OrderedDict[int, tuple[FileRef, ...]] = field(default_factory=OrderedDict)
    _told: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def keep(self, message_id: int, files: tuple[FileRef, ...]) -> None:
        """Remember the pictures of a message."""
        self._files[message_id] = files
        self._files.move_to_end(message_id)
        if len(self._files) > MOST:
            self._files.popitem(last=False)

    def files(self, message_id: int) -> tuple[FileRef, ...] | None:
        """The pictures of a message, if it is remembered."""
        return self._files.get(message_id)

    def first(self, thread_id: int) -> bool:
        """Whether this is the first time that a thread comes up: a hint is given once."""
        if thread_id in self._told:
            return False
        self._told[thread_id] = None
        if len(self._told) > MOST:
            self._told.popitem(last=False)
        return True
