"""From rows to an order: the words, the wishes, and the source files on this machine."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

from core.agent.catalogue import Catalogue, Model
from core.creation import jobs
from core.creation.jobs import Job
from core.errors import UserError
from core.providers.base import Kind, Order, Source, Tool
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset


class Ordering:
    """Writes orders. The same job always gives the same order."""

    def __init__(self, database: Database, objects: ObjectStore, catalogue: Catalogue, secret_key: str) -> None:
        self._database = database
        self._objects = objects
        self._catalogue = catalogue
        self._key = sha256(f"person:{secret_key}".encode()).digest()

    async def with_sources(self, job: Job) -> Job:
        """The job with the assets that it works from.

        Raises:
            UserError: one of them is not there any more.
        """
        if not jobs.refs(job):
            return job
        found = await self._database.read(lambda session: jobs.sources(session, job))
        there = tuple((role, asset) for role, asset in found if asset)
        if len(there) < len(found):
            raise UserError("What it should start from is not there any more.", "input_gone")
        return replace(job, sources=there)

    async def order(self, job: Job, folder: Path, preview: Callable[[Path], Awaitable[None]]) -> Order:
        """The order for the model that the step names now."""
        step, arguments = job.step, job.step.arguments
        sources = await asyncio.gather(*(self._source(role, asset, folder) for role, asset in job.sources))
        return Order(
            step_id=step.id,
            tool=Tool(step.tool),
            kind=Kind(step.kind),
            model=step.model or "",
            prompt=job.words,
            instruction=arguments.get("instruction") or arguments.get("instructions") or "",
            aspect=arguments.get("aspect"),
            duration_s=arguments.get("duration_s"),
            voice=arguments.get("voice"),
            style=arguments.get("style"),
            transparent=bool(arguments.get("transparent")),
            seed=seed(job),
            sources=tuple(sources),
            folder=folder,
            person=hmac.new(self._key, job.creation.user_id.encode(), sha256).hexdigest()[:32],
            preview=preview,
        )

    def model(self, job: Job) -> Model:
        """The model that the step names now."""
        return self._catalogue.model(job.step.model or "")

    async def _source(self, role: str, asset: Asset, folder: Path) -> Source:
        try:
            path = await self._objects.fetch(asset.object_key, folder)
        except FileNotFoundError as error:
            raise UserError("The file it should start from is missing.", "input_gone") from error
        return Source(
            role=role,
            path=path,
            media_type=asset.media_type,
            kind=Kind(asset.kind),
            prompt=asset.prompt,
            provider=asset.provider or "",
            seed=asset.seed,
            duration_s=asset.duration_s,
        )


def seed(job: Job) -> int:
    """The words decide, so that the same wish looks the same; a variation and a sibling differ."""
    step = job.step
    fresh = step.tool == Tool.VARY or job.creation.action == "again"
    salt = step.id if fresh else str(step.index) if step.index else ""
    return crc32(json.dumps([job.words, salt]).encode())


def highest_price(model: Model, arguments: Mapping[str, Any], source_s: float | None) -> int:
    """What one call may cost at most, in micro-dollars. `source_s`: how long its source is, None if unknown."""
    characters = len(arguments.get("text") or "")
    return model.price_micros(duration_s=arguments.get("duration_s"), characters=characters, source_s=source_s)
