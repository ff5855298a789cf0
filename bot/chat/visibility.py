"""Who sees an asset or a collection, and how long a link to it may last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.gallery.sharing import ShareView

DAY_S = 24 * 3600
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
