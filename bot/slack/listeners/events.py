"""What happens in channels and in the agent's pane. Each wish is recorded before Slack has its answer.

Bolt would answer an event before its listener runs, and what came in would be lost with the process; Easel's app runs
listeners first (`process_before_response`), so a copy comes again where nothing was recorded.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.chat import phrases
from bot.slack.asks import Ask, files_of
from bot.slack.desk import Desk
from bot.slack.home import Home
from bot.slack.places import PLATFORM
from bot.slack.words import heard
from core.errors import Invalid
from storage import creations

Event = Mapping[str, Any]
SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a person wrote anew: https://docs.slack.dev/reference/events/message"""
PROMPTS = (
    ("A picture", "a lighthouse at dusk, wide, in the style of an old postcard"),
    ("A short video", "a paper boat drifting down a rainy street, five seconds"),
    ("A voice", "read this aloud, calmly: Welcome to our little harbour"),
    ("All at once", "a fox in the snow, then make it move, with one spoken sentence about it"),
)
PROMPTS_TITLE = "What shall we make?"
TELL = "Tell Easel what to make, in your own words."


def register(bolt: AsyncApp, desk: Desk, home: Home) -> None:
    """Take messages, mentions, openings of the app, and the Stop button."""
    events = Events(desk, home)
    bolt.event("app_mention")(events.mentioned)
    bolt.event("message")(events.said)
    bolt.event("app_home_opened")(events.opened)
    bolt.event("agent_session_stopped")(events.stopped)


class Events:
    """Takes what people say."""

    def __init__(self, desk: Desk, home: Home) -> None:
        self._desk = desk
        self._home = home

    async def mentioned(self, body: dict[str, Any]) -> None:
        """`@Easel a fox`: the thread is the message's own. Its `message` event has the same key."""
        if is_spoken(body["event"]):
            await self._take(Ask.of(body), body)

    async def said(self, body: dict[str, Any]) -> None:
        """A message to Easel alone, or a reply in one of its threads."""
        event, ask = body["event"], Ask.of(body)
        if not is_spoken(event):
            return
        if event.get("channel_type") == "im":
            self._desk.rooms.met(ask.team, ask.user, ask.channel)
            await self._take(ask, body)
        elif await self._is_reply(ask, body):
            await self._take(ask, body)

    async def opened(self, body: dict[str, Any]) -> None:
        """The Home tab shows the gallery, the Messages tab what one might ask."""
        event, ask = body["event"], Ask.of(body)
        self._desk.rooms.met(ask.team, ask.user, str(event["channel"]))
        if event.get("tab") == "home":
            self._desk.boundary.later(ask, self._home.show(ask))
        elif event.get("tab") == "messages":
            self._desk.boundary.later(ask, self._suggest(ask))

    async def stopped(self, body: dict[str, Any]) -> None:
        """The native Stop: what this person has running in that thread ends; what is finished stays."""
        ask = Ask.of(body)
        asker = await self._desk.asker(ask)
        app = self._desk.app
        for creation_id in await app.database.read(lambda session: creations.unfinished(session, asker.user_id)):
            if (await app.studio.creation(asker.user_id, creation_id)).thread == str(ask.place):
                await app.studio.cancel(asker.user_id, creation_id)

    async def _is_reply(self, ask: Ask, body: Event) -> bool:
        """Plain words in a thread of Easel's. A mention there comes as an event of its own."""
        if not ask.thread or ask.thread == ask.message or f"<@{bot_user(body)}>" in str(body["event"].get("text")):
            return False
        if not await self._desk.app.chats.owns(ask.place):
            return False
        return (await self._desk.app.chats.workspace(PLATFORM, ask.team)).rules.replies

    async def _take(self, ask: Ask, body: Event) -> None:
        event = body["event"]
        words, files = heard(str(event.get("text") or ""), bot_user(body)), files_of(event.get("files"))
        if not words and not files:
            raise Invalid(f"{TELL} {phrases.HELP[0]}", "empty_prompt")
        await self._desk.create(ask, words, thread=ask.place, files=files)

    async def _suggest(self, ask: Ask) -> None:
        """https://docs.slack.dev/ai/migrating-to-agent-messaging: the pane itself, hence no thread."""
        client = await self._desk.clients.client(ask.team)
        prompts = [{"title": title, "message": message} for title, message in PROMPTS]
        await client.assistant_threads_setSuggestedPrompts(channel_id=ask.channel, title=PROMPTS_TITLE, prompts=prompts)


def is_spoken(event: Event) -> bool:
    """A person's new words: not a bot's, Easel's own among them, nor a change or removal of old ones."""
    return (
        bool(event.get("user")) and event.get("subtype") in SPOKEN and not (event.get("bot_id") or event.get("edited"))
    )


def bot_user(body: Event) -> str:
    """What Slack calls Easel in this workspace."""
    installed = body.get("authorizations") or ()
    return next((str(each.get("user_id")) for each in installed if each.get("is_bot")), "")
