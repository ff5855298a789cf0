"""What leaves the house of a worker among several: nothing, while it cannot be sure that it still counts as alive."""

from collections.abc import Awaitable, Callable, Container, Sequence
from datetime import datetime
from pathlib import Path

from core.chat import Adapter, Attachment, FileRef, MessageRef, Pace, ThreadRef
from core.creation.view import CreationView
from core.providers.base import Became, Failed, Order, Output, Provider, Refused, Ticket, Waiting
from storage.allowances import Shared
from storage.tables import Post

Sure = Callable[[], Awaitable[None]]
"""Returns at once, later, or never: see `Heartbeat.sure`."""


class FencedProvider:
    """Asks before money may move, and before work is stopped that may be another's by now."""

    def __init__(self, provider: Provider, sure: Sure, shared: Shared | None = None) -> None:
        """`shared`: how many orders all workers together may place."""
        self.name = provider.name
        self.repeatable = provider.repeatable
        self.poll_s = provider.poll_s
        self._provider = provider
        self._sure = sure
        self._shared = shared

    async def prepare(self, order: Order) -> Order | Failed:
        """Do all that is free."""
        return await self._provider.prepare(order)

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        """Start the order."""
        if self._shared:
            await self._shared.acquire()
        await self._sure()
        return await self._provider.submit(order)

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Look once."""
        return await self._provider.poll(ticket, order)

    async def cancel(self, ticket: Ticket) -> bool:
        """Ask the provider to stop."""
        await self._sure()
        return await self._provider.cancel(ticket)

    async def find(self, order: Order, since: datetime, taken: Container[str]) -> Became:
        """Look for what a call began."""
        return await self._provider.find(order, since, taken)


class FencedAdapter:
    """Asks before anything is written into a chat."""

    def __init__(self, adapter: Adapter, sure: Sure) -> None:
        self.opening_s = adapter.opening_s
        self._adapter = adapter
        self._sure = sure

    def pace(self, thread: ThreadRef) -> Pace:
        """Its pace."""
        return self._adapter.pace(thread)

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        """Open a thread."""
        await self._sure()
        return await self._adapter.open(thread, view, post=post)

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write a message."""
        await self._sure()
        return await self._adapter.post(thread, view, files, post=post)

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """Look for a message."""
        return await self._adapter.find(thread, post)

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        """Show the newest state."""
        await self._sure()
        return await self._adapter.edit(message, view, post=post)

    async def delete(self, message: MessageRef) -> None:
        """Take a message back."""
        await self._sure()
        await self._adapter.delete(message)

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        """Download what was attached."""
        await self._adapter.fetch(thread, file, target)
