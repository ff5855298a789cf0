"""Requests and answers about what is kept."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.web.shapes import In, Links, Out, PageSize, same
from core.creation.view import AssetView
from core.gallery.batches import BATCH_MAX, Batch
from core.gallery.collections import NAME_MAX, CollectionView
from core.gallery.membership import WorkspaceView
from core.gallery.sharing import LASTS_LEAST_S, LASTS_MOST_S, ShareView
from core.gallery.tags import LENGTH_MAX
from core.providers.base import Kind

Ids = Annotated[list[str], Field(min_length=1, max_length=BATCH_MAX, description="Ids of assets.")]
Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
Workspace = Annotated[str | None, Field(max_length=32, description="Which of one's workspaces, where it is not clear.")]


# --- requests -----------------------------------------------------------------------------------------------------


class RatingIn(In):
    """What one thinks of an asset."""

    value: Literal[1, 0, -1]


class TagsIn(In):
    """All tags of one asset."""

    tags: Names = Field(description=f"Each of at most {LENGTH_MAX} letters, digits and hyphens; kept in lower case.")


class TagIn(In):
    """Another name for a tag."""

    name: str = Field(max_length=200)


class TaggingIn(In):
    """Tags to give to several assets, and to take from them."""

    assets: Ids
    add: Names = Field(default_factory=list)
    remove: Names = Field(default_factory=list)


class FavouritesIn(In):
    """Several assets as favourites, or as none."""

    assets: Ids
    favourite: bool


class VisibilityIn(In):
    """To whom several assets are shown; for a link, make one."""

    assets: Ids
    visibility: Literal["private", "workspace"]
    workspace: Workspace = None


class AssetsIn(In):
    """Several assets."""

    assets: Ids


class CollectionIn(In):
    """A new collection."""

    name: str = Field(max_length=1_000, description=f"Up to {NAME_MAX} characters.")


class CollectionChange(In):
    """What may be changed of a collection; a field left out stays as it is."""

    name: str | None = Field(default=None, max_length=1_000)
    visibility: Literal["private", "workspace"] | None = None
    workspace: Workspace = None


class CollectionsQuery(In):
    """Which collections; with `asset`, each says whether it holds that one."""

    asset: str | None = Field(default=None, max_length=32)


class WallQuery(In):
    """Which page of a collection."""

    limit: PageSize = Field(default=40, ge=1)
    before: str | None = Field(default=None, max_length=500, description="The `next` of the page before.")


class ShareIn(In):
    """A link to one asset or one collection."""

    asset: str | None = Field(default=None, max_length=32)
    collection: str | None = Field(default=None, max_length=32)
    expires_in_s: int | None = Field(
        default=None, ge=LASTS_LEAST_S, le=LASTS_MOST_S, description="Seconds; null: until it is taken back."
    )


class SharesQuery(In):
    """The links of one thing, or all of one's links."""

    asset: str | None = Field(default=None, max_length=32)
    collection: str | None = Field(default=None, max_length=32)


# --- answers ------------------------------------------------------------------------------------------------------


class BatchOut(Out):
    """Which assets it was done to. Those of others count as missing."""

    done: tuple[str, ...]
    missing: tuple[str, ...]


class TagOut(Out):
    """A tag in use."""

    name: str
    count: int


class TagList(Out):
    """One's tags, the most used first."""

    tags: list[TagOut]


class CoverOut(Out):
    """A picture of a collection."""

    id: str
    kind: Kind
    alt_text: str
    width: int | None
    height: int | None
    thumbnail_url: str


class CollectionOut(Out):
    """A collection as the asker sees it."""

    id: str
    name: str
    visibility: str
    workspace: str | None
    mine: bool
    owner: str = Field(description="What its owner is called, where that is not the asker.")
    count: int
    covers: list[CoverOut]
    holds: bool = Field(description="Whether the asset that was asked about hangs in it.")
    page_url: str
    created_at: datetime


class CollectionList(Out):
    """One's own collections and those of one's workspaces, the newest first."""

    collections: list[CollectionOut]


class ShareOut(Out):
    """A link that opens something now."""

    id: str
    url: str
    asset_id: str | None
    collection_id: str | None
    collection: str = Field(description="The collection's name, or empty.")
    expires_at: datetime | None
    created_at: datetime


class ShareList(Out):
    """Links, the newest first. Those of an asset come with those of the collections that it hangs in."""

    shares: list[ShareOut]


class StoppedOut(Out):
    """How many links were open that its owner had made; those in chats are not counted."""

    stopped: int


class WorkspaceOut(Out):
    """A workspace that one is in."""

    id: str
    platform: str
    platform_id: str


class WorkspaceList(Out):
    """Where one asked for something lately, the last place first."""

    workspaces: list[WorkspaceOut]


# --- views to answers ---------------------------------------------------------------------------------------------


def batch_out(found: Batch) -> BatchOut:
    """What came of a batch."""
    return BatchOut(**same(found, BatchOut))


def collection_out(view: CollectionView, links: Links) -> CollectionOut:
    """A collection's view as its JSON."""
    own = {
        "workspace": view.workspace_id,
        "covers": [_cover_out(each, links) for each in view.covers],
        "page_url": f"{links.base}/collections/{view.id}",
    }
    return CollectionOut(**same(view, CollectionOut) | own)


def share_out(view: ShareView, url: str) -> ShareOut:
    """A link's view as its JSON."""
    return ShareOut(**same(view, ShareOut), url=url)


def workspace_out(view: WorkspaceView) -> WorkspaceOut:
    """A workspace's view as its JSON."""
    return WorkspaceOut(**same(view, WorkspaceOut))


def _cover_out(view: AssetView, links: Links) -> CoverOut:
    return CoverOut(**same(view, CoverOut), thumbnail_url=links.thumbnail(view.id))
