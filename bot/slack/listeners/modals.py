"""Forms that were sent. What is wrong is told beside its input, and the form stays open."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.asks import Ask
from bot.slack.desk import Desk
from bot.slack.filled import Filled
from bot.slack.forms import options_of
from bot.slack.markup import Json
from bot.slack.pages import Pages
from bot.slack.settings import Settings
from core.chat import FileRef

IN_CHANNEL = "privategroup"


def register(bolt: AsyncApp, desk: Desk, settings: Settings, pages: Pages) -> None:
    """Take every form."""
    modals = Modals(desk, settings)
    turning = Turning(pages)
    bolt.view("easel_create_form")(modals.create)
    bolt.view("easel_refine_form")(modals.refine)
    bolt.view("easel_settings_form")(modals.settings)
    for name in turning.forms:
        bolt.view(f"easel_{name}_form")(turning.sent)


class Modals:
    """Each records first; an empty answer then closes the form."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings

    async def create(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A new wish, in the channel that was chosen or in their messages with Easel."""
        ask, filled = Ask.of(body), Filled(body["view"])
        where, rooms = filled.conversation("where"), self._desk.rooms
        channel = await rooms.of(ask.team, ask.user, where, IN_CHANNEL) if where else await rooms.dm(ask.team, ask.user)
        kind, options = options_of(filled)
        await self._desk.create(
            ask,
            filled.text("words"),
            thread=ask.opening(channel),
            kind=kind,
            options=options,
            files=filled.files("files"),
        )
        await ack()

    async def refine(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A change to one result, or to files that somebody posted."""
        ask, filled = Ask.of(body), Filled(body["view"])
        asset = filled.choice("asset") or ask.notes.get("asset")
        posted = tuple(FileRef(source, name) for source, name in ask.notes.get("files", ()))
        await self._desk.create(
            ask,
            filled.text("words"),
            thread=await self._desk.thread_of(ask),
            inputs=(str(asset),) if asset else (),
            files=(*posted, *filled.files("files")),
            through=ask.through,
        )
        await ack()

    async def settings(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """What an admin decided."""
        await self._settings.save(Ask.of(body), body["view"])
        await ack()


class Turning:
    """Forms among pages: the page that follows takes the form's place."""

    def __init__(self, pages: Pages) -> None:
        self.forms: Mapping[str, Callable[[Ask, Mapping[str, Any]], Awaitable[Json]]] = {
            "hang": pages.collecting.hung,
            "tags": pages.collecting.tagged,
            "collection": pages.walls.made,
            "rename": pages.walls.renamed,
            "inspect": pages.inspecting.sent,
        }

    async def sent(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Do what the form says. What is wrong with it is told beside its input, and it stays open."""
        view = body["view"]
        name = str(view["callback_id"]).removeprefix("easel_").removesuffix("_form")
        await ack(response_action="update", view=await self.forms[name](Ask.of(body), view))
