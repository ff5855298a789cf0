"""Looks for messages whose answer never came: exactly once is worth one slow question.

Slack lets most apps read a thread once a minute, 15 messages at a time
(docs.slack.dev/apis/web-api/rate-limits), so one look serves every open intent of a thread.
"""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import talking
from bot.slack.clients import Clients
from bot.slack.markup import Json
from bot.slack.places import message
from core.chat import MessageRef, ThreadRef
from core.errors import Unreachable
from storage.tables import Post

EVENT = "easel_post"
PAGE = 15
LOOKS_MAX = 200
SLACK_S = timedelta(seconds=10)
"""Clocks differ."""


def metadata(post: Post) -> Json:
    """What a message carries so that it can be found again."""
    return {"event_type": EVENT, "event_payload": {"post_id": post.id}}


@dataclass(slots=True)
class Look:
    """What stood in a place; good for every post that was not tried again since."""

    messages: list[Json]
    since: float
    tried: set[str] = field(default_factory=set)


class Finder:
    """One per process. It remembers looks, for a restart asks for all messages of a thread at once."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._looks: dict[str, Look] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Of each workspace's threads one is read at a time: all at once, each minute's one answer would be fought for,
        and who never gets it gives up."""

    def tried(self, post: Post) -> None:
        """A post is being written: what was seen before tells nothing of it any more."""
        look = self._looks.get(post.thread)
        if look:
            look.tried.add(post.id)

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """The message of an intent; None where there is none, or nobody may look."""
        async with self._turns[thread.workspace]:
            look = await self._look(thread, post)
        for each in look.messages:
            if _is_of(each, post):
                root = each["ts"] if thread.pending else thread.thread
                return message(thread.workspace, thread.channel, root, each["ts"])
        return None

    async def _look(self, thread: ThreadRef, post: Post) -> Look:
        """An earlier one, if it tells of this post."""
        since = (post.intent_at - SLACK_S).timestamp()
        look = self._looks.get(post.thread)
        if look is None or post.id in look.tried or look.since > since:
            look = Look(await self._read(thread, since), since)
            if len(self._looks) >= LOOKS_MAX:
                self._looks.clear()
            self._looks[post.thread] = look
        return look

    async def _read(self, thread: ThreadRef, since: float) -> list[Json]:
        try:
            async with talking(self._clients, thread.workspace) as client:
                return await _messages(client, thread, since)
        except Unreachable as error:
            if error.reason == "revoked":
                raise
            return []  # not a member, so it may write here but not read


async def _messages(client: AsyncWebClient, thread: ThreadRef, since: float) -> list[Json]:
    span: Json = {"channel": thread.channel, "oldest": f"{since:.6f}", "limit": PAGE, "include_all_metadata": True}
    if thread.pending:
        answer = await client.conversations_history(**span)
    else:
        answer = await client.conversations_replies(ts=thread.thread, **span)
    return list(answer["messages"])


def _is_of(found: Json, post: Post) -> bool:
    """By its metadata; a stream has none, but its blocks are named after the post."""
    if not found.get("bot_id"):
        return False
    carried = found.get("metadata") or {}
    if carried.get("event_type") == EVENT and carried.get("event_payload", {}).get("post_id") == post.id:
        return True
    return f'"{post.id}-' in json.dumps(found.get("blocks") or [])
