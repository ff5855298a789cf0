"""What surfaces hand to the front desk: a wish and its options."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from core.agent.tools import Aspect, Style
from core.chat import FileRef, MessageRef, ThreadRef
from core.providers.base import Kind


class Action(StrEnum):
    """A pressed button on one asset: a fixed plan, no planner."""

    VARY = "vary"
    UPSCALE = "upscale"
    ANIMATE = "animate"
    EXTEND = "extend"
    AGAIN = "again"


class Options(BaseModel):
    """What a person may set beside the words. Unset means: the planner decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aspect: Aspect | None = None
    count: int | None = Field(default=None, ge=1, le=10)
    duration_s: float | None = Field(default=None, ge=1, le=60)
    voice: str | None = Field(default=None, max_length=60)
    style: Style | None = None
    model: str | None = Field(default=None, max_length=120)
    max_usd: float | None = Field(default=None, ge=0, le=10_000)
    exact_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request from one person, by whatever surface."""

    user_id: str
    prompt: str
    event_key: str
    """Names this delivery: the same key finds the same creation."""
    surface: str
    thread: ThreadRef | None = None
    """None opens a new conversation on the surface."""
    workspace_id: str | None = None
    workspaces: tuple[str, ...] = ()
    """Where the person is known to be a member: what is shown there, they may start from."""
    kind: Kind | None = None
    inputs: tuple[str, ...] = ()
    action: Action | None = None
    files: tuple[FileRef, ...] = ()
    """What was attached in a chat: fetched after the wish is recorded, and added to `inputs`."""
    through: MessageRef | None = None
    """The message on which a person pressed or to which they replied: what it shows, they may start from."""
    options: Options = field(default_factory=Options)
    max_steps: int | None = None
