"""An order in a Replicate model's own words: the `settings` of the catalogue say what its inputs are called."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.agent.catalogue import Model
from core.providers.attachments import Attachments, named
from core.providers.base import Failed, Kind, Order, Source, Tool
from core.providers.fitting import aspects_of, duration_of, words_of
from core.providers.replicate.wire import Wire

DATA_URI_MAX = 256_000
"""Larger files are uploaded (replicate.com/docs/topics/predictions/input-files)."""
SEED_MAX = 1 << 31
_ANOTHER = "Another version of this picture."


class Names(BaseModel):
    """A model's inputs by what they mean; a name that is not there is not sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str | None = "prompt"
    prompt_units: str = ""
    aspect: str | None = None
    same_aspect: str | None = None
    """The aspect's value that keeps the shape of the picture given."""
    duration: str | None = None
    seed: str | None = None
    voice: str | None = None
    image: str | None = None
    """One picture."""
    images: str | None = None
    """A list of pictures."""
    mask: str | None = None
    video: str | None = None
    frame_aspects: dict[str, str] = {}
    fixed: dict[str, Any] = {}
    """Sent as it stands."""


class Inputs:
    """Writes a model's input, and brings the files that it names to Replicate."""

    def __init__(self, wire: Wire, attachments: Attachments) -> None:
        self._wire = wire
        self._attachments = attachments

    async def of(self, order: Order, model: Model) -> dict[str, Any] | Failed:
        """The whole input, or why a file could not be brought. Nothing is paid by it."""
        files = await self._files(order, Names.model_validate(model.settings))
        return files if isinstance(files, Failed) else said(order, model) | files

    async def _files(self, order: Order, names: Names) -> dict[str, Any] | Failed:
        wanted = _wanted(order, names)
        links = await asyncio.gather(*(self._linked(sources) for sources in wanted.values()))
        files: dict[str, Any] = {}
        for name, each in zip(wanted, links, strict=True):
            if isinstance(each, Failed):
                return each
            files[name] = each if name == names.images else each[0]
        return files

    async def _linked(self, sources: Sequence[Source]) -> list[str] | Failed:
        links = await asyncio.gather(*(self._link(source) for source in sources))
        failed = next((each for each in links if isinstance(each, Failed)), None)
        return failed or [each for each in links if isinstance(each, str)]

    async def _link(self, source: Source) -> str | Failed:
        uri = await self._attachments.data_uri(source, DATA_URI_MAX)
        if uri:
            return uri
        with await self._attachments.opened(source) as file:
            return await self._wire.upload(named(source), file, source.media_type)


def said(order: Order, model: Model) -> dict[str, Any]:
    """The input without its files, which Replicate may keep under other addresses."""
    names = Names.model_validate(model.settings)
    return _words(order, model, names) | names.fixed


def seed_of(order: Order, model: Model) -> int | None:
    """The seed that is sent, where the model has one."""
    return order.seed % SEED_MAX if model.settings.get("seed") else None


def notes_of(order: Order, model: Model) -> tuple[str, ...]:
    """What the model ignores of the order."""
    masked = any(source.role == "mask" for source in order.sources)
    if masked and not model.settings.get("mask"):
        return (f"{model.title} knows no masks, so it may have changed the whole picture.",)
    return ()


def _words(order: Order, model: Model, names: Names) -> dict[str, Any]:
    """What is said in words and figures."""
    given = {
        names.prompt: words_of(order, model, _ANOTHER if order.tool is Tool.VARY else ""),
        names.aspect: _aspect(order, model, names),
        names.duration: _whole(duration_of(order, model)) if order.kind is Kind.VIDEO else None,
        names.seed: seed_of(order, model),
        names.voice: order.voice,
    }
    return {name: value for name, value in given.items() if name and value not in (None, "")}


def _aspect(order: Order, model: Model, names: Names) -> str | None:
    if order.aspect:
        return aspects_of(order, model).get(order.aspect, order.aspect)
    return names.same_aspect if order.sources else None


def _whole(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds


def _wanted(order: Order, names: Names) -> dict[str, list[Source]]:
    """Which of the order's sources go where."""
    pictures = [source for source in order.sources if source.role in ("image", "first_frame")]
    places = {
        names.images: pictures,
        names.image: pictures[:1],
        names.mask: [source for source in order.sources if source.role == "mask"],
        names.video: [source for source in order.sources if source.role == "video"],
    }
    return {name: sources for name, sources in places.items() if name and sources}
