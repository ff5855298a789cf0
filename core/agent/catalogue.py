"""Which models exist, what each can do, what it costs and when it ends; and the choice among them."""

import tomllib
from collections.abc import Collection
from datetime import date
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Invalid
from core.providers.base import Kind, Tool

BUILT_IN = Path(__file__).with_name("models.toml")


class Price(BaseModel):
    """US dollars; the parts add up."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    per_call: float = Field(default=0, ge=0)
    per_second: float = Field(default=0, ge=0)
    per_1000_characters: float = Field(default=0, ge=0)


class Model(BaseModel):
    """One generator, as `models.toml` describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    title: str
    provider: str
    makes: Kind
    abilities: frozenset[Tool]
    typical_s: float = Field(default=10, gt=0)
    price: Price = Price()
    default_duration_s: float = 5
    ends: date | None = None
    settings: dict[str, Any] = {}

    def can(self, tool: Tool, makes: Kind) -> bool:
        """Whether this model does that kind of work."""
        return tool in self.abilities and self.makes == makes

    def usual_s(self, duration_s: float | None) -> float:
        """How long one call usually takes; a longer clip takes longer."""
        longer = (duration_s or self.default_duration_s) / self.default_duration_s if self.makes == Kind.VIDEO else 1
        return self.typical_s * longer

    def price_micros(self, *, duration_s: float | None = None, characters: int = 0) -> int:
        """The highest price of one call, in micro-dollars, rounded up."""
        seconds = duration_s or (self.default_duration_s if self.makes == Kind.VIDEO else 0)
        text = self.price.per_1000_characters * characters / 1_000
        return ceil((self.price.per_call + self.price.per_second * seconds + text) * 1_000_000)


class Catalogue:
    """The models that can be used now: those whose provider is configured."""

    def __init__(self, models: Collection[Model], providers: Collection[str]) -> None:
        self.models = tuple(model for model in models if model.provider in providers)

    def pick(self, tool: Tool, makes: Kind, wanted: str | None = None) -> Model:
        """The model for a call: the wished one where it can, else the first in the file that can.

        Raises:
            Invalid: no configured model can do this.
        """
        able = [model for model in self.models if model.can(tool, makes)]
        if not able:
            raise Invalid(f"No configured model can do this ({tool}, {makes}).", "no_model")
        return next((model for model in able if model.id == wanted), able[0])

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of all usable models."""
        return frozenset(model.id for model in self.models)


def read_models(operators_file: Path | None = None) -> tuple[Model, ...]:
    """The built-in models, with an operator's added before them or put in their place.

    Raises:
        Invalid: a file cannot be read as a catalogue; says which and why.
    """
    models = {model.id: model for model in _read(BUILT_IN)}
    own = {model.id: model for model in _read(operators_file)} if operators_file else {}
    return tuple({**own, **{key: model for key, model in models.items() if key not in own}}.values())


def _read(path: Path) -> list[Model]:
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("model", [])
        return [Model.model_validate(entry) for entry in entries]
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Invalid(f"{path} is not a catalogue of models: {error}", "bad_catalogue") from error
