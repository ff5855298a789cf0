"""Pictures by /images/generations and /images/edits: previews on the way, the bytes kept exactly as they came."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openai import AsyncAPIResponse

from core.agent.catalogue import Model
from core.errors import EaselError, NativeError, ProviderError, Unsupported
from core.events import events
from core.native.pool import NativePool
from core.providers.base import Kind, Made, Order, Output
from core.providers.openai.answers import NotMade, answering, lost
from core.providers.openai.client import Connection
from core.providers.openai.dialect import STREAMING, Dialect, Fields
from core.providers.openai.pictures import Picture, PictureEvent, PicturesAnswer, cost_micros, decoded
from core.providers.openai.requests import Request, request_for
from core.trust.disk import Disk, save
from core.trust.fetch import Fetcher
from core.trust.links import Links
from storage.errors import StorageError

HOSTS = ("*.oaiusercontent.com",)
"""Where OpenAI keeps files that it links; an operator's model may name its server's own in `settings.hosts`."""

_FILE = "picture"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came: the picture stands in the order's folder, unless it is linked. Small, so that many can wait."""

    usage: Any
    url: str | None = None


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
            answer = await self._dialect.ask(
                model.vendor_name, request.fields, lambda sent: self._call(order, model, request, sent)
            )
        made = await (self._fetched(order, model, answer.url) if answer.url else self._measured(order.folder / _FILE))
        notes = (*request.notes, *self._dialect.notes(model.vendor_name, request.fields))
        return Output(files=(made,), cost_micros=cost_micros(model, answer.usage), notes=notes)

    # --- asking ---------------------------------------------------------------------------------------------------

    async def _call(self, order: Order, model: Model, request: Request, sent: Fields) -> _Answer:
        if self._connection.streams.locked():  # previews are for when there is room
            sent = {name: value for name, value in sent.items() if name not in STREAMING}
        async with self._opened(model, request, sent) as response:
            if "text/event-stream" in response.headers.get("content-type", ""):
                return await self._streamed(order, response)
            return await self._whole(order, response)

    @asynccontextmanager
    async def _opened(self, model: Model, request: Request, sent: Fields) -> AsyncIterator[AsyncAPIResponse[Any]]:
        images = self._connection.sdk.images.with_streaming_response
        create: Any = images.edit if request.edits else images.generate
        async with AsyncExitStack() as stack:
            if "stream" in sent:
                await stack.enter_async_context(self._connection.streams)
            call = create(model=model.vendor_name, prompt=request.prompt, **request.files, **sent)
            yield await stack.enter_async_context(call)

    async def _whole(self, order: Order, response: AsyncAPIResponse[Any]) -> _Answer:
        """Only the body is large, and by its headers the work is done: so only reading waits for a turn."""
        async with self._connection.bodies:
            answer = PicturesAnswer.model_validate_json(await response.read())
            return await self._saved(order, answer.data[0], answer.usage)

    async def _streamed(self, order: Order, response: AsyncAPIResponse[Any]) -> _Answer:
        """The last event is the picture; those before are previews of it."""
        number = 0
        async for data in events(response.iter_bytes(), response.http_request):
            event = PictureEvent.model_validate(data)
            if event.type.endswith(".completed"):
                return await self._saved(order, Picture(b64_json=event.b64_json), event.usage)
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
            await self._disk.run(_save, path, b64_json)
            await order.preview(path)

    # --- keeping --------------------------------------------------------------------------------------------------

    async def _saved(self, order: Order, picture: Picture, usage: Any) -> _Answer:
        b64_json, path = picture.b64_json or "", order.folder / _FILE
        try:
            size_bytes = await self._disk.run(_save, path, b64_json) if b64_json else 0
        except OSError as error:
            raise NotMade(lost("unsaved")) from error
        if size_bytes:
            return _Answer(usage)
        if not picture.url:
            raise NotMade(lost("empty"))
        return _Answer(usage, picture.url)

    async def _fetched(self, order: Order, model: Model, url: str) -> Made:
        own = urlsplit(self._connection.base_url).hostname or ""
        links = Links((*HOSTS, own, *model.settings.get("hosts", ())), self._connection.base_url)
        try:
            file = await self._fetcher.fetch(url, order.folder / _FILE, kind=Kind.IMAGE, links=links)
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


def _save(path: Path, b64_json: str) -> int:
    """Decode in the thread that writes: megabytes of it would hold up everybody else. Returns the size in bytes.

    Raises:
        ValueError: it is damaged.
    """
    data = decoded(b64_json)
    save(path, data)
    return len(data)
