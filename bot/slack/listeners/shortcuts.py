"""Shortcuts: from a message's menu, and from anywhere."""

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.asks import Ask, files_of
from bot.slack.desk import Desk
from bot.slack.forms import create_form, refine_form
from bot.slack.pages import Pages
from core.chat import FileRef
from core.creation.view import AssetView
from core.errors import NotFound, Unsupported
from core.wishes import Action

NO_PICTURE = "There is no picture in this message that Easel could work from."
ONE_PICTURE = "There are several pictures in this message. Press Animate under the one you mean."
ONE_FILE = "There are several pictures in this message, and Easel animates one at a time. Please post it by itself."


def register(bolt: AsyncApp, desk: Desk, pages: Pages) -> None:
    """Take “Refine with Easel”, “Animate with Easel”, “Inspect with Easel” and “Ask Easel”."""
    shortcuts = Shortcuts(desk, pages)
    bolt.shortcut({"type": "message_action", "callback_id": "easel_refine"})(shortcuts.refine)
    bolt.shortcut({"type": "message_action", "callback_id": "easel_animate"})(shortcuts.animate)
    bolt.shortcut({"type": "message_action", "callback_id": "easel_inspect"})(shortcuts.inspect)
    bolt.shortcut({"type": "shortcut", "callback_id": "easel_create"})(shortcuts.create)


class Shortcuts:
    """On a message of Easel's they mean its result, on any other message the pictures that it carries."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk = desk
        self._pages = pages

    async def create(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The form for a new wish."""
        ask = Ask.of(body)
        self._desk.boundary.later(ask, self._desk.open(ask, create_form(ask, self._desk.app.catalogue.models)))
        await ack()

    async def refine(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The form for a change."""
        ask, name = Ask.of(body), str((body.get("channel") or {}).get("name") or "")
        self._desk.boundary.later(ask, self._open_refine(ask, name, files_of(body["message"].get("files"))))
        await ack()

    async def animate(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A picture begins to move, at once, in the thread of its message."""
        ask, name = Ask.of(body), str((body.get("channel") or {}).get("name") or "")
        files = files_of(body["message"].get("files"))
        channel = await self._desk.rooms.of(ask.team, ask.user, ask.channel, name)
        thread = ask.place if channel == ask.channel else ask.opening(channel)
        assets = await self._assets(ask)
        if len(assets) > 1 or (not assets and len(files) > 1):
            raise Unsupported(ONE_PICTURE if assets else ONE_FILE)
        if not assets and not files:
            raise Unsupported(NO_PICTURE)
        inputs, attached = (tuple(each.id for each in assets), ()) if assets else ((), files)
        await self._desk.create(
            ask, "", thread=thread, inputs=inputs, files=attached, action=Action.ANIMATE, through=ask.through
        )
        await ack()

    async def inspect(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Where the files of a message come from."""
        ask = Ask.of(body)
        self._desk.boundary.later(ask, self._pages.inspecting.of_message(ask, body["message"]))
        await ack()

    async def _open_refine(self, ask: Ask, name: str, files: tuple[FileRef, ...]) -> None:
        assets = await self._assets(ask)
        if not assets and not files:
            raise Unsupported(NO_PICTURE)
        if await self._desk.rooms.of(ask.team, ask.user, ask.channel, name) != ask.channel:
            ask = replace(ask, channel="", thread="", message="")  # a talk between people: answered elsewhere
        await self._desk.open(ask, refine_form(ask, assets, () if assets else files))

    async def _assets(self, ask: Ask) -> list[AssetView]:
        """What a message of Easel's shows; nothing for anybody else's."""
        shown = await self._desk.app.chats.showing(ask.through) if ask.through else None
        if shown is None:
            return []
        user_id = (await self._desk.asker(ask)).user_id
        found = []
        for asset_id in shown.asset_ids:
            try:
                assert ask.through
                found.append((await self._desk.app.chats.seen(user_id, asset_id, ask.through)).asset)
            except NotFound:
                continue  # withheld, or deleted meanwhile
        return found
