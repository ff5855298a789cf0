"""Pages of pictures side by side: one's collections, what hangs in one, and what is like an asset."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.chat import visibility
from bot.chat.links import Links
from bot.slack.asks import Ask
from bot.slack.buttons import Do, actions, back, button, value_of
from bot.slack.desk import Desk
from bot.slack.filled import Filled
from bot.slack.kit import alert, field, modal, section, small, sure, words
from bot.slack.markup import Json, cut
from bot.slack.shelf import rows, thumbnail
from core.creation.view import AssetView
from core.gallery.collections import NAME_MAX, CollectionView
from storage.collections import Place

PAGE, LISTED_MAX, LIKES_MAX, TITLE_MAX = 10, 30, 10, 24
NONE_YET = "You have no collections yet. Name one below, then open a result's Details and press Collections."
EMPTY = "Nothing hangs here yet. Open a result's Details and press Collections."
NOTHING_LIKE = "Nothing here is like this one."
MADE, GONE, RENAMED = "“{name}” is there.", "It is taken down. What hung in it stays in your gallery.", "Renamed."
DELETE_SURE = sure(
    "Delete this collection?", "Its links end with it. What hangs in it stays in your gallery.", "Delete"
)


class Walls:
    """One page leads to the other, all in one modal."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._collections = desk.app.kept.collections
        self.verbs: Mapping[str, Do] = {
            "collections": self._listing,
            "wall": self._wall,
            "rename": self._open_rename,
            "dissolve": self._delete,
            "like": self._like,
        }

    async def open(self, ask: Ask) -> None:
        """One's own collections, and those that one's workspaces are shown."""
        await self._desk.turn(ask, await self._list_page(ask))

    async def made(self, ask: Ask, view: Mapping[str, Any]) -> Json:
        """A new collection; the page that follows."""
        user_id = (await self._desk.asker(ask)).user_id
        name = Filled(view).text("name")
        if not name:
            return await self._list_page(ask)
        made = await self._collections.make(user_id, name)
        return await self._list_page(ask, MADE.format(name=made.name))

    async def renamed(self, ask: Ask, view: Mapping[str, Any]) -> Json:
        """Another name; the page that follows."""
        user_id, collection_id = (await self._desk.asker(ask)).user_id, str(ask.notes["collection"])
        await self._collections.rename(user_id, collection_id, Filled(view).text("name"))
        return await self._wall_page(ask, collection_id, None, RENAMED)

    async def _listing(self, ask: Ask, _: Mapping[str, Any]) -> None:
        await self.open(ask)

    async def _list_page(self, ask: Ask, note: str = "") -> Json:
        who = await self._desk.looks(ask)
        found = await self._collections.listing(who.viewer)
        return list_page(ask, found, self._desk.app.links, note)

    async def _wall(self, ask: Ask, action: Mapping[str, Any]) -> None:
        collection_id, _, place = value_of(action).partition(" ")
        await self._desk.turn(ask, await self._wall_page(ask, collection_id, _read(place)))

    async def _wall_page(self, ask: Ask, collection_id: str, before: Place | None, note: str = "") -> Json:
        who = await self._desk.looks(ask)
        collection = await self._collections.one(who.viewer, collection_id)
        assets, after = await self._collections.page(who.viewer, collection_id, PAGE, before)
        return wall_page(ask, collection, assets, after, self._desk.app.links, note)

    async def _open_rename(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who = await self._desk.looks(ask)
        await self._desk.turn(ask, rename_form(ask, await self._collections.one(who.viewer, value_of(action))))

    async def _delete(self, ask: Ask, action: Mapping[str, Any]) -> None:
        await self._collections.delete((await self._desk.asker(ask)).user_id, value_of(action))
        await self._desk.turn(ask, await self._list_page(ask, GONE))

    async def _like(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """What looks like an asset or was made from words like its own, the likest first."""
        who, asset_id = await self._desk.looks(ask), value_of(action)
        found = await self._desk.app.likeness.like(
            who.user_id, asset_id, limit=LIKES_MAX, workspaces=who.workspaces, others=True
        )
        await self._desk.turn(ask, like_page(ask, asset_id, [each.asset for each in found], self._desk.app.links))


def list_page(ask: Ask, found: Sequence[CollectionView], links: Links, note: str = "") -> Json:
    """Collections, each with its newest picture; below them a new one can be named."""
    blocks = [alert(note)] if note else []
    for each in found[:LISTED_MAX]:
        cover = next((shown for asset in each.covers if (shown := thumbnail(asset, links))), None)
        blocks.append(section(f"{each.name}\n{_about(each)}", cover))
        own = [button("share", f"thing:c{each.id}")] if each.mine else []
        blocks.append(actions(button("wall", each.id, label="Look"), *own))
    if not found:
        blocks.append(section(NONE_YET))
    elif len(found) > LISTED_MAX:
        blocks.append(small(f"and {len(found) - LISTED_MAX} more: find what hangs in them with in:“name”"))
    blocks.append(field("name", "New collection", words(NAME_MAX, lines=False), optional=True, mark=str(len(found))))
    return modal("collection_form", "Collections", blocks, submit="Make it", notes=ask.origin())


def wall_page(
    ask: Ask, collection: CollectionView, assets: Sequence[AssetView], after: Place | None, links: Links, note: str
) -> Json:
    """What hangs in a collection, the newest hung first."""
    blocks = [alert(note)] if note else []
    blocks += [section(collection.name), small(_about(collection))]
    blocks += rows(assets, links)
    if not assets:
        blocks.append(section(EMPTY))
    steps = [button("wall", f"{collection.id} {_write(after)}", label="Older")] if after else []
    blocks.append(actions(*steps, *_own(collection), back("collections", "all")))
    return modal("wall", cut(collection.name, TITLE_MAX), blocks, notes=ask.origin())


def rename_form(ask: Ask, collection: CollectionView) -> Json:
    """Another name for a collection."""
    blocks = [field("name", "Name", words(NAME_MAX, lines=False, initial=collection.name))]
    notes = ask.origin() | {"collection": collection.id}
    return modal("rename_form", "Rename", blocks, submit="Save", notes=notes)


def like_page(ask: Ask, asset_id: str, assets: Sequence[AssetView], links: Links) -> Json:
    """What is like an asset."""
    blocks = rows(assets, links) or [section(NOTHING_LIKE)]
    return modal("like", "More like this", [*blocks, actions(back("details", asset_id))], notes=ask.origin())


def _about(collection: CollectionView) -> str:
    by = f"by {collection.owner}" if collection.owner else ""
    shown = visibility.seen_by(collection.visibility, "workspace") if collection.mine else ""
    return " · ".join(filter(None, (f"{collection.count} in it", by, shown)))


def _own(collection: CollectionView) -> list[Json]:
    if not collection.mine:
        return []
    gone = button("dissolve", collection.id, label="Delete", style="danger") | {"confirm": DELETE_SURE}
    return [button("share", f"thing:c{collection.id}"), button("rename", collection.id, label="Rename"), gone]


def _write(place: Place) -> str:
    return f"{place.hung_at.isoformat()} {place.seq}"


def _read(text: str) -> Place | None:
    """As a button carried it; Slack sends back only what Easel wrote into it."""
    hung_at, _, seq = text.rpartition(" ")
    return Place(datetime.fromisoformat(hung_at), int(seq)) if hung_at else None
