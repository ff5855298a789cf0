"""Requests and answers about the person who asks."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.web.shapes import In, Out
from core.people.export import CHOSEN_MAX

CONFIRM = "forget me"
"""What is typed to be forgotten, so that no slip of a finger or a program does it."""


class ExportIn(In):
    """Which assets: by their ids, or all that a search finds."""

    assets: Annotated[list[str], Field(max_length=CHOSEN_MAX)] | None = None
    q: str | None = Field(default=None, max_length=1_000, description="As in the gallery's search.")


class ForgetIn(In):
    """A yes that nobody says by mistake."""

    confirm: str = Field(max_length=100, description=f"Exactly: {CONFIRM}")


class ReceiptOut(Out):
    """What was deleted."""

    asked_at: datetime
    duration_s: float
    rows: dict[str, int] = Field(description="How many rows of each kind.")
    objects: int = Field(description="Stored files, thumbnails among them.")
    thumbnails: int
    messages_deleted: int
    messages_left: int = Field(description="Messages that their platform would not delete.")
    charges_anonymised: int = Field(description="Amounts that stay in the totals, without a name.")


class CodeOut(Out):
    """A code to enter where one comes from another account."""

    code: str
    good_for_s: int


class JoinIn(In):
    """A code that another account was shown."""

    code: str = Field(max_length=50)


class JoinedOut(Out):
    """Two accounts are one person now. What the one had made follows within moments."""

    platforms: list[str] = Field(description="Where this person's accounts are.")
