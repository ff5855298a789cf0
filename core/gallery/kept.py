"""The desks of everything that people do with what they made: keep, tag, collect, show, share."""

from dataclasses import dataclass

from core.gallery.batches import Batches
from core.gallery.collections import Collections
from core.gallery.membership import Membership
from core.gallery.sharing import Sharing
from core.gallery.tags import Tags
from core.studio import Studio
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Kept:
    """One per process; none of them holds anything but where people were seen a moment ago."""

    tags: Tags
    collections: Collections
    sharing: Sharing
    batches: Batches
    membership: Membership


def kept(database: Database, studio: Studio) -> Kept:
    """All of them."""
    return Kept(
        Tags(database), Collections(database), Sharing(database), Batches(database, studio), Membership(database)
    )
