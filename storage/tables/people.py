"""Rows about people: who they are, on which platforms, and the keys that let them in."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.columns import created, json_value, moment, new_id


class User(SQLModel, table=True):
    """A person: owns assets and pays for them, whatever platforms they come by."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = ""
    created_at: datetime = created()
    forgotten_at: datetime | None = moment()
    """Set first when a person asks to be forgotten: nothing new is accepted, and what finishes late is discarded."""
    joined_to: str | None = Field(default=None, index=True)
    """The person that this one turned out to be, whose gallery and budget are now those of both."""


class Account(SQLModel, table=True):
    """A person on one platform. Where two people are joined, accounts move at once, and all else follows."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "platform_id"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    platform: str
    workspace: str = ""
    platform_id: str
    user_id: str = Field(foreign_key="user.id", index=True)
    created_at: datetime = created()


class Workspace(SQLModel, table=True):
    """A Discord guild or a Slack team."""

    __table_args__ = (UniqueConstraint("platform", "platform_id"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    platform: str
    platform_id: str
    settings: dict[str, Any] = json_value(dict)
    created_at: datetime = created()
    removed_at: datetime | None = moment()


class Membership(SQLModel, table=True):
    """When a platform last proved that a person is in a workspace: they spoke or pressed there, as one of it."""

    user_id: str = Field(foreign_key="user.id", primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id", primary_key=True)
    seen_at: datetime = moment(nullable=False)


class Token(SQLModel, table=True):
    """A key for programs; only its hash is kept."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    sha256: str = Field(unique=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    created_at: datetime = created()
    revoked_at: datetime | None = moment()


class SignIn(SQLModel, table=True):
    """A sign-in link: used once, soon, and known only by its hash."""

    sha256: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    expires_at: datetime = moment(nullable=False)
    used_at: datetime | None = moment()


class JoinCode(SQLModel, table=True):
    """What one account shows and another enters to become one person: used once, soon, known only by its hash."""

    sha256: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    expires_at: datetime = moment(nullable=False)
    used_at: datetime | None = moment()
