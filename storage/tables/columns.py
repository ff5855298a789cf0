"""Kinds of columns that the rows share: times in UTC, fixed words, big numbers, JSON."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from inspect import Signature
from typing import Any, TypeVar

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Enum, Integer
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

T = TypeVar("T")
SEQ = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column called INTEGER."""


def _known(make: Callable[[], T]) -> Callable[[], T]:
    """Say beforehand that a maker of defaults takes nothing: pydantic looks for that at each new row, and for long."""
    make.__signature__ = Signature()  # type: ignore[attr-defined]
    return make


@_known
def new_id() -> str:
    """A public id: 128 random bits as 32 hex digits, safe to show and impossible to guess."""
    return secrets.token_hex(16)


@_known
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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite's text is read in one step."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def moment(*, nullable: bool = True, index: bool = False) -> Any:
    """A time that something happened, or may happen."""
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def created() -> Any:
    """When the row was made."""
    return Field(default_factory=now, sa_column=Column(UtcDateTime(), nullable=False))


def fixed_word(words: type[StrEnum], first: StrEnum) -> Any:
    """A fixed word kept as plain text: a new word then needs no change of the database."""
    kept = Enum(words, native_enum=False, length=20, values_callable=lambda each: [word.value for word in each])
    return Field(default=first, sa_column=Column(kept, nullable=False))


def big(default: int | None = 0) -> Any:
    """A number that may pass two thousand million: money in micro-dollars, bytes, seeds."""
    return Field(default=default, sa_column=Column(BigInteger, nullable=default is None))


def json_value(default: Callable[[], Any]) -> Any:
    """A value as JSON text; `default` makes the first one."""
    return Field(default_factory=_known(partial(default)), sa_column=Column(JSON, nullable=False))
