"""Pictures by /images/generations and /images/edits: previews on the way, the bytes kept exactly as they came."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openai import AsyncAPIResponse, AsyncStream

from core.agent.catalogue import Model
from core.errors import EaselError, NativeError, ProviderError, Unsupported
from core.native.pool import NativePool
from core.providers.base import Kind, Made, Order, Output
from core.providers.openai.answers import NotMade, answering, lost
from core.providers.openai.client import Connection
from core.providers.openai.dialect import Dialect, Fields
from core.providers.openai.pictures import Picture, PictureEvent, PicturesAnswer, cost_micros, decoded
from core.providers.openai.requests import Request, request_for
from core.trust.disk import Disk
from core.trust.fetch import Fetcher
from core.trust.links import Links
from storage.errors import StorageError

HOSTS = ("*.oaiusercontent.com",)
"""Where OpenAI keeps files that it links; an operator's model may name its server's own in `settings.hosts`."""

_Answer = tuple[Picture, Any]
"""The picture, and what was counted."""


class Images:
    """Makes and changes pictures."""

    def __init__(
        self, connection: Connection, dialect: Dialect, pool: NativePool, fetcher: Fetcher, disk: Disk
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._pool = pool
        self._fetcher = fetcher
        self._disk = disk

    async def make(self, order: Order, model: Model) -> Output:
        """One picture by one paid call.

        Raises:
            NotMade: there is none.
        """
        request = await request_for(order, model, self._pool)
        with answering():
            picture, usage = await self._dialect.ask(
                model.vendor_name, request.fields, lambda sent: self._call(order, model, request, sent)
            )
            data = picture.data()
        made = await self._kept(order, model, data, picture.url)
        notes = (*request.notes, *self._dialect.notes(model.vendor_name, request.fields))
        return Output(files=(made,), cost_micros=cost_micros(model, usage), notes=notes)

    # --- asking ---------------------------------------------------------------------------------------------------

    async def _call(self, order: Order, model: Model, request: Request, sent: Fields) -> _Answer:
        async with self._opened(model, request, sent) as response:
            if "text/event-stream" in response.headers.get("content-type", ""):
                return await self._streamed(order, response)
            async with self._connection.bodies:
                answer = PicturesAnswer.model_validate_json(await response.read())
            return answer.data[0], answer.usage

    @asynccontextmanager
    async def _opened(self, model: Model, request: Request, sent: Fields) -> AsyncIterator[AsyncAPIResponse[Any]]:
        """The answer from its headers on. Only its body is large, so only reading that waits for a turn."""
        images = self._connection.sdk.images.with_streaming_response
        create: Any = images.edit if request.edits else images.generate
        call = create(model=model.vendor_name, prompt=request.prompt, **request.files, **sent)
        if "stream" not in sent:
            async with call as response:
                yield response
        else:
            async with self._connection.streams, call as response:
                yield response

    async def _streamed(self, order: Order, response: AsyncAPIResponse[Any]) -> _Answer:
        """The last event is the picture; those before are previews of it."""
        number = 0
        async for data in await response.parse(to=AsyncStream[object]):
            event = PictureEvent.model_validate(data)
            if event.type.endswith(".completed"):
                return Picture(b64_json=event.b64_json), event.usage
            if event.type.endswith(".partial_image") and event.b64_json:
                await self._show(order, number, event.b64_json)
                number += 1
        raise ValueError("a stream without its end")

    async def _show(self, order: Order, number: int, b64_json: str) -> None:
        """Hand a preview over. One that cannot be shown must not cost the picture that is paid for."""
        if order.preview is None:
            return
        path = order.folder / f"preview-{number}.png"
        with suppress(EaselError, StorageError, OSError, ValueError):
            await self._disk.write(path, decoded(b64_json))
            await order.preview(path)

    # --- keeping --------------------------------------------------------------------------------------------------

    async def _kept(self, order: Order, model: Model, data: bytes | None, url: str | None) -> Made:
        target = order.folder / "picture"
        if data is None and url:
            return await self._fetched(order, model, url)
        if not data:
            raise NotMade(lost("empty"))
        try:
            await self._disk.write(target, data)
        except OSError as error:
            raise NotMade(lost("unsaved")) from error
        return await self._measured(target)

    async def _fetched(self, order: Order, model: Model, url: str) -> Made:
        own = urlsplit(self._connection.base_url).hostname or ""
        links = Links((*HOSTS, own, *model.settings.get("hosts", ())), self._connection.base_url)
        try:
            file = await self._fetcher.fetch(url, order.folder / "picture", kind=Kind.IMAGE, links=links)
        except ProviderError as error:
            raise NotMade(lost("unreadable" if error.code == "wrong_media" else "unfetched")) from error
        return Made(path=file.path, media_type=file.media_type, width=file.width, height=file.height)

    async def _measured(self, path: Path) -> Made:
        """What it is and how large, by its bytes: a web page is no picture, whatever it was called."""
        try:
            facts = await self._pool.run("core.native.pictures:probe", {"source": path})
        except (Unsupported, NativeError) as error:
            raise NotMade(lost("unreadable")) from error
        if not facts["media_type"].startswith("image/"):
            raise NotMade(lost("unreadable"))
        return Made(path=path, media_type=facts["media_type"], width=facts["width"], height=facts["height"])
