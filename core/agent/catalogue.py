"""Which models exist, what each can do, what it costs and when it ends; and the choice among them."""

import tomllib
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from math import ceil, floor
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Invalid
from core.providers.base import Kind, Tool

BUILT_IN = Path(__file__).with_name("models.toml")
OFFLINE = "offline"
MICRO = 1_000_000


class Entry(BaseModel):
    """The base of what a catalogue file lists: a word it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(Entry):
    """US dollars. Per call, second and 1,000 characters add up to the highest price; the tokens tell the true one."""

    per_call: float = Field(default=0, ge=0)
    per_second: float = Field(default=0, ge=0)
    per_source_second: float = Field(default=0, ge=0)
    """Of the film that the work starts from."""
    per_1000_characters: float = Field(default=0, ge=0)
    text_in: float = Field(default=0, ge=0)
    """Per million tokens, like the next two."""
    image_in: float = Field(default=0, ge=0)
    out: float = Field(default=0, ge=0)

    def tokens_micros(self, *, text_in: int = 0, image_in: int = 0, out: int = 0) -> int:
        """What so many tokens cost, in micro-dollars (a million tokens and a million micros cancel out), rounded up."""
        return ceil(self.text_in * text_in + self.image_in * image_in + self.out * out)


class Model(Entry):
    """One generator, as `models.toml` describes it."""

    id: str
    name: str = ""
    """What the provider calls it, where that is not its id."""
    title: str
    provider: str
    way: str = ""
    """Which of the provider's interfaces makes it."""
    makes: Kind
    abilities: frozenset[Tool]
    prefer_for: frozenset[Tool] = frozenset()
    styles: frozenset[str] = frozenset()
    aspects: dict[str, str] = {}
    """Aspect → the provider's own size. Empty: any aspect, told as it is."""
    durations: tuple[float, ...] = ()
    min_duration_s: float = 1
    max_duration_s: float = 60
    default_duration_s: float = 5
    max_source_s: float = 0
    """The longest film that it works from; 0: not told."""
    max_inputs: int = 1
    max_prompt: int = 10_000
    voices: tuple[str, ...] = ()
    transparent: bool = False
    typical_s: float = Field(default=10, gt=0)
    price: Price = Price()
    ends: date | None = None
    settings: dict[str, Any] = {}

    @property
    def vendor_name(self) -> str:
        """The name that the provider knows it by."""
        return self.name or self.id

    def can(self, tool: Tool, makes: Kind) -> bool:
        """Whether this model does that kind of work."""
        return tool in self.abilities and self.makes == makes

    def usual_s(self, duration_s: float | None) -> float:
        """How long one call usually takes; a longer clip takes longer."""
        longer = (duration_s or self.default_duration_s) / self.default_duration_s if self.makes == Kind.VIDEO else 1
        return self.typical_s * longer

    def price_micros(
        self, *, duration_s: float | None = None, characters: int = 0, source_s: float | None = None
    ) -> int:
        """The highest price of one call, in micro-dollars, rounded up. `source_s` None: the longest source there is."""
        seconds = max(duration_s or self.default_duration_s, self.min_duration_s) if self.makes == Kind.VIDEO else 0
        if self.durations:
            seconds = min((each for each in self.durations if each >= seconds), default=max(self.durations))
        begun = self.max_source_s if source_s is None else floor(source_s) + 1  # others measure a little differently
        usd = self.price.per_call + self.price.per_second * seconds + self.price.per_source_second * begun
        usd += self.price.per_1000_characters * characters / 1_000
        return ceil(round(usd * MICRO, 3))  # 0.1 * 3 is a little more than 0.3, and not a micro-dollar more


class Role(StrEnum):
    """What a service does beside making."""

    PLANNER = "planner"
    MODERATION = "moderation"
    TRANSCRIPTION = "transcription"


class Service(Entry):
    """A model that makes no asset: it plans, checks or listens."""

    id: str
    role: Role
    provider: str
    price: Price = Price()
    ends: date | None = None
    settings: dict[str, Any] = {}


class Listing(Entry):
    """A whole catalogue file."""

    model: tuple[Model, ...] = ()
    service: tuple[Service, ...] = ()


def today() -> date:
    """The date by which shutdowns count, in UTC."""
    return datetime.now(UTC).date()


class Catalogue:
    """The models that can be used today: those whose provider is configured and whose end has not come."""

    def __init__(
        self,
        listing: Listing,
        providers: Collection[str],
        clock: Callable[[], date] = today,
    ) -> None:
        self._listing = listing
        self._providers = frozenset(providers)
        self._clock = clock

    @property
    def models(self) -> tuple[Model, ...]:
        """Every usable model, in the order of the file."""
        return tuple(model for model in self._listing.model if model.provider in self._providers and self._lives(model))

    def model(self, model_id: str) -> Model:
        """One model by its id, also when its end has come: a job in flight goes on with it."""
        return next(model for model in self._listing.model if model.id == model_id)

    def service(self, role: Role, wanted: str | None = None) -> Service | None:
        """The service for a role: the wished one, else the first that lives."""
        able = [each for each in self._listing.service if each.role == role and self._lives(each)]
        return next((each for each in able if each.id == wanted), able[0] if able and wanted is None else None)

    def dearest(self, role: Role) -> Price:
        """The highest price of a role: what an unlisted model is counted at, so that no budget is fooled."""
        prices = [each.price for each in self._listing.service if each.role == role]
        return max(prices, key=lambda price: price.out, default=Price())

    def route(
        self,
        tool: Tool,
        makes: Kind,
        *,
        wanted: str | None = None,
        style: str | None = None,
        transparent: bool = False,
        inputs: int = 0,
    ) -> tuple[Model, ...]:
        """The models to ask for a call, best first: the wished one, then by ability, preference, style and price.

        Offline sketches stand in only where no real model can: a person who pays must not get one unasked.

        Raises:
            Invalid: no configured model can do this.
        """
        able = [model for model in self.models if model.can(tool, makes) and model.max_inputs >= inputs]
        if transparent:
            able = [model for model in able if model.transparent or model.provider == OFFLINE] or able
        if forced := [model for model in able if model.id == wanted]:
            return tuple(forced)
        real = [model for model in able if model.provider != OFFLINE] or able
        if not real:
            raise Invalid(f"No configured model can do this ({tool}, {makes}).", "no_model")
        return tuple(
            sorted(real, key=lambda model: (tool not in model.prefer_for, bool(style) and style not in model.styles))
        )

    def ending(self, before: date) -> tuple[Model | Service, ...]:
        """Usable entries whose provider shuts them down before a date."""
        entries: Sequence[Model | Service] = (*self.models, *self._listing.service)
        return tuple(each for each in entries if each.ends and self._clock() < each.ends <= before)

    def _lives(self, entry: Model | Service) -> bool:
        return entry.ends is None or self._clock() < entry.ends


def read_listing(operators_file: Path | None = None) -> Listing:
    """The built-in entries, with an operator's before them or in their place.

    Raises:
        Invalid: a file cannot be read as a catalogue; says which and why.
    """
    built_in, own = _read(BUILT_IN), _read(operators_file) if operators_file else Listing()
    own_ids = {each.id for each in own.model} | {each.id for each in own.service}
    return Listing(
        model=(*own.model, *(each for each in built_in.model if each.id not in own_ids)),
        service=(*own.service, *(each for each in built_in.service if each.id not in own_ids)),
    )


def _read(path: Path) -> Listing:
    try:
        return Listing.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Invalid(f"{path} is not a catalogue of models: {error}", "bad_catalogue") from error
