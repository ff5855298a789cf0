"""Messages said and said anew: with their post's name in them, without unfurling, and in blocks the workspace knows."""

from collections.abc import Awaitable, Callable
from time import time_ns
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.calls import said_by, talking
from bot.slack.clients import Clients
from bot.slack.finding import metadata
from bot.slack.markup import Json
from bot.slack.views import marked, plainly
from core.chat import MessageRef, ThreadRef
from storage.tables import Post

TOO_NEW = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""A workspace whose Slack does not know the newest blocks gets the same in old ones."""


async def say(clients: Clients, place: ThreadRef, blocks: list[Json], text: str, post: Post) -> str:
    """Write a new message, in a thread or as the root of one to come; returns its `ts`."""
    root_ts = None if place.pending else place.thread
    async with talking(clients, place.workspace) as client:

        async def call(shown: list[Json]) -> Any:
            return await client.chat_postMessage(
                channel=place.channel,
                thread_ts=root_ts,
                text=text,
                blocks=shown,
                metadata=metadata(post),
                unfurl_links=False,
                unfurl_media=False,
            )

        return str((await _understood(call, blocks, post))["ts"])


async def say_anew(clients: Clients, message: MessageRef, blocks: list[Json], text: str, post: Post) -> None:
    """Replace what a message says."""
    async with talking(clients, message.thread.workspace) as client:

        async def call(shown: list[Json]) -> Any:
            return await client.chat_update(
                channel=message.thread.channel, ts=message.id, text=text, blocks=shown, metadata=metadata(post)
            )

        await _understood(call, blocks, post)


async def _understood(call: Callable[[list[Json]], Awaitable[Any]], blocks: list[Json], post: Post) -> Any:
    """Block ids are new each time, as Slack wants it, and begin with the post's: it can be found by them, too."""
    mark = f"{post.id}-{time_ns() // 1_000_000:x}"
    try:
        return await call(marked(blocks, mark))
    except SlackApiError as error:
        if said_by(error) not in TOO_NEW:
            raise
        return await call(marked(plainly(blocks), mark))
