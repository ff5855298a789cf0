"""The slash commands. Slack knows none inside a thread: https://docs.slack.dev/interactivity/implementing-slash-commands"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.desk import Desk
from bot.slack.forms import create_form
from bot.slack.gallery import Gallery
from bot.slack.kit import section
from bot.slack.pages import Pages
from bot.slack.settings import Settings
from bot.slack.words import heard
from storage.tables import now

IN_DM = "I am on it: look into your messages with Easel."
USAGE = "Your work cost {today} today and {month} this month."
FREE = "Nothing you made has cost anything yet."
HELP = (
    *phrases.HELP,
    "A slash command cannot be used inside a thread. To change a result there, reply in plain words, mention Easel, "
    "or press Refine; on any picture in Slack, open its menu and choose “Refine with Easel”, “Animate with Easel”, or "
    "“Inspect with Easel”, which tells where it comes from.",
    "“undo” and “back to v2” in a thread cost nothing: the next reply then goes on from there.",
    "/create makes something. /gallery finds what you made; /easel collections is what you hung side by side. "
    "/easel inspect tells where a file comes from, /easel usage what your work cost.",
    "/easel export gives you everything that Easel has of you, /easel join makes you one person here and elsewhere, "
    "/easel forget-me deletes everything of yours. /easel settings is for this workspace’s admins.",
)

Body = Mapping[str, Any]
Do = Callable[[Ask, Body, str], Awaitable[None]]


def register(bolt: AsyncApp, desk: Desk, gallery: Gallery, settings: Settings, pages: Pages) -> None:
    """Take the three commands."""
    commands = Commands(desk, gallery, settings, pages)
    bolt.command("/create")(commands.create)
    bolt.command("/gallery")(commands.gallery)
    bolt.command("/easel")(commands.easel)


class Commands:
    """Each records or begins something, then answers Slack."""

    def __init__(self, desk: Desk, gallery: Gallery, settings: Settings, pages: Pages) -> None:
        self._desk = desk
        self._gallery = gallery
        self._settings = settings
        self._pages = pages
        self._parts: dict[str, Do] = {
            "create": self._create,
            "gallery": self._show_gallery,
            "usage": self._usage,
            "settings": self._open_settings,
            "collections": self._collections,
            "inspect": self._inspect,
            "export": self._export,
            "join": self._join,
            "forget-me": self._forget_me,
        }

    async def create(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """`/create a fox`; without words, the form."""
        await self._create(Ask.of(body), body, body.get("text") or "")
        await ack()

    async def gallery(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """`/gallery fox`."""
        await self._show_gallery(Ask.of(body), body, body.get("text") or "")
        await ack()

    async def easel(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """`/easel` with the name of a part; help for everything else."""
        verb, _, rest = (body.get("text") or "").strip().partition(" ")
        await self._parts.get(verb.lower(), self._help)(Ask.of(body), body, rest)
        await ack()

    async def _create(self, ask: Ask, body: Body, text: str) -> None:
        if not (words := heard(text)):
            self._desk.boundary.later(ask, self._desk.open(ask, create_form(ask, self._desk.app.catalogue.models)))
            return
        channel = await self._desk.rooms.of(ask.team, ask.user, ask.channel, str(body.get("channel_name") or ""))
        await self._desk.create(ask, words, thread=ask.opening(channel))
        if channel != ask.channel:
            self._desk.boundary.later(ask, self._desk.whispers.say(ask, IN_DM))

    async def _show_gallery(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._gallery.show(ask, heard(text)))

    async def _usage(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._tell_usage(ask))

    async def _tell_usage(self, ask: Ask) -> None:
        user_id = (await self._desk.asker(ask)).user_id
        today = now().replace(hour=0, minute=0, second=0, microsecond=0)
        spent = await self._desk.app.studio.usages(user_id, (today, today.replace(day=1)))
        told = USAGE.format(today=phrases.dollars(spent[0]), month=phrases.dollars(spent[1])) if spent[1] else FREE
        await self._desk.whispers.say(ask, told)

    async def _open_settings(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._settings.open(ask))

    async def _collections(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._pages.walls.open(ask))

    async def _inspect(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._pages.inspecting.open_form(ask))

    async def _export(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._pages.persons.export(ask))

    async def _join(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._pages.persons.join(ask, heard(text)))

    async def _forget_me(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._pages.persons.forget(ask))

    async def _help(self, ask: Ask, body: Body, text: str) -> None:
        self._desk.boundary.later(ask, self._desk.whispers.say(ask, HELP[0], [section(each) for each in HELP]))
