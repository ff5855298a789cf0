"""Where a conversation takes place: references to threads and messages, and what a chat platform must be able to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from core.creation.view import CreationView
from core.errors import NotFound
from storage.tables import Post

_NOTHING = "-"
_PENDING = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRef:
    """One thread on one platform; `str()` and `parse()` are each other's inverse, and safe in a URL path."""

    platform: str
    workspace: str = ""
    channel: str = ""
    thread: str

    def __str__(self) -> str:
        parts = (self.platform, self.workspace, self.channel, self.thread)
        return ":".join(quote(part, safe="~") or _NOTHING for part in parts)

    @classmethod
    def parse(cls, text: str) -> "ThreadRef":
        """Read back what `str()` wrote; anything else is `NotFound`."""
        parts = text.split(":")
        if len(parts) != 4 or not all(parts):
            raise NotFound("There is no such thread.")
        platform, workspace, channel, thread = ("" if part == _NOTHING else unquote(part) for part in parts)
        return cls(platform=platform, workspace=workspace, channel=channel, thread=thread)

    @classmethod
    def to_open(cls, platform: str, workspace: str, channel: str, event: str) -> "ThreadRef":
        """A thread that does not exist yet: a wish is recorded before the platform is asked for anything."""
        return cls(platform=platform, workspace=workspace, channel=channel, thread=f"{_PENDING}{event}")

    @property
    def pending(self) -> bool:
        """Whether the platform has still to be asked for this thread."""
        return self.thread.startswith(_PENDING)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message that Easel wrote; enough to edit it from any process, at any time."""

    thread: ThreadRef
    id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One stored file on its way into a thread."""

    path: Path
    name: str
    media_type: str
    alt_text: str
    asset_id: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that a person attached in a chat; `source` is the platform's own address of it, read by its adapter."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a platform lets messages be edited: what shares one allowance, and the seconds between two edits."""

    key: str
    interval_s: float


class Adapter(Protocol):
    """A chat platform, by ids only: any worker can report, and none needs a live connection.

    Each method raises `Unreachable` where the platform says that trying again would not help (the thread is gone, Easel
    was removed, a permission is missing). Any other error means: later, perhaps.
    """

    @property
    def opening_s(self) -> float:
        """How long its listeners are given to open a pending thread themselves, before a worker does."""
        ...

    def pace(self, thread: ThreadRef) -> Pace:
        """How often messages of this thread may be edited."""
        ...

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        """Write the message that a pending thread hangs from, and open it: what is returned lies in that thread."""
        ...

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write a message. `post` is the committed intent: its id makes the call findable after a crash."""
        ...

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """Look for a message whose intent was committed but whose id was never stored."""
        ...

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        """Show the newest state in a message written before; returns the message that shows it now."""
        ...

    async def delete(self, message: MessageRef) -> None:
        """Take a message back; a message already gone is no error."""
        ...

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        """Download what a person attached.

        Raises:
            UserError: with the sentence why it cannot be taken.
        """
        ...
