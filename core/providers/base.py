"""What a provider takes and gives: orders in; outputs, tickets and refusals out."""

from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol


class Kind(StrEnum):
    """What an asset is to the person who looks at it."""

    IMAGE = "image"
    VIDEO = "video"
    SPEECH = "speech"
    UPLOAD = "upload"


class Tool(StrEnum):
    """The abilities a planner can call; a model in the catalogue names those it has."""

    GENERATE_IMAGE = "generate_image"
    EDIT_IMAGE = "edit_image"
    VARY = "vary"
    UPSCALE = "upscale"
    GENERATE_VIDEO = "generate_video"
    ANIMATE = "animate"
    EXTEND = "extend"
    GENERATE_SPEECH = "generate_speech"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stored asset that an order works from, as a local file."""

    role: str
    """`image` (edit, vary, upscale, animate; the first is the one to change), `mask` (white where it may change),
    `first_frame` (video) or `video` (extend, upscale)."""
    path: Path
    media_type: str
    kind: Kind
    prompt: str
    """What was sent to make it; empty for uploads."""
    provider: str
    seed: int | None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One tool call, ready to be made by one model."""

    step_id: str
    tool: Tool
    kind: Kind
    model: str
    prompt: str
    """The whole description; for speech, the text to be spoken."""
    instruction: str = ""
    """For an edit: only what changes ("darker")."""
    aspect: str | None = None
    """`W:H`, for example `16:9`; None lets the model choose, or keeps the source's."""
    duration_s: float | None = None
    voice: str | None = None
    style: str | None = None
    seed: int = 0
    sources: tuple[Source, ...] = ()
    folder: Path = field(default_factory=Path)
    """Where the provider may write its files; removed after the step."""
    transparent: bool = False
    """A picture without a background."""
    person: str = ""
    """Who asks, as a keyed hash: what providers want to tell people apart by, without knowing them."""
    preview: Callable[[Path], Awaitable[None]] | None = None
    """Where a provider that shows rough pictures on the way hands each of them over, as a file in `folder`."""
    ready: Any = None
    """What the provider's own `prepare` got ready for its `submit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One finished file."""

    path: Path
    media_type: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    seed: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    """These two are measured when the file is kept; a provider need not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An order's end: its files, what they cost, and what was done differently from the wish."""

    files: tuple[Made, ...]
    cost_micros: int = 0
    """Millionths of a US dollar, as the provider reports it."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A provider's receipt for work that goes on without us; small, and stored before the first poll."""

    id: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The work goes on. `progress` is 0..1 where the provider tells it."""

    progress: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will not make this; asking again would be wrong."""

    message: str
    code: str = "refused"
    billed: bool = False
    """It was charged all the same: what was held counts as spent."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider did not make it. `message` is a whole sentence for the person."""

    message: str
    code: str = "failed"
    elsewhere: bool = False
    """Another model may be asked: this one surely did not run, or ended without a charge."""
    again_s: float | None = None
    """The same model may be asked again after so many seconds: it was too busy to begin."""
    perhaps_paid: bool = False
    """Nobody can say whether it ran: it is not asked again, and the whole price counts as spent."""


@dataclass(frozen=True, slots=True)
class NotBegun:
    """A call of which nothing was heard surely began nothing."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say what became of a call."""

    again_s: float | None = None
    """It may be known after so many seconds."""


Became = Ticket | NotBegun | Unknown
"""What became of a call of which nothing was heard."""


class Provider(Protocol):
    """One maker of assets. Submitting is the moment where money may move."""

    name: str
    repeatable: bool
    """True where making the same order twice costs nothing (offline): a crash simply makes it again."""
    poll_s: float
    """Seconds between two polls of a ticket."""

    async def prepare(self, order: Order) -> Order | Failed:
        """Do all that is free, as bringing the order's files: whoever is cut off here has lost nothing."""
        return order

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        """Start the order. A ticket is polled; an output is the end."""
        ...

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Look once. Never waits for the work."""
        ...

    async def cancel(self, ticket: Ticket) -> bool:
        """Ask the provider to stop; too late is no error. True where it surely charges nothing for what it began."""
        ...

    async def find(self, order: Order, since: datetime, taken: Container[str]) -> Became:
        """Look for what a call at `since` began that broke off before its ticket was kept.

        `taken`: the ids of other orders' tickets.
        """
        return Unknown()
