"""Chat platforms, watched: what is done with messages, and every request that it takes."""

from collections.abc import Awaitable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiohttp
import structlog

from bot.watch.watch import Call, Watch, calling
from core.chat import Adapter, Attachment, FileRef, MessageRef, Pace, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable, UserError
from storage.tables import Post

T = TypeVar("T")
log = structlog.get_logger()
TOO_MANY = 429


class WatchedAdapter:
    """Does what the adapter does."""

    def __init__(self, platform: str, adapter: Adapter, watch: Watch) -> None:
        self._platform = platform
        self._adapter = adapter
        self._watch = watch

    @property
    def opening_s(self) -> float:
        """Its patience."""
        return self._adapter.opening_s

    def pace(self, thread: ThreadRef) -> Pace:
        """Its pace."""
        return self._adapter.pace(thread)

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        """Open a thread."""
        return await self._watched("open", post.role, self._adapter.open(thread, view, post=post))

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write a message."""
        return await self._watched("post", post.role, self._adapter.post(thread, view, files, post=post))

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """Look for a message."""
        return await self._watched("find", post.role, self._adapter.find(thread, post))

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        """Show the newest state."""
        return await self._watched("edit", post.role, self._adapter.edit(message, view, post=post))

    async def delete(self, message: MessageRef) -> None:
        """Take a message back."""
        await self._watched("delete", "", self._adapter.delete(message))

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        """Download what was attached."""
        await self._watched("fetch", "", self._adapter.fetch(thread, file, target))

    async def _watched(self, act: str, role: str, work: Awaitable[T]) -> T:
        with calling(partial(self._note, act, role.partition(":")[0]), _why) as call:
            result = await work
            call.outcome = "ok"
        return result

    def _note(self, act: str, role: str, call: Call) -> None:
        failed = "" if call.outcome == "ok" else call.outcome
        self._watch.figures.messages.labels(self._platform, act, call.outcome).inc()
        facts = {"platform": self._platform, "role": role}
        self._watch.span(act, call.began, facts, failed=failed, under_step=False)
        log.debug("message", platform=self._platform, act=act, role=role, outcome=call.outcome)


def _why(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return "unreachable"
    return "refused" if isinstance(error, UserError) else "failed"


def count_requests(platform: str, watch: Watch, trace: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """Let a client's trace count its requests by status; returns the trace."""
    count = watch.figures.platform_requests
    count.labels(platform, str(TOO_MANY))  # a rate needs the zero before the first

    async def ended(_: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        status = params.response.status
        count.labels(platform, str(status) if status == TOO_MANY else f"{status // 100}xx").inc()

    async def failed(_: object, __: object, params: aiohttp.TraceRequestExceptionParams) -> None:
        count.labels(platform, "none").inc()

    trace.on_request_end.append(ended)
    trace.on_request_exception.append(failed)
    return trace
