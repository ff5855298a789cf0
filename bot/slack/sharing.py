"""Who sees an asset or a collection: shown to the workspace, or by links that end and can be taken back."""

from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

from bot.chat import visibility
from bot.chat.things import ASSET, Thing
from bot.chat.visibility import Link, Standing
from bot.slack.asks import Ask
from bot.slack.buttons import Do, actions, back, button, value_of
from bot.slack.desk import Desk, Looks
from bot.slack.kit import alert, menu, modal, section, small, sure
from bot.slack.markup import Json, rich
from core.errors import NotFound, UserError
from storage.visibility import PRIVATE, WORKSPACE

PLACE = "workspace"
ENDED = "That link has ended."
STOP_SURE = sure("End all links?", "Whoever holds one of them sees nothing any more, also those in chats.", "End them")


class Sharing:
    """Only owners share; each press is looked at anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sharing = desk.app.kept.sharing
        self.verbs: Mapping[str, Do] = {
            "share": self._open,
            "visible": self._visible,
            "link": self._link,
            "unlink": self._unlink,
            "stop": self._stop,
        }

    async def _open(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who, thing = await self._desk.looks(ask), _thing(value_of(action))
        if thing.asset_id:
            await self._desk.own(ask, who, thing.asset_id)
        await self._show(ask, who, thing)

    async def _visible(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """To nobody else, or to the workspace."""
        who, (to, thing) = await self._desk.looks(ask), _split(action)
        if thing.asset_id:
            change: Awaitable[object] = self._sharing.show(who.viewer, [thing.asset_id], to, who.here)
        else:
            change = self._desk.app.kept.collections.show(who.viewer, thing.id, to, who.here)
        await self._after(ask, who, thing, change)

    async def _link(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """A new link that lasts as long as was chosen."""
        who, (lasts, thing) = await self._desk.looks(ask), _split(action)
        lasts_s = visibility.LASTS[lasts][1]
        change = self._sharing.link(
            who.user_id, asset_id=thing.asset_id, collection_id=thing.collection_id, lasts_s=lasts_s
        )
        await self._after(ask, who, thing, change)

    async def _unlink(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who, (share_id, thing) = await self._desk.looks(ask), _split(action)
        await self._after(ask, who, thing, self._sharing.revoke(who.user_id, share_id), ENDED)

    async def _stop(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """End every link of an asset, also those that stand in chats."""
        who, thing = await self._desk.looks(ask), Thing.parse(value_of(action))
        await self._after(ask, who, thing, self._sharing.stop(who.user_id, thing.id), visibility.STOPPED)

    async def _after(self, ask: Ask, who: Looks, thing: Thing, change: Awaitable[object], done: str = "") -> None:
        """Change it; the page then says how it stands, and why not where it could not be."""
        try:
            await change
        except NotFound:
            raise
        except UserError as error:
            await self._show(ask, who, thing, alert(error.message, good=False))
            return
        await self._show(ask, who, thing, alert(done) if done else None)

    async def _show(self, ask: Ask, who: Looks, thing: Thing, note: Json | None = None) -> None:
        standing = await visibility.standing(self._desk.app, who.viewer, thing)
        can_link = self._desk.app.links.share(thing.id) is not None
        await self._desk.turn(ask, page(ask, thing, standing, here=who.here is not None, can_link=can_link, note=note))


def page(ask: Ask, thing: Thing, standing: Standing, *, here: bool, can_link: bool, note: Json | None = None) -> Json:
    """Who sees it, and the links that open it."""
    blocks = [note] if note else []
    blocks.append(section(f"{standing.name}: {visibility.seen_by(standing.visibility, PLACE)}"))
    blocks.append(actions(_who(thing, standing, here=here), *([_new_link(thing)] if can_link else [])))
    for link in standing.links:
        blocks += _link(thing, link)
    if not can_link:
        blocks.append(small(visibility.NO_ADDRESS))
    blocks.append(actions(*_last(thing)))
    return modal("sharing", "Who sees it", blocks, notes=ask.origin())


def _who(thing: Thing, standing: Standing, *, here: bool) -> Json:
    """The workspace is offered where there is one, and where it is shown already, so that it can be taken back."""
    options = [(f"{PRIVATE}:{thing}", "Only me")]
    if here or standing.visibility == WORKSPACE:
        options.append((f"{WORKSPACE}:{thing}", f"Everybody in this {PLACE}"))
    return menu("easel_visible", options, f"{standing.visibility}:{thing}", hint="Who finds it in Easel…")


def _new_link(thing: Thing) -> Json:
    options = [(f"{word}:{thing}", f"A link {words}") for word, (words, _) in visibility.LASTS.items()]
    return menu("easel_link", options, hint="Make a link…")


def _link(thing: Thing, link: Link) -> Iterator[Json]:
    """An address to be copied, when it ends, and the way to end it now."""
    address = {"type": "link", "url": link.address}
    yield rich({"type": "rich_text_section", "elements": [address]})
    ends = f"Ends on {link.ends:%d %B %Y, %H:%M} UTC" if link.ends else "Until you take it back"
    of = f" · shows all of “{link.of}”" if link.of and thing.kind == ASSET else ""
    yield section(f"{ends}{of}", button("unlink", f"{link.id}:{thing}", label="Take back"))


def _last(thing: Thing) -> Iterator[Json]:
    if thing.kind != ASSET:
        yield back("wall", thing.id)
        return
    yield button("stop", str(thing), label="End all links", style="danger") | {"confirm": STOP_SURE}
    yield back("details", thing.id)


def _thing(value: str) -> Thing:
    """Buttons of an asset carry its id alone; those of a collection say what they are."""
    return Thing.parse(value.partition(":")[2]) if value.startswith("thing:") else Thing(ASSET, value)


def _split(action: Mapping[str, Any]) -> tuple[str, Thing]:
    what, _, thing = value_of(action).partition(":")
    return what, Thing.parse(thing)
