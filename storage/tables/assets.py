"""Rows about what was made, and what people do with it: keep, tag, collect, share."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import SEQ, big, created, moment, new_id


class Asset(SQLModel, table=True):
    """One finished picture, video or narration, or an uploaded picture, with its recipe and its lineage."""

    __table_args__ = (
        UniqueConstraint("step_id", "ordinal"),
        Index("asset_user_seq", "user_id", "seq"),
        Index("asset_user_kind_seq", "user_id", "kind", "seq"),
        Index("asset_user_created", "user_id", "created_at"),
        Index("asset_sha256", "sha256"),
        Index(
            "asset_shown",
            "workspace_id",
            "seq",
            sqlite_where=text("visibility = 'workspace'"),
            postgresql_where=text("visibility = 'workspace'"),
        ),
        Index(
            "asset_favourite", "user_id", "seq", sqlite_where=text("favourite = 1"), postgresql_where=text("favourite")
        ),
        Index("asset_bare", "seq", sqlite_where=text("sidecar = 0"), postgresql_where=text("NOT sidecar")),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = Field(default=None, sa_column=Column(SEQ, primary_key=True, autoincrement=True))
    """Order of arrival: the key of every gallery page and of the search index; never shown."""
    id: str = Field(default_factory=new_id, unique=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id")
    creation_id: str | None = Field(default=None, foreign_key="creation.id", index=True)
    thread_id: str | None = Field(default=None, foreign_key="thread.id", index=True)
    step_id: str | None = Field(default=None, foreign_key="step.id")
    ordinal: int = 0
    parent_id: str | None = Field(default=None, index=True)
    """The asset it was made from; kept as a plain id so that a deleted parent leaves its children standing."""
    kind: str
    tool: str = "upload"
    media_type: str
    size_bytes: int = big()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    sha256: str = ""
    object_key: str
    thumbnail_key: str | None = None
    sidecar: bool = False
    """Its recipe lies beside its object, under a key made from the object's own."""
    asked: str = ""
    """The person's own words."""
    prompt: str = ""
    """What was sent to the model, whole."""
    alt_text: str = ""
    reply: str = ""
    """The sentence that the planner closed its creation with: found by search, as people remember it."""
    tags: str = ""
    """Its person's own words for it, lower case, a space between two; kept as rows of their own as well."""
    hung_in: str = ""
    """Ids of the collections it hangs in, a space between two. The database itself keeps it, from the placements."""
    rating: int = 0
    """What its own person thinks of it: 1, -1 or 0. The database itself keeps it, from the votes."""
    inputs: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    """Ids of all assets that it was made from; the first of them is its parent."""
    credit_id: str | None = Field(default=None, index=True)
    """The person whose shared asset it was made from; null once they are forgotten."""
    provider: str | None = None
    model: str | None = None
    seed: int | None = big(None)
    round: int = 0
    letter: int = 0
    visibility: str = "private"
    """`private`, `workspace` (whoever is in the one that it was made in) or `link` (whoever holds a share's link)."""
    links_ended: int = 0
    """How often its owner ended all of its lasting links; their keys hang on it."""
    safety: str = ""
    """What the check of the finished picture said: nothing, `spoiler` (shown behind a click) or `withheld`."""
    favourite: bool = False
    cost_micros: int = big()
    created_at: datetime = created()

    @property
    def version(self) -> str:
        """Its name in its thread."""
        return version_of(self)


def version_of(asset: Asset) -> str:
    """`v3` is the first asset of a thread's third round, `v3b` the second; uploads have none. A plain row will do."""
    return f"v{asset.round}{_letters(asset.letter)}" if asset.round else ""


def _letters(index: int) -> str:
    """0 → "", 1 → "b", 25 → "z", 26 → "aa"."""
    if index <= 0:
        return ""
    text, rest = "", index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        text = chr(ord("a") + letter) + text
    return text


class Vote(SQLModel, table=True):
    """What one person thinks of one asset: 1 or -1."""

    asset_id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", primary_key=True, index=True)
    value: int
    created_at: datetime = created()


class Tag(SQLModel, table=True):
    """A word that a person gave to an asset of theirs."""

    user_id: str = Field(foreign_key="user.id", primary_key=True)
    name: str = Field(primary_key=True)
    asset_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, index=True))


class Look(SQLModel, table=True):
    """What a picture looks like, in 64 bits that a resized or recompressed copy mostly shares.

    The four quarters are kept apart: whatever differs in few bits has a quarter that differs in one bit at most.
    """

    __table_args__ = tuple(Index(f"look_{quarter}", quarter, "user_id") for quarter in ("q0", "q1", "q2", "q3"))
    asset_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    user_id: str = Field(foreign_key="user.id", index=True)
    bits: int = big()
    """All 64, as a signed number."""
    q0: int
    q1: int
    q2: int
    q3: int


class Collection(SQLModel, table=True):
    """Assets that somebody hung side by side, under a name."""

    __table_args__ = (UniqueConstraint("user_id", "name"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    name: str
    visibility: str = "private"
    """`private`, `workspace` or `link`, as an asset's."""
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id", index=True)
    """The workspace that sees it, and may add to it."""
    created_at: datetime = created()


class Placement(SQLModel, table=True):
    """One asset in one collection."""

    __table_args__ = (Index("placement_hung", "collection_id", "created_at", "asset_seq"),)
    collection_id: str = Field(foreign_key="collection.id", primary_key=True)
    asset_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, index=True))
    user_id: str = Field(foreign_key="user.id", index=True)
    """Who hung it there; whoever looks sees it only if they may see the asset itself."""
    created_at: datetime = created()


class Share(SQLModel, table=True):
    """A link that shows one asset or collection to whoever holds it, until it is taken back or ends."""

    id: str = Field(default_factory=new_id, primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    asset_id: str | None = Field(default=None, index=True)
    collection_id: str | None = Field(default=None, index=True)
    expires_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    created_at: datetime = created()
