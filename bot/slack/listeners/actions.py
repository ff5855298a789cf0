"""What buttons do. An id in a button is no permission: each press is looked at anew, with the message it was on."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError

from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.buttons import Do, value_of, verb_of
from bot.slack.calls import said_by
from bot.slack.desk import Desk
from bot.slack.forms import create_form, refine_form
from bot.slack.gallery import Gallery
from bot.slack.home import Home, Looking
from bot.slack.pages import Pages
from bot.slack.revealing import Revealing
from core.errors import Forbidden, NotFound
from core.wishes import Action

LIKED, UNLIKED = "Added to your favourites.", "No longer among your favourites."
DELETED = "Deleted, here and from your gallery."
THANKS = "Thank you: noted."
JOINED = "Easel is in this channel now, and hears replies in its threads."
INVITE = "Easel cannot join this channel by itself. Type /invite @Easel here."

Press = Mapping[str, Any]


def register(bolt: AsyncApp, desk: Desk, home: Home, gallery: Gallery, pages: Pages) -> None:
    """Take every press on a button, a menu or a search field."""
    actions = Actions(desk, home, gallery, pages)
    bolt.action(re.compile(r"^easel_"))(actions.press)


class Actions:
    """One door for all presses: what is done hangs on the verb."""

    def __init__(self, desk: Desk, home: Home, gallery: Gallery, pages: Pages) -> None:
        self._desk = desk
        self._studio = desk.app.studio
        self._home = home
        self._gallery = gallery
        self._details = pages.details
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
            "gallery_page": self._page,
            **{action.value: self._act for action in Action},
            **{verb: self._after_the_answer(do) for verb, do in pages.verbs.items()},
        }

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Do what the verb says, then answer Slack. A button that only opens a page needs nothing more."""
        ask, action = Ask.of(body), _chosen(body["actions"][0])
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
        seen = await self._desk.seen(ask, await self._desk.looks(ask), asset_id)
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
        who, asset_id = await self._desk.looks(ask), str(action["value"])
        liked = not (await self._desk.own(ask, who, asset_id)).favourite
        await self._studio.mark(who.user_id, asset_id, favourite=liked)
        self._say(ask, LIKED if liked else UNLIKED)

    async def _delete(self, ask: Ask, action: Press) -> None:
        who, asset_id = await self._desk.looks(ask), str(action["value"])
        await self._desk.own(ask, who, asset_id)
        self._desk.boundary.later(ask, self._deleted(ask, who.user_id, asset_id))

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

    # --- looking --------------------------------------------------------------------------------------------------

    async def _open_details(self, ask: Ask, action: Press) -> None:
        self._desk.boundary.later(ask, self._details.open(ask, str(action["value"])))

    def _after_the_answer(self, do: Do) -> Do:
        """Pages may take longer to be put together than Slack waits."""

        async def later(ask: Ask, action: Press) -> None:
            self._desk.boundary.later(ask, do(ask, action))

        return later

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

    async def _own(self, ask: Ask, do: Callable[[str, str], Awaitable[object]], action: Press) -> None:
        """What only the person may do who asked for a creation."""
        try:
            await do((await self._desk.asker(ask)).user_id, str(action["value"]))
        except NotFound:
            raise Forbidden(phrases.NOT_YOURS, "not_yours") from None

    def _say(self, ask: Ask, text: str) -> None:
        self._desk.boundary.later(ask, self._desk.whispers.say(ask, text))


def _chosen(action: Press) -> Press:
    """A press; an entry of the menu at the end of a row is as good as a button of its verb."""
    if verb_of(action) != "more":
        return action
    verb, _, about = value_of(action).partition(":")
    return {"action_id": f"easel_{verb}", "value": about}


def is_home(action: Press) -> bool:
    """Search, filter or pages of the Home tab."""
    return str(action["action_id"]).startswith("easel_home_")
