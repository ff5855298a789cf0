"""Messages that are being written. A follower may be called off in the middle of an upload; the upload is not.

Whoever asks for the same message next joins the work that is under way, instead of looking for it in Slack.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.slack.calls import is_unclear
from core.chat import MessageRef
from core.errors import Unreachable


class UnderWay:
    """The writing of one process, by post."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[MessageRef]] = {}
        self._unsent: set[str] = set()

    async def write(self, post_id: str, work: Coroutine[Any, Any, MessageRef]) -> MessageRef:
        """Write a message; called off, the work goes on and is there to be joined."""
        task = asyncio.create_task(work, name=f"message {post_id}")
        task.add_done_callback(_heard)
        self._tasks[post_id] = task
        self._unsent.discard(post_id)
        return await self._joined(post_id, task)

    async def join(self, post_id: str) -> MessageRef | None:
        """What came of a message that is or was being written here; None where that is not known."""
        task = self._tasks.get(post_id)
        if task is None:
            return None
        try:
            return await self._joined(post_id, task)
        except Unreachable:
            raise
        except Exception:  # whoever began it was called off: it is written again, or looked for
            return None

    def never_sent(self, post_id: str) -> bool:
        """It failed here before Slack could have taken it, so it need not be looked for."""
        return post_id in self._unsent

    async def close(self) -> None:
        """Stop writing; the next start finds out what was written."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _joined(self, post_id: str, task: "asyncio.Task[MessageRef]") -> MessageRef:
        try:
            message = await asyncio.shield(task)
        except Exception as error:  # a cancelled wait is none: the work stays to be joined
            if not is_unclear(error):
                self._unsent.add(post_id)
            self._tasks.pop(post_id, None)
            raise
        self._tasks.pop(post_id, None)
        return message


def _heard(task: "asyncio.Task[MessageRef]") -> None:
    """Nobody may be waiting any more: an error is then no news, for the message is written again."""
    if not task.cancelled():
        task.exception()
