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


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRef:
    """One thread on one platform; `str()` and `parse()` are each other's inverse, and safe in a URL path."""

    platform: str
    workspace: str = ""
    channel: str = ""
    thread: str

    def __str__(self) -> str:
        parts = (self.platform, self.workspace, self.channel, self.thread)
        return ":".join(quote(part, safe="") or _NOTHING for part in parts)

    @classmethod
    def parse(cls, text: str) -> "ThreadRef":
        """Read back what `str()` wrote; anything else is `NotFound`."""
        parts = text.split(":")
        if len(parts) != 4 or not all(parts):
            raise NotFound("There is no such thread.")
        platform, workspace, channel, thread = ("" if part == _NOTHING else unquote(part) for part in parts)
        return cls(platform=platform, workspace=workspace, channel=channel, thread=thread)


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


class Adapter(Protocol):
    """A chat platform: three methods, all by ids, so any worker can report and none needs a live connection."""

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write a message. `post` is the committed intent: its id makes the call findable after a crash."""
        ...

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """Look for a message whose intent was committed but whose id was never stored."""
        ...

    async def edit(self, message: MessageRef, view: CreationView) -> None:
        """Show the newest state in a message written before."""
        ...

    async def delete(self, message: MessageRef) -> None:
        """Take a message back; a message already gone is no error."""
        ...
