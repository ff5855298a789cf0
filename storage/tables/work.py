"""Rows about work: threads, what was asked for in them, how it was carried out and shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.columns import big, created, fixed_word, json_value, moment, new_id
from storage.tables.words import CreationState, PostState, StepState


class Thread(SQLModel, table=True):
    """One conversation. `ref` is the platform's address as an opaque string."""

    id: str = Field(default_factory=new_id, primary_key=True)
    ref: str = Field(unique=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id", index=True)
    title: str = ""
    rounds: int = 0
    """How many creations of this thread have brought forth assets; gives the next version its number."""
    head_id: str | None = None
    """The asset that the next reply goes on from, after its person went back to it; else the newest."""
    created_at: datetime = created()


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
    options: dict[str, Any] = json_value(dict)
    inputs: list[str] = json_value(list)
    files: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What was attached in a chat and is still to be fetched: `{"source", "name"}`."""
    action: str | None = None
    """A pressed button: a fixed plan instead of a planner's."""
    follows: bool = False
    """A refinement: waits for the unfinished creations before it in its thread."""
    state: CreationState = fixed_word(CreationState, CreationState.QUEUED)
    revision: int = 1
    """Grows with every change that a reader could see; the id of the view's server-sent event."""
    round: int | None = None
    reply: str = ""
    error_code: str | None = None
    error_message: str | None = None
    estimate_micros: int = big()
    max_micros: int = big()
    planning_micros: int = big()
    """What its planner's turns have cost so far."""
    worker: str | None = None
    cancel_requested_at: datetime | None = moment()
    confirmed_at: datetime | None = moment()
    deadline_at: datetime | None = moment()
    created_at: datetime = created()
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()


class Turn(SQLModel, table=True):
    """One answer of a planner, kept so that a restart goes on from it instead of asking again."""

    __table_args__ = (UniqueConstraint("creation_id", "index"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str = Field(foreign_key="creation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    index: int
    text: str = ""
    calls: list[dict[str, str]] = json_value(list)
    """`{"id", "name", "arguments"}` as the planner wrote them."""
    answers: dict[str, str] = json_value(dict)
    """What a call that never became a step was answered: call id → JSON text."""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = big()
    created_at: datetime = created()
    blanked_at: datetime | None = moment()
    """When its words were taken out, because nothing goes on from them any more."""


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
    arguments: dict[str, Any] = json_value(dict)
    needs: list[str] = json_value(list)
    """Ids of the steps whose results this one works from: it waits for them and for nothing else."""
    title: str = ""
    kind: str = "image"
    source_s: float | None = None
    """Seconds of the film or sound that it works from: some prices hang on it."""
    state: StepState = fixed_word(StepState, StepState.PENDING)
    attempts: int = 0
    provider: str | None = None
    model: str | None = None
    candidates: list[str] = json_value(list)
    """Ids of the models that may be asked, best first; `model` is the one asked now."""
    preview_key: str | None = None
    """A first, rough picture of what is being made; gone when the asset is there."""
    detail: str = ""
    progress: float | None = None
    intent_at: datetime | None = moment()
    """Committed before the provider is called: without an outcome, the call may or may not have happened."""
    ticket: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    spooled_at: datetime | None = moment()
    """Since when what it made waits on a worker's disk, because the store of files was away."""
    error_code: str | None = None
    error_message: str | None = None
    cost_micros: int = big()
    estimate_s: float | None = None
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()


class Post(SQLModel, table=True):
    """A message in a chat thread. The intent is committed before the call, so a crash never posts twice."""

    __table_args__ = (UniqueConstraint("creation_id", "role"), Index("post_message", "message_id"))
    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str = Field(foreign_key="creation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    role: str
    """`root`, `status`, `result:` and the ids of what it shows, or `shared:` and the id of what it shows again."""
    thread: str
    state: PostState = fixed_word(PostState, PostState.INTENT)
    message_id: str | None = None
    revision: int = 0
    """The creation's revision that it shows."""
    file_ids: list[str] = json_value(list)
    intent_at: datetime = created()
    sent_at: datetime | None = moment()


class Inbound(SQLModel, table=True):
    """What came in from outside, once: the same delivery finds its creation instead of making another."""

    event_key: str = Field(primary_key=True)
    creation_id: str = Field(index=True)
    user_id: str = Field(index=True)
    created_at: datetime = created()
