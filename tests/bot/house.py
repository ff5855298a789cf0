"""A whole Easel behind real sockets, and people who use it."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image
from sqlmodel import Session
from yarl import URL

from bot.app import App, running
from bot.settings import Settings
from bot.watch.census import Census
from bot.watch.readiness import Readiness
from bot.web.context import Web
from bot.web.server import make_web
from storage import gallery, people
from storage.tables import Asset, Creation, CreationState, Step, Thread, now
from tests.furnished import furnish

MISSING = "0" * 32
NAMES = ("ada", "bob")


def png(size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (40, 90, 160)).save(buffer, "PNG")
    return buffer.getvalue()


def form(*files: bytes, name: str = "photo.png") -> aiohttp.FormData:
    """A multipart form with these files."""
    data = aiohttp.FormData(default_to_multipart=True)
    for file in files:
        data.add_field("file", io.BytesIO(file), filename=name, content_type="image/png")
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One Easel, answering twice: `open_url` demands no token, `locked_url` does."""

    app: App
    context: Web
    http: aiohttp.ClientSession
    open_url: str
    locked_url: str
    ada: Person
    bob: Person

    async def ask(self, method: str, path: str, *, locked: bool = False, **more: Any) -> Answer:
        base = self.locked_url if locked else self.open_url
        async with self.http.request(method, URL(base + path, encoded=True), allow_redirects=False, **more) as response:
            body = await response.read()
            is_json = response.content_type == "application/json"
            return Answer(response.status, response.headers, body, await response.json() if is_json else None)

    async def creation(self, owner: str, state: CreationState = CreationState.SUCCEEDED) -> Creation:
        """A creation's row, with its thread's."""

        def work(session: Session) -> Creation:
            creation = Creation(user_id=owner, thread_id="", prompt="a quiet harbour", state=state, surface="rest")
            thread = Thread(ref=f"rest:-:-:{creation.id}", user_id=owner, title="a quiet harbour")
            session.add(thread)
            session.flush()
            creation.thread_id = thread.id
            session.add(creation)
            return creation

        return await self.app.database.write(work)

    async def asset(self, owner: str, content: bytes | None = None, **more: Any) -> Asset:
        """An asset's row and its object."""
        creation = await self.creation(owner)
        content = png() if content is None else content
        made = {
            "asked": "a quiet harbour",
            "kind": "image",
            "tool": "generate_image",
            "media_type": "image/png",
            "width": 64,
            "height": 48,
        }
        values: dict[str, Any] = made | more
        step = Step(creation_id=creation.id, user_id=owner, turn=0, index=0, call_id="0", tool=values["tool"])
        asset = Asset(
            user_id=owner,
            step_id=step.id,
            creation_id=creation.id,
            thread_id=creation.thread_id,
            size_bytes=len(content),
            object_key=f"{owner}/{creation.id}/0.png",
            prompt="a quiet harbour in the fog, photoreal",
            provider="offline",
            model="sketch",
            **values,
        )
        source = self.app.spool.folder / asset.id
        source.write_bytes(content)
        await self.app.objects.put(asset.object_key, source, asset.media_type)
        source.unlink()

        def work(session: Session) -> None:
            session.add(step)
            session.flush()
            gallery.add(session, creation, [asset])

        await self.app.database.write(work)
        return asset

    async def change_creation(self, creation_id: str, **values: Any) -> None:
        """Change a row as a worker would, and tell nobody: the poll must notice."""

        def work(session: Session) -> None:
            creation = session.get_one(Creation, creation_id)
            for name, value in values.items():
                setattr(creation, name, value)
            creation.revision += 1
            if creation.state.final:
                creation.finished_at = now()
            session.add(creation)

        await self.app.database.write(work)


@asynccontextmanager
async def house(folder: Path, *, worker: bool = False, **values: Any) -> AsyncIterator[House]:
    """`values`: settings by their names in the environment."""
    settings = Settings(_env_file=None, EASEL_DATA_DIR=folder, **values)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(running(furnish(settings), worker=worker))
        context = web_of(app)
        open_url = await stack.enter_async_context(served(context))
        locked_url = await stack.enter_async_context(served(replace(context, token_demanded=True)))
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        ada, bob = [await _person(app, name) for name in NAMES]
        yield House(app=app, context=context, http=http, open_url=open_url, locked_url=locked_url, ada=ada, bob=bob)


def web_of(app: App) -> Web:
    readiness = Readiness(app)
    return Web(
        studio=app.studio,
        kept=app.kept,
        likeness=app.likeness,
        provenance=app.provenance,
        export=app.export,
        joining=app.joining,
        database=app.database,
        objects=app.objects,
        pool=app.pool,
        local_user_id=app.local_user_id,
        secret_key=app.secret_key,
        host="127.0.0.1",
        port=0,
        public_url=None,
        token_demanded=False,
        offline=True,
        incoming=app.settings.data_dir / "incoming",
        not_ready=readiness.reasons,
        metrics=Census(app, readiness).text,
        figures=app.watch.figures,
    )


@asynccontextmanager
async def served(context: Web) -> AsyncIterator[str]:
    """The web of `context` on a socket of its own; yields its address."""
    runner = web.AppRunner(make_web(context), access_log=None, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def _person(app: App, name: str) -> Person:
    def work(session: Session) -> tuple[str, str | None]:
        token = people.add_token(session, name)
        session.flush()
        return token, people.user_by_token(session, token)

    token, user_id = await app.database.write(work)
    assert user_id
    return Person(id=user_id, token=token)


async def raw(url: str, request: bytes, *, wait_s: float = 2) -> bytes:
    """Send bytes as they are, and read what comes until the server closes or falls silent."""
    address = URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    answer = b""
    try:
        writer.write(request)
        await writer.drain()
        while part := await asyncio.wait_for(reader.read(65_536), 0.2 if answer else wait_s):
            answer += part
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return answer
