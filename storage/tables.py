"""The rows that Easel keeps. Tables, not models: in this house a model is always a generator.

Public ids are random 128-bit hex. Money is integer micro-dollars. Times are UTC.
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Enum, Index, Integer, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

_SEQ = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column called INTEGER."""


def new_id() -> str:
    """A public id: 128 random bits as 32 hex digits, safe to show and impossible to guess."""
    return secrets.token_hex(16)


def now() -> datetime:
    """The current time, aware and in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment that is aware on every database; SQLite alone would hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times at the door, so that no reader has to guess."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CreationState(StrEnum):
    """Where a creation stands. The last three are final."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """No later state follows."""
        return self in (CreationState.SUCCEEDED, CreationState.FAILED, CreationState.CANCELLED)


UNFINISHED = (CreationState.QUEUED, CreationState.WAITING, CreationState.RUNNING)


class StepState(StrEnum):
    """Where one tool call stands. The last three are final."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """No later state follows."""
        return self in (StepState.COMPLETE, StepState.ERROR, StepState.CANCELLED)


class PostState(StrEnum):
    """Whether a message is only intended, known to be sent, or cannot be shown."""

    INTENT = "intent"
    SENT = "sent"
    LOST = "lost"


class ChargeState(StrEnum):
    """Whether money is held, spent or given back."""

    RESERVED = "reserved"
    SETTLED = "settled"
    RELEASED = "released"


def _moment(*, nullable: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def _created() -> Any:
    return Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))


def _word(words: type[StrEnum], first: StrEnum) -> Any:
    """A fixed word kept as plain text: a new word then needs no change of the database."""
    kept = Enum(words, native_enum=False, length=20, values_callable=lambda each: [word.value for word in each])
    return Field(default=first, sa_column=Column(kept, nullable=False))


def _big(default: int | None = 0) -> Any:
    """A number that may pass two thousand million: money in micro-dollars, bytes, seeds."""
    return Field(default=default, sa_column=Column(BigInteger, nullable=default is None))


def _json(default: Any) -> Any:
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


class User(SQLModel, table=True):
    """A person: owns assets and pays for them, whatever platforms they come by."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = ""
    created_at: datetime = _created()
    forgotten_at: datetime | None = _moment()
    """Set first when a person asks to be forgotten: nothing new is accepted, and what finishes late is discarded."""


class Account(SQLModel, table=True):
    """A person on one platform. Joining two people moves accounts, never assets."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "platform_id"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    platform: str
    workspace: str = ""
    platform_id: str
    user_id: str = Field(foreign_key="user.id", index=True)
    created_at: datetime = _created()


class Workspace(SQLModel, table=True):
    """A Discord guild or a Slack team."""

    __table_args__ = (UniqueConstraint("platform", "platform_id"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    platform: str
    platform_id: str
    settings: dict[str, Any] = _json(dict)
    created_at: datetime = _created()
    removed_at: datetime | None = _moment()


class Thread(SQLModel, table=True):
    """One conversation. `ref` is the platform's address as an opaque string."""

    id: str = Field(default_factory=new_id, primary_key=True)
    ref: str = Field(unique=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id", index=True)
    title: str = ""
    rounds: int = 0
    """How many creations of this thread have brought forth assets; gives the next version its number."""
    created_at: datetime = _created()


class Creation(SQLModel, table=True):
    """One request and all that it made."""

    __table_args__ = (
        Index("creation_user_created", "user_id", "created_at"),
        Index("creation_state", "state", "created_at"),
    )
    id: str = Field(default_factory=new_id, primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id")
    thread_id: str = Field(foreign_key="thread.id", index=True)
    surface: str = "web"
    prompt: str
    options: dict[str, Any] = _json(dict)
    inputs: list[str] = _json(list)
    files: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What was attached in a chat and is still to be fetched: `{"source", "name"}`."""
    action: str | None = None
    """A pressed button: a fixed plan instead of a planner's."""
    follows: bool = False
    """A refinement: waits for the unfinished creations before it in its thread."""
    state: CreationState = _word(CreationState, CreationState.QUEUED)
    revision: int = 1
    """Grows with every change that a reader could see; the id of the view's server-sent event."""
    round: int | None = None
    reply: str = ""
    error_code: str | None = None
    error_message: str | None = None
    estimate_micros: int = _big()
    max_micros: int = _big()
    planning_micros: int = _big()
    """What its planner's turns have cost so far."""
    worker: str | None = None
    cancel_requested_at: datetime | None = _moment()
    confirmed_at: datetime | None = _moment()
    deadline_at: datetime | None = _moment()
    created_at: datetime = _created()
    started_at: datetime | None = _moment()
    finished_at: datetime | None = _moment()


class Turn(SQLModel, table=True):
    """One answer of a planner, kept so that a restart goes on from it instead of asking again."""

    __table_args__ = (UniqueConstraint("creation_id", "index"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str = Field(foreign_key="creation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    index: int
    text: str = ""
    calls: list[dict[str, str]] = _json(list)
    """`{"id", "name", "arguments"}` as the planner wrote them."""
    answers: dict[str, str] = _json(dict)
    """What a call that never became a step was answered: call id → JSON text."""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = _big()
    created_at: datetime = _created()


class Step(SQLModel, table=True):
    """One accepted tool call. The marks (`intent_at`, `ticket`) tell a later run where to go on."""

    __table_args__ = (UniqueConstraint("creation_id", "index"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str = Field(foreign_key="creation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    turn: int
    index: int
    call_id: str
    tool: str
    arguments: dict[str, Any] = _json(dict)
    needs: list[str] = _json(list)
    """Ids of the steps whose results this one works from: it waits for them and for nothing else."""
    title: str = ""
    kind: str = "image"
    source_s: float | None = None
    """Seconds of the film or sound that it works from: some prices hang on it."""
    state: StepState = _word(StepState, StepState.PENDING)
    attempts: int = 0
    provider: str | None = None
    model: str | None = None
    candidates: list[str] = _json(list)
    """Ids of the models that may be asked, best first; `model` is the one asked now."""
    preview_key: str | None = None
    """A first, rough picture of what is being made; gone when the asset is there."""
    detail: str = ""
    progress: float | None = None
    intent_at: datetime | None = _moment()
    """Committed before the provider is called: without an outcome, the call may or may not have happened."""
    ticket: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    error_code: str | None = None
    error_message: str | None = None
    cost_micros: int = _big()
    estimate_s: float | None = None
    started_at: datetime | None = _moment()
    finished_at: datetime | None = _moment()


class Asset(SQLModel, table=True):
    """One finished picture, video or narration, or an uploaded picture, with its recipe and its lineage."""

    __table_args__ = (
        UniqueConstraint("step_id", "ordinal"),
        Index("asset_user_seq", "user_id", "seq"),
        Index("asset_user_kind_seq", "user_id", "kind", "seq"),
        Index(
            "asset_favourite", "user_id", "seq", sqlite_where=text("favourite = 1"), postgresql_where=text("favourite")
        ),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = Field(default=None, sa_column=Column(_SEQ, primary_key=True, autoincrement=True))
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
    size_bytes: int = _big()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    sha256: str = ""
    object_key: str
    thumbnail_key: str | None = None
    asked: str = ""
    """The person's own words."""
    prompt: str = ""
    """What was sent to the model, whole."""
    alt_text: str = ""
    provider: str | None = None
    model: str | None = None
    seed: int | None = _big(None)
    round: int = 0
    letter: int = 0
    visibility: str = "private"
    safety: str = ""
    """What the check of the finished picture said: nothing, `spoiler` (shown behind a click) or `withheld`."""
    favourite: bool = False
    cost_micros: int = _big()
    created_at: datetime = _created()

    @property
    def version(self) -> str:
        """Its name in its thread."""
        return version_of(self.round, self.letter)


def version_of(round_: int, letter: int) -> str:
    """`v3` is the first asset of a thread's third round, `v3b` the second; uploads have none."""
    return f"v{round_}{_letters(letter)}" if round_ else ""


def _letters(index: int) -> str:
    """0 → "", 1 → "b", 25 → "z", 26 → "aa"."""
    if index <= 0:
        return ""
    text, rest = "", index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        text = chr(ord("a") + letter) + text
    return text


class Post(SQLModel, table=True):
    """A message in a chat thread. The intent is committed before the call, so a crash never posts twice."""

    __table_args__ = (UniqueConstraint("creation_id", "role"), Index("post_message", "message_id"))
    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str = Field(foreign_key="creation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    role: str
    """`root`, `status`, `result:` and the ids of what it shows, or `shared:` and the id of what it shows again."""
    thread: str
    state: PostState = _word(PostState, PostState.INTENT)
    message_id: str | None = None
    revision: int = 0
    """The creation's revision that it shows."""
    file_ids: list[str] = _json(list)
    intent_at: datetime = _created()
    sent_at: datetime | None = _moment()


class Vote(SQLModel, table=True):
    """What one person thinks of one asset: 1 or -1."""

    asset_id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", primary_key=True, index=True)
    value: int
    created_at: datetime = _created()


class Charge(SQLModel, table=True):
    """Money held or spent for one step."""

    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str | None = Field(default=None, index=True)
    step_id: str | None = Field(default=None, unique=True)
    """What it pays for: a step, or a planner's call as `turn:`, its creation, its index and the attempt."""
    user_id: str | None = Field(default=None, index=True)
    """Null once its user is forgotten: totals stay, the person does not."""
    workspace_id: str | None = None
    provider: str = ""
    model: str = ""
    state: ChargeState = _word(ChargeState, ChargeState.RESERVED)
    reserved_micros: int = _big()
    settled_micros: int = _big()
    budgets: list[str] = _json(list)
    """Ids of the budgets that hold it, so that settling touches just those."""
    created_at: datetime = _created()
    settled_at: datetime | None = _moment()


class Budget(SQLModel, table=True):
    """A limit for one scope and period. `limit_micros` null: counted, not limited."""

    id: str = Field(primary_key=True)
    """`scope:key:period`, so that a counter is made once however many ask for it."""
    scope: str
    period: str
    limit_micros: int | None = _big(None)
    reserved_micros: int = _big()
    spent_micros: int = _big()


class Inbound(SQLModel, table=True):
    """What came in from outside, once: the same delivery finds its creation instead of making another."""

    event_key: str = Field(primary_key=True)
    creation_id: str = Field(index=True)
    user_id: str = Field(index=True)
    created_at: datetime = _created()


class Token(SQLModel, table=True):
    """A key for programs; only its hash is kept."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    sha256: str = Field(unique=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    created_at: datetime = _created()
    revoked_at: datetime | None = _moment()


class SignIn(SQLModel, table=True):
    """A sign-in link: used once, soon, and known only by its hash."""

    sha256: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    expires_at: datetime = _moment(nullable=False)
    used_at: datetime | None = _moment()
