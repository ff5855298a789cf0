"""Who sees an asset or a collection, and how long a link to it may last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat import versions
from bot.chat.things import Thing
from core.errors import NotFound
from core.gallery.membership import Viewer
from core.gallery.sharing import ShareView

if TYPE_CHECKING:
    from bot.app import App

DAY_S = 24 * 3600
LINKS_MAX = 10
LASTS: Mapping[str, tuple[str, int | None]] = {
    "day": ("for a day", DAY_S),
    "week": ("for a week", 7 * DAY_S),
    "month": ("for a month", 30 * DAY_S),
    "ever": ("until you take it back", None),
}
"""The word that a choice carries → what people read, and seconds."""
NO_ADDRESS = "Links need a public address; this Easel has none. Whoever runs it sets EASEL_PUBLIC_URL."
STOPPED = "All links to it have ended, also those in chats. Where its file was posted, the message still shows it."


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its owner reads it."""

    id: str
    address: str
    ends: datetime | None
    of: str
    """The name of the collection that it opens; empty for a link of the asset alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a thing is shown now."""

    name: str
    visibility: str
    links: Sequence[Link]


async def standing(app: "App", viewer: Viewer, thing: Thing) -> Standing:
    """How an asset or a collection is shown.

    Raises:
        NotFound: it is gone, or not theirs: only owners share.
    """
    name, shown = await _named(app, viewer, thing)
    found = await app.kept.sharing.links(viewer.user_id, asset_id=thing.asset_id, collection_id=thing.collection_id)
    addresses = {each.id: address for each in found if (address := app.links.share(each.id))}
    return Standing(name, shown, links(found, addresses)[:LINKS_MAX])


async def _named(app: "App", viewer: Viewer, thing: Thing) -> tuple[str, str]:
    if thing.asset_id:
        asset = await app.studio.asset(viewer.user_id, thing.asset_id)
        return versions.name(asset), asset.visibility
    collection = await app.kept.collections.one(viewer, thing.id)
    if not collection.mine:
        raise NotFound
    return f"“{collection.name}”", collection.visibility


def links(shares: list[ShareView], addresses: Mapping[str, str]) -> list[Link]:
    """Links with their addresses; those that have none are left out."""
    return [
        Link(each.id, addresses[each.id], each.expires_at, each.collection) for each in shares if each.id in addresses
    ]


def seen_by(visibility: str, place: str) -> str:
    """A sentence. `place`: what the platform calls a workspace, `server` or `workspace`."""
    return {
        "private": "Only you see it in Easel.",
        "workspace": f"Everybody in this {place} finds it in Easel.",
        "link": "You see it, and whoever holds one of its links.",
    }.get(visibility, "")
