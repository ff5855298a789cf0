"""A picture order as a request: which operation, which words and files, which optional fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.agent.catalogue import Model
from core.native.pool import NativePool
from core.providers.base import Failed, Order, Source, Tool
from core.providers.openai.answers import NotMade
from core.providers.openai.prompts import prompt_for
from core.providers.openai.sizes import size_for

FileEntry = tuple[str, Path, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of generate (no files) or edit."""

    prompt: str
    files: Mapping[str, FileEntry | list[FileEntry]] = field(default_factory=dict)
    fields: Mapping[str, Any]
    """What a compatible server may refuse one by one."""
    notes: tuple[str, ...] = ()

    @property
    def edits(self) -> bool:
        """Whether it works from pictures."""
        return bool(self.files)


async def request_for(order: Order, model: Model, pool: NativePool) -> Request:
    """The request for an order.

    Raises:
        NotMade: it is longer than the model takes; nothing was asked.
    """
    files = await _files(order, pool) if _from_sources(order, model) else {}
    prompt = prompt_for(order, with_sources=bool(files))
    if len(prompt) > model.max_prompt:
        raise NotMade(Failed("The description is longer than this model takes.", "too_long", elsewhere=True))
    return Request(prompt=prompt, files=files, fields=_fields(order, model), notes=_notes(order, model))


def _from_sources(order: Order, model: Model) -> bool:
    """A variation works from the picture where the model can edit, else from the words that made it."""
    able = order.tool is not Tool.VARY or Tool.EDIT_IMAGE in model.abilities
    return bool(order.sources) and able


async def _files(order: Order, pool: NativePool) -> dict[str, FileEntry | list[FileEntry]]:
    pictures = [source for source in order.sources if source.role != "mask"]
    entries = [_entry(number, source) for number, source in enumerate(pictures)]
    files: dict[str, FileEntry | list[FileEntry]] = {"image": entries if len(entries) > 1 else entries[0]}
    masks = [source for source in order.sources if source.role == "mask"]
    if masks:
        files["mask"] = await _mask(masks[0], pictures[0], order.folder, pool)
    return files


def _entry(number: int, source: Source) -> FileEntry:
    return f"picture-{number}.{source.media_type.rpartition('/')[2]}", source.path, source.media_type


async def _mask(mask: Source, picture: Source, folder: Path, pool: NativePool) -> FileEntry:
    target = folder / "mask.png"
    arguments = {"source": mask.path, "like": picture.path, "target": target}
    await pool.run("core.native.masks:cut_out", arguments)
    return "mask.png", target, "image/png"


def _fields(order: Order, model: Model) -> dict[str, Any]:
    """Previews are asked for only where somebody watches: they are billed like the picture."""
    previews = model.settings.get("partial_images") if order.preview else None
    wanted = {
        "size": size_for(model, order.aspect),
        "quality": model.settings.get("quality"),
        "background": "transparent" if order.transparent and model.transparent else None,
        "output_format": "png",
        "safety_identifier": order.person or None,
        "stream": True if previews else None,
        "partial_images": previews,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _notes(order: Order, model: Model) -> tuple[str, ...]:
    if order.transparent and not model.transparent:
        return (f"{model.title} always paints a background.",)
    return ()
