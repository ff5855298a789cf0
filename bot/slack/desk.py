"""Where listeners bring what people ask: who asks is looked up, rules are kept, the wish is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError

from bot.app import App
from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.boundary import Boundary
from bot.slack.calls import said_by
from bot.slack.clients import Clients
from bot.slack.markup import Json
from bot.slack.places import PLATFORM
from bot.slack.rooms import Rooms
from bot.slack.whispers import Whispers
from core.chat import MessageRef, ThreadRef
from core.chats import Seen
from core.creation.view import AssetView, CreationView
from core.errors import Busy, Forbidden, NotFound
from core.gallery.membership import Viewer
from core.wishes import Wish
from core.workspaces import WorkspaceRules
from storage.errors import StorageBusy

T = TypeVar("T")
UNTIL_NOTED_S = (0.1, 0.3, 0.6)
NOWHERE = "~"
"""No message of Easel's has this id: only what is their own is seen."""
ELSEWHERE = "This workspace chose other channels for Easel. In your own messages with Easel you may always ask."


@dataclass(frozen=True, slots=True)
class Asker:
    """A person and their workspace, as Easel knows them."""

    user_id: str
    workspace_id: str
    rules: WorkspaceRules


@dataclass(frozen=True, slots=True)
class Looks:
    """A person who looks, and what they may see where they are."""

    viewer: Viewer
    here: str | None
    """The workspace that they are a member of just now; None for a guest from another one."""

    @property
    def user_id(self) -> str:
        """Whose eyes these are."""
        return self.viewer.user_id

    @property
    def workspaces(self) -> tuple[str, ...]:
        """What is shown in these, they see."""
        return self.viewer.workspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every listener works with."""

    app: App
    clients: Clients
    rooms: Rooms
    whispers: Whispers
    boundary: Boundary

    async def asker(self, ask: Ask) -> Asker:
        """Who asks.

        Raises:
            Busy: nobody could be looked up now.
        """
        chats = self.app.chats
        try:
            user_id, place = await asyncio.gather(
                chats.person(PLATFORM, ask.team, ask.user, ask.name), chats.workspace(PLATFORM, ask.team)
            )
        except StorageBusy as error:
            raise Busy(phrases.BUSY) from error
        if ask.is_member:
            await self.app.kept.membership.seen(user_id, place.id)
        return Asker(user_id, place.id, place.rules)

    async def looks(self, ask: Ask) -> Looks:
        """Who looks: where they are now, by Slack's own word, and where they were lately."""
        asker = await self.asker(ask)
        here = asker.workspace_id if ask.is_member else None
        return Looks(await self.app.kept.membership.viewer(asker.user_id, here), here)

    async def create(self, ask: Ask, prompt: str, *, thread: ThreadRef, **more: Any) -> CreationView:
        """Record a wish; the same delivery finds what it made before.

        Raises:
            UserError: with the sentence why nothing was stored.
        """
        asker = await self.asker(ask)
        _allowed(asker.rules, thread.channel)
        wish = Wish(
            user_id=asker.user_id,
            prompt=prompt,
            event_key=ask.key,
            surface=PLATFORM,
            thread=thread,
            workspace_id=asker.workspace_id,
            workspaces=(asker.workspace_id,) if ask.is_member else (),
            **more,
        )
        return await self.through(wish.through, lambda: self.app.studio.create(wish))

    async def through(self, message: MessageRef | None, work: Callable[[], Awaitable[T]]) -> T:
        """Do what hangs on what a message shows. A message stands in Slack a moment before its row tells so, and
        whoever presses at once must not read that there is nothing.

        Raises:
            NotFound: and it stays so.
        """
        for wait_s in UNTIL_NOTED_S:
            try:
                return await work()
            except NotFound:
                if message is None:
                    raise
                if await self.app.chats.showing(message):
                    break  # it may have been noted since
                await asyncio.sleep(wait_s)
        return await work()

    async def seen(self, ask: Ask, who: Looks, asset_id: str) -> Seen:
        """A result that the person sees: in the message, as their own, or because their workspace is shown it.

        Raises:
            NotFound: it is gone, or not theirs to see.
        """
        where = ask.through or MessageRef(ask.place, NOWHERE)
        return await self.through(
            ask.through, lambda: self.app.chats.seen(who.user_id, asset_id, where, who.workspaces)
        )

    async def own(self, ask: Ask, who: Looks, asset_id: str) -> AssetView:
        """Their own asset; where it is somebody's that they see, they are told so, and else that it is gone.

        Raises:
            Forbidden: it is somebody else's.
            NotFound: it is gone, or not theirs to see.
        """
        try:
            return await self.app.studio.asset(who.user_id, asset_id)
        except NotFound:
            await self._check_there(ask, who, asset_id)
            raise Forbidden(phrases.NOT_YOURS, "not_yours") from None

    async def _check_there(self, ask: Ask, who: Looks, asset_id: str) -> None:
        try:
            await self.seen(ask, who, asset_id)
        except NotFound:
            raise NotFound(phrases.GONE) from None

    async def thread_of(self, ask: Ask) -> ThreadRef:
        """Where a press is answered: in the thread of its message; from a page of their own, in their messages."""
        if ask.message and ask.channel and not ask.is_ephemeral:
            return ask.place
        return ask.opening(await self.rooms.dm(ask.team, ask.user))

    async def open(self, ask: Ask, view: Json) -> None:
        """Show a form; over another one it goes on top."""
        client = await self.clients.client(ask.team)
        show = client.views_push if ask.view == "modal" else client.views_open
        await show(trigger_id=ask.trigger, view=view)

    async def turn(self, ask: Ask, view: Json) -> None:
        """Show a page in the place of the one on which they pressed; from elsewhere it is opened."""
        if ask.view != "modal":
            await self.open(ask, view)
            return
        await self.replace(ask, ask.view_id, view)

    async def replace(self, ask: Ask, view_id: str, view: Json) -> None:
        """Show another page in the place of one that was opened before."""
        client = await self.clients.client(ask.team)
        try:
            await client.views_update(view_id=view_id, view=view)
        except SlackApiError as error:
            if said_by(error) != "not_found":  # they closed it meanwhile
                raise


def _allowed(rules: WorkspaceRules, channel: str) -> None:
    """A workspace may name the channels where Easel may be asked. Direct messages with it are always open."""
    if rules.channels and channel not in rules.channels and not channel.startswith("D"):
        raise Forbidden(ELSEWHERE, "wrong_channel")
