"""What buttons do. An id in a button is no permission: each press is looked at anew, with the message it was on."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError

from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.calls import said_by
from bot.slack.desk import Desk
from bot.slack.details import Details
from bot.slack.forms import create_form, refine_form
from bot.slack.gallery import Gallery
from bot.slack.home import Home, Looking
from bot.slack.revealing import Revealing
from core.creation.view import AssetView
from core.errors import Forbidden, NotFound
from core.wishes import Action

LIKED, UNLIKED = "Added to your favourites.", "No longer among your favourites."
DELETED = "Deleted, here and from your gallery."
THANKS = "Thank you: noted."
JOINED = "Easel is in this channel now, and hears replies in its threads."
INVITE = "Easel cannot join this channel by itself. Type /invite @Easel here."

Press = Mapping[str, Any]
Do = Callable[[Ask, Press], Awaitable[None]]


def register(bolt: AsyncApp, desk: Desk, home: Home, gallery: Gallery) -> None:
    """Take every press on a button, a menu or a search field."""
    actions = Actions(desk, home, gallery)
    bolt.action(re.compile(r"^easel_"))(actions.press)


class Actions:
    """One door for all presses: what is done hangs on the verb."""

    def __init__(self, desk: Desk, home: Home, gallery: Gallery) -> None:
        self._desk = desk
        self._studio = desk.app.studio
        self._home = home
        self._gallery = gallery
        self._details = Details(desk)
        self._revealing = Revealing(desk)
        self._verbs: dict[str, Do] = {
            "refine": self._refine,
            "favourite": self._favourite,
            "details": self._open_details,
            "delete": self._delete,
            "cancel": self._cancel,
            "run": self._run,
            "feedback": self._feedback,
            "join": self._join,
            "show": self._show,
            "here": self._here,
            "new": self._new,
            "forget": self._forget,
            "gallery_page": self._page,
            **{action.value: self._act for action in Action},
        }

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Do what the verb says, then answer Slack. A button that only opens a page needs nothing more."""
        ask, action = Ask.of(body), body["actions"][0]
        do = self._home_moved if is_home(action) else self._verbs.get(verb_of(action))
        if do:
            await do(ask, action)
        await ack()

    # --- making ---------------------------------------------------------------------------------------------------

    async def _act(self, ask: Ask, action: Press) -> None:
        """Vary, Upscale, Animate, Extend, Again: a fixed plan."""
        thread = await self._desk.thread_of(ask)
        wanted = Action(verb_of(action))
        await self._desk.create(
            ask, "", thread=thread, inputs=(str(action["value"]),), action=wanted, through=ask.through
        )

    async def _refine(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._open_refine(ask, str(action["value"])))

    async def _open_refine(self, ask: Ask, asset_id: str) -> None:
        user_id = (await self._desk.asker(ask)).user_id
        seen = await self._desk.seen(ask, user_id, asset_id)
        await self._desk.open(ask, refine_form(ask, [seen.asset]))

    async def _new(self, ask: Ask, _: Press) -> None:
        self._desk.boundary.later(ask, self._desk.open(ask, create_form(ask, self._desk.app.catalogue.models)))

    async def _run(self, ask: Ask, action: Press) -> None:
        """Yes to the price."""
        await self._own(ask, self._studio.confirm, action)

    async def _cancel(self, ask: Ask, action: Press) -> None:
        await self._own(ask, self._studio.cancel, action)

    # --- keeping --------------------------------------------------------------------------------------------------

    async def _favourite(self, ask: Ask, action: Press) -> None:
        user_id, asset_id = (await self._desk.asker(ask)).user_id, str(action["value"])
        liked = not (await self._mine(ask, user_id, asset_id)).favourite
        await self._studio.mark(user_id, asset_id, favourite=liked)
        self._say(ask, LIKED if liked else UNLIKED)

    async def _delete(self, ask: Ask, action: Press) -> None:
        user_id, asset_id = (await self._desk.asker(ask)).user_id, str(action["value"])
        await self._mine(ask, user_id, asset_id)
        self._desk.boundary.later(ask, self._deleted(ask, user_id, asset_id))

    async def _deleted(self, ask: Ask, user_id: str, asset_id: str) -> None:
        """Taking messages back takes several calls, so Slack has its answer before."""
        await self._studio.delete(user_id, asset_id)
        await self._desk.whispers.say(ask, DELETED)
        if ask.view == "home":
            await self._home.show(ask, Looking.of(ask.notes))

    async def _feedback(self, ask: Ask, action: Press) -> None:
        asset_id, _, vote = str(action["value"]).partition(":")
        user_id = (await self._desk.asker(ask)).user_id
        await self._desk.through(ask.through, lambda: self._studio.vote(user_id, asset_id, int(vote), ask.through))
        self._say(ask, THANKS)

    async def _forget(self, ask: Ask, _: Press) -> None:
        self._desk.boundary.later(ask, self._forgotten(ask))

    async def _forgotten(self, ask: Ask) -> None:
        user_id = (await self._desk.asker(ask)).user_id
        receipt = await self._studio.forget(user_id)
        told = phrases.FORGOTTEN.format(creations=receipt.creations, assets=receipt.assets)
        await self._desk.whispers.say(ask, told, replace=True)

    # --- looking --------------------------------------------------------------------------------------------------

    async def _open_details(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._details.open(ask, str(action["value"])))

    async def _page(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._gallery.turn(ask, action))

    async def _home_moved(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._home.pressed(ask, action))

    async def _show(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._revealing.reveal(ask, str(action["value"])))

    async def _here(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._revealing.show_here(ask, str(action["value"])))

    async def _join(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._joined(ask, str(action["value"])))

    async def _joined(self, ask: Ask, channel: str) -> None:
        """Easel may join public channels; into a private one it must be invited."""
        try:
            await (await self._desk.clients.client(ask.team)).conversations_join(channel=channel)
        except SlackApiError as error:
            if said_by(error) in ("is_archived", "channel_not_found", "method_not_supported_for_channel_type"):
                await self._desk.whispers.say(ask, INVITE)
                return
            raise
        await self._desk.whispers.say(ask, JOINED)

    # --- whose ----------------------------------------------------------------------------------------------------

    async def _mine(self, ask: Ask, user_id: str, asset_id: str) -> AssetView:
        """Their own asset; where it is somebody's that they see, they are told so, and else that it is gone."""
        try:
            return await self._studio.asset(user_id, asset_id)
        except NotFound:
            await self._check_there(ask, user_id, asset_id)
            raise Forbidden(phrases.NOT_YOURS, "not_yours") from None

    async def _check_there(self, ask: Ask, user_id: str, asset_id: str) -> None:
        try:
            await self._desk.seen(ask, user_id, asset_id)
        except NotFound:
            raise NotFound(phrases.GONE) from None

    async def _own(self, ask: Ask, do: Callable[[str, str], Awaitable[object]], action: Press) -> None:
        """What only the person may do who asked for a creation."""
        try:
            await do((await self._desk.asker(ask)).user_id, str(action["value"]))
        except NotFound:
            raise Forbidden(phrases.NOT_YOURS, "not_yours") from None

    def _say(self, ask: Ask, text: str) -> None:
        self._desk.boundary.later(ask, self._desk.whispers.say(ask, text))


def verb_of(action: Press) -> str:
    """`easel_details_<id>` is `details` too: several of one kind stand in a row only under different names."""
    verb = str(action["action_id"]).removeprefix("easel_")
    return "details" if verb.startswith("details_") else verb


def is_home(action: Press) -> bool:
    """Search, filter or pages of the Home tab."""
    return str(action["action_id"]).startswith("easel_home_")
