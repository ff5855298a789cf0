"""A person's voice: the messages they write, change and take back."""

import html
import re
from collections.abc import Sequence
from typing import Any

from tests.fakes.slack.api_files import share
from tests.fakes.slack.deliver import Delivery
from tests.fakes.slack.eyes import Eyes, Seen
from tests.fakes.slack.message import Message
from tests.fakes.slack.posting import edit, keep
from tests.fakes.slack.screen import Impossible
from tests.fakes.slack.upload import Upload
from tests.fakes.slack.workspace import Channel

Json = dict[str, Any]
BARE_URL = re.compile(r"https?://[^\s<>|]+")


class Voice(Eyes):
    """Channels are given by name, id or object; a thread by its root's ts or any message of it."""

    async def say(
        self,
        channel: "str | Channel",
        text: str = "",
        *,
        thread: "str | Message | None" = None,
        files: Sequence[Upload] = (),
    ) -> Seen:
        """Types a message; `<` and `&` arrive escaped, addresses in brackets, as from the real client."""
        return await self._post(channel, _typed(text), [{"type": "text", "text": text}] if text else [], thread, files)

    async def mention(
        self,
        channel: "str | Channel",
        text: str = "",
        *,
        thread: "str | Message | None" = None,
        files: Sequence[Upload] = (),
    ) -> Seen:
        """Names the app: it gets `message` and `app_mention`, with different event ids."""
        bot = self.workspace.bot_user_id
        parts = [{"type": "user", "user_id": bot}, {"type": "text", "text": f" {text}"}]
        return await self._post(channel, f"<@{bot}> {_typed(text)}".rstrip(), parts, thread, files)

    async def _post(
        self,
        channel: "str | Channel",
        text: str,
        parts: list[Json],
        thread: "str | Message | None",
        files: Sequence[Upload],
    ) -> Seen:
        place = self._writable(channel)
        message = Message(
            team=self.workspace.id,
            channel=place.id,
            ts=self.workspace.next_ts(),
            user=self.id,
            text=text,
            thread_ts=_root(thread),
            subtype="file_share" if files else None,
        )
        if parts:
            section = {"type": "rich_text_section", "elements": parts}
            message.blocks = [{"type": "rich_text", "block_id": "typed", "elements": [section]}]
        if message.thread_ts and message.thread_ts not in place.messages:
            raise Impossible(f"there is no thread {message.thread_ts}")
        share(self.workspace, message, [self.upload(one) for one in files])
        return await self._seen(self._sent(place, message), message)

    def _sent(self, place: Channel, message: Message) -> list[Delivery]:
        before = len(self._world.deliveries)
        keep(self._world, self.workspace, place, message)
        return self._world.deliveries[before:]

    def _writable(self, channel: "str | Channel") -> Channel:
        place = self.workspace.find(channel)
        if place.archived or self.id not in place.members:
            raise Impossible(f"{self.name} cannot write in {place.name}")
        return place

    async def edit(self, message: Message, text: str) -> Seen:
        self._own(message)
        edit(self._world, message, _typed(text), [])
        message.edited_ts = self.workspace.next_ts()
        before = len(self._world.deliveries)
        channel = self.workspace.channels[message.channel]
        self._world.deliveries.message_changed(self.workspace, channel, message)
        return await self._seen(self._world.deliveries[before:], message)

    async def delete(self, message: Message) -> Seen:
        self._own(message)
        message.deleted = True
        before = len(self._world.deliveries)
        channel = self.workspace.channels[message.channel]
        self._world.deliveries.message_deleted(self.workspace, channel, message)
        return await self._seen(self._world.deliveries[before:], message)

    def _own(self, message: Message) -> None:
        if message.user != self.id or message.deleted:
            raise Impossible("people change only their own messages")


def _typed(text: str) -> str:
    """What the client makes of typed text."""
    return BARE_URL.sub(lambda found: f"<{found.group()}>", html.escape(text, quote=False))


def _root(thread: "str | Message | None") -> str | None:
    return thread.root_ts if isinstance(thread, Message) else thread
