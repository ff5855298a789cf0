"""Rows about processes: who is at work on a shared PostgreSQL, and what they may do together."""

from datetime import datetime

from sqlalchemy import Column, Float
from sqlmodel import Field, SQLModel

from storage.tables.columns import created, moment


class Worker(SQLModel, table=True):
    """A process that carries out creations. It tells every few seconds that it lives; SQLite has one, and no row."""

    id: str = Field(primary_key=True)
    """Of this one start: what it did not end belongs to nobody who comes later under the same name."""
    name: str = Field(index=True)
    host: str = ""
    """The machine, for an operator who looks at the table."""
    started_at: datetime = created()
    beat_at: datetime = created()
    ended_at: datetime | None = moment()
    """When it left, or was found dead: from then on it does nothing more."""
    claimed_at: datetime | None = moment()
    """When another began to take over what it had."""


class Allowance(SQLModel, table=True):
    """A bucket of tokens that refills evenly: what all processes together may do in a time.

    `nightly:<name>` is no bucket: `at` says when some process took on a night's work.
    """

    key: str = Field(primary_key=True)
    tokens: float = Field(sa_column=Column(Float, nullable=False))
    at: datetime = created()
    """When so many were in it."""
