"""A chat platform in memory: as strict as a real one, and able to lose its answer at the worst moment."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.chat import Attachment, FileRef, MessageRef, Pace, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from storage.tables import Post

MEDIA_MAX = 10


@dataclass(slots=True)
class Posted:
    """One message as the platform shows it."""

    id: str
    thread: str
    post_id: str
    views: list[CreationView]
    files: list[tuple[str, str, bytes]]
    deleted: bool = False
    role: str = ""

    @property
    def shows(self) -> CreationView:
        return self.views[-1]


class Lost(Exception):
    """The platform took the message, and the answer never came."""


class RateLimited(Exception):
    """429."""


@dataclass(slots=True)
class MemoryChat:
    """One platform. `lose` says of which posts the answer is lost, `refuse` which calls it refuses."""

    lose: Callable[[Post], bool] = lambda _: False
    refuse: Callable[[str], bool] = lambda _: False
    """Told the method; True answers 429 and does nothing."""
    opening_s: float = 0.0
    answers_s: float = 0.0
    """How long after it took a message the platform says so."""
    gone: set[str] = field(default_factory=set)
    """Threads that this platform will not write in any more."""
    attached: dict[str, bytes] = field(default_factory=dict)
    """What people attached: source → bytes."""
    messages: dict[str, Posted] = field(default_factory=dict)
    finds: int = 0
    remembers: bool = False
    """A message that is sent once more, by the same intent, is not written again: the first one is answered."""
    blind: bool = False
    """What was taken a moment ago is not found yet."""

    def pace(self, thread: ThreadRef) -> Pace:
        return Pace(str(thread), 0.01)

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        self._limit("open", thread)
        assert thread.pending, "a thread that is there already"
        assert thread == ThreadRef.parse(post.thread), "opened where it was not intended"
        number = f"M{len(self.messages) + 1}"
        home = replace(thread, thread=f"T{number}")
        self.messages[number] = Posted(number, str(home), post.id, [view], [], role=post.role)
        await self._answer(post)
        return MessageRef(home, number)

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        self._limit("post", thread)
        assert not thread.pending, "posted into a thread that is not there"
        assert thread == ThreadRef.parse(post.thread), "posted where it was not intended"
        assert len(files) <= MEDIA_MAX, "too many files for one message"
        assert not files or len(view.assets) == len(files), "the files are not what the message shows"
        assert len({file.name for file in files}) == len(files), "two files of one name"
        if self.remembers and (first := self._of(post)):
            return MessageRef(thread, first[0].id)
        attached = [(file.name, file.media_type, file.path.read_bytes()) for file in files]
        message = Posted(f"M{len(self.messages) + 1}", str(thread), post.id, [view], attached, role=post.role)
        self.messages[message.id] = message
        await self._answer(post)
        return MessageRef(thread, message.id)

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        self._limit("find", thread)
        self.finds += 1
        found = [] if self.blind else self._of(post)
        assert len(found) <= 1, "one intent, two messages"
        return MessageRef(ThreadRef.parse(found[0].thread), found[0].id) if found else None

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        self._limit("edit", message.thread)
        posted = self.messages[message.id]
        assert posted.thread == str(message.thread), "a message of another thread"
        assert not posted.deleted, "a message that is gone"
        assert view.revision >= posted.shows.revision, "an older state over a newer one"
        assert posted.post_id == post.id, "the message of another intent"
        posted.views.append(view)
        return message

    async def delete(self, message: MessageRef) -> None:
        if message.id in self.messages:
            self.messages[message.id].deleted = True

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        self._limit("fetch", thread)
        target.write_bytes(self.attached[file.source])

    @property
    def roots(self) -> list[Posted]:
        return [each for each in self.messages.values() if each.role == "root"]

    @property
    def statuses(self) -> list[Posted]:
        return [each for each in self.messages.values() if each.role == "status"]

    @property
    def results(self) -> list[Posted]:
        return [each for each in self.messages.values() if each.files]

    def posts_per_intent(self) -> list[int]:
        ids = [each.post_id for each in self.messages.values()]
        return [ids.count(each) for each in set(ids)]

    def _of(self, post: Post) -> list[Posted]:
        return [each for each in self.messages.values() if each.post_id == post.id]

    async def _answer(self, post: Post) -> None:
        await asyncio.sleep(self.answers_s)
        if self.lose(post):
            raise Lost

    def _limit(self, method: str, thread: ThreadRef) -> None:
        if thread.channel in self.gone or str(thread) in self.gone:
            raise Unreachable("gone")
        if self.refuse(method):
            raise RateLimited
