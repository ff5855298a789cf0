"""Taking everything along: a zip of chosen assets, or of all that Easel knows of a person, made while it is sent."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from core.errors import Invalid, NotFound
from core.people.names import Names
from core.people.zipping import Zipping
from core.provenance.recipe import easel_version, recipe
from storage import exporting
from storage.database import Database
from storage.exporting import Page
from storage.objects import ObjectStore
from storage.recipes import Ingredients
from storage.tables import now

CHOSEN_MAX = 1_000
AHEAD = 16
"""Chunks of a quarter of a megabyte that are read ahead, also of the next file: so much is in memory, and no more."""
MISSING = "Its file is missing in the store."
WITHHELD = "The safety check holds this picture back."
Rows = Callable[[], AsyncGenerator[Ingredients]]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A file begins; `why_not`: it does not."""

    rows: Ingredients
    why_not: str = ""


class _Ended:
    """A file ends, or all of them do."""


class Export:
    """Streams zips. Nothing of anybody else's is in them."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self._database = database
        self._objects = objects

    async def chosen(self, user_id: str, asset_ids: Sequence[str]) -> AsyncGenerator[bytes]:
        """A zip of some of a person's assets.

        Raises:
            Invalid: none, or too many at once.
            NotFound: one of them is not theirs. Raised before the first byte.
        """
        wanted = list(dict.fromkeys(asset_ids))
        if not 0 < len(wanted) <= CHOSEN_MAX:
            raise Invalid(f"Choose between 1 and {CHOSEN_MAX:,} assets.")
        found = await self._database.read(lambda session: exporting.chosen(session, user_id, wanted))
        if len(found) < len(wanted):
            raise NotFound

        async def rows() -> AsyncGenerator[Ingredients]:
            for each in found:
                yield each

        return self._zip(rows)

    async def everything(self, user_id: str) -> AsyncGenerator[bytes]:
        """A zip of all files of a person, with everything that the rows say about them."""
        until = await self._database.read(lambda session: exporting.newest(session, user_id))

        async def rows() -> AsyncGenerator[Ingredients]:
            after: int | None = 0
            while after is not None:
                page = partial(exporting.assets, user_id=user_id, after=after, until=until)
                found, after = await self._database.read(page)
                for each in found:
                    yield each

        return self._zip(rows, user_id)

    # --- the zip --------------------------------------------------------------------------------------------------

    async def _zip(self, rows: Rows, user_id: str | None = None) -> AsyncGenerator[bytes]:
        """Files first, as only then it is known which are missing; then what there is to say about them."""
        zipping, names, at = Zipping(), dict[str, str](), now()
        why_not: dict[str, str] = {}
        async with aclosing(self._files(zipping, rows, names, why_not)) as parts:
            async for part in parts:
                yield part
        for name, text in self._texts(rows, names, why_not, user_id, at):
            async with aclosing(zipping.file(name, 0, at, text)) as parts:
                async for part in parts:
                    yield part
        for part in zipping.end():
            yield part

    async def _files(
        self, zipping: Zipping, rows: Rows, names: dict[str, str], why_not: dict[str, str]
    ) -> AsyncGenerator[bytes]:
        friendly = Names()
        queue: asyncio.Queue[object] = asyncio.Queue(AHEAD)
        reading = asyncio.create_task(self._read_ahead(rows, queue), name="export")
        try:
            while isinstance(begun := await _next(queue), _Begun):
                asset = begun.rows.asset
                if begun.why_not:
                    why_not[asset.id] = begun.why_not
                    continue
                name = names[asset.id] = f"files/{friendly.of(asset)}"
                entry = zipping.file(name, asset.size_bytes, asset.created_at, _chunks(queue))
                async with aclosing(entry) as parts:
                    async for part in parts:
                        yield part
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read_ahead(self, rows: Rows, queue: "asyncio.Queue[object]") -> None:
        """The boundary of this job: what went wrong is told to whoever sends."""
        try:
            async with aclosing(rows()) as found:
                async for each in found:
                    await self._read(each, queue)
            await queue.put(_Ended())
        except Exception as error:
            await queue.put(error)

    async def _read(self, rows: Ingredients, queue: "asyncio.Queue[object]") -> None:
        if rows.asset.safety == "withheld":
            await queue.put(_Begun(rows, WITHHELD))
            return
        async with aclosing(self._objects.open(rows.asset.object_key)) as chunks:
            try:
                first = await anext(chunks, b"")
            except FileNotFoundError:
                await queue.put(_Begun(rows, MISSING))
                return
            await queue.put(_Begun(rows))
            await queue.put(first)
            async for chunk in chunks:
                await queue.put(chunk)
            await queue.put(_Ended())

    # --- what is said about it ------------------------------------------------------------------------------------

    def _texts(
        self, rows: Rows, names: dict[str, str], why_not: dict[str, str], user_id: str | None, at: datetime
    ) -> list[tuple[str, AsyncGenerator[bytes]]]:
        manifest = ("manifest.json", _manifest(rows, names, why_not, at))
        if user_id is None:
            return [manifest]
        return [
            manifest,
            ("about.json", self._about(user_id)),
            ("creations.json", _array(self._pages(exporting.creations, user_id))),
            ("usage.json", _array(self._pages(exporting.usage, user_id))),
        ]

    async def _about(self, user_id: str) -> AsyncGenerator[bytes]:
        yield _json(await self._database.read(lambda session: exporting.about(session, user_id)))

    async def _pages(self, read: Callable[..., Page], user_id: str) -> AsyncGenerator[Any]:
        after: Any = ""
        while after is not None:
            page = await self._database.read(partial(read, user_id=user_id, after=after))
            after = page.next
            for row in page.rows:
                yield row


async def _next(queue: "asyncio.Queue[object]") -> object:
    found = await queue.get()
    if isinstance(found, Exception):
        raise found
    return found


async def _chunks(queue: "asyncio.Queue[object]") -> AsyncGenerator[bytes]:
    while isinstance(chunk := await _next(queue), bytes):
        yield chunk


async def _manifest(rows: Rows, names: dict[str, str], why_not: dict[str, str], at: datetime) -> AsyncGenerator[bytes]:
    """Which file is which, and how it was made. What came or went while the files were sent is left out."""

    async def told() -> AsyncGenerator[Any]:
        async with aclosing(rows()) as found:
            async for each in found:
                asset_id = each.asset.id
                if asset_id in names or asset_id in why_not:
                    reason = {"why_not": why_not[asset_id]} if asset_id in why_not else {}
                    yield {"file": names.get(asset_id)} | reason | recipe(each)

    yield _json({"easel": easel_version(), "made_at": at})[:-1] + b', "assets": '
    async with aclosing(_array(told())) as parts:
        async for part in parts:
            yield part
    yield b"}"


async def _array(rows: AsyncGenerator[Any]) -> AsyncGenerator[bytes]:
    opening = b"[\n"
    async with aclosing(rows):
        async for row in rows:
            yield opening + _json(row)
            opening = b",\n"
    yield b"[]" if opening == b"[\n" else b"\n]"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode()
