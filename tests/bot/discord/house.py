"""A strict Discord, a whole Easel with a scripted planner and provider, and the surface between them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import discord
from sqlmodel import Session, col, select

from bot.app import App, running
from bot.settings import Settings
from core.agent.catalogue import Model
from core.agent.messages import Planner
from core.creation.view import CreationView
from core.providers.base import Provider
from storage import people
from storage.tables import Asset, Creation, Post
from tests.fakes.discord import Channel, DiscordServer, Guild, Message, Person
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, models
from tests.furnished import furnish

T = TypeVar("T")
END_S = 10.0


@dataclass(slots=True, kw_only=True)
class House:
    """One server with one channel, and two people in it."""

    server: DiscordServer
    app: App
    guild: Guild
    channel: Channel
    ada: Person
    bob: Person

    # --- what people find -----------------------------------------------------------------------------------------

    async def until(self, look: Callable[[], T | None], what: str = "it", within_s: float = END_S) -> T:
        return await until(look, what, within_s)

    async def thread(self, channel: Channel | None = None, number: int = 0) -> Channel:
        """The first thread below a channel, once it is there."""
        look = lambda: next(iter(self.server.threads(channel or self.channel)[number:]), None)  # noqa: E731
        return await self.until(look, "a thread")

    async def results(self, place: Channel, count: int = 1) -> list[Message]:
        """Messages with files, once there are so many."""

        def look() -> list[Message] | None:
            found = [one for one in self.server.messages(place) if one.author is self.server.bot and one.files]
            return found if len(found) >= count else None

        return await self.until(look, f"{count} results")

    async def made(self, prompt: str = "a lighthouse", by: Person | None = None, **options: Any) -> Message:
        """The result of `/create` in the channel, once its status says that it is done."""
        before = len(self.server.threads(self.channel))
        await (by or self.ada).slash(self.channel, "create", prompt=prompt, **options)
        thread = await self.thread(number=before)
        await self.says(thread, "Done")
        return await self.noted((await self.results(thread))[0])

    async def noted(self, message: Message) -> Message:
        """A message that Easel knows to be sent: a moment after it stands there, sooner than anybody could press."""
        async with asyncio.timeout(END_S):
            while message.id not in [post.message_id for post in await self.posts()]:
                await asyncio.sleep(0.01)
        return message

    async def says(self, place: Channel, words: str) -> Message:
        """A message of Easel's with these words, once it is there."""

        def look() -> Message | None:
            own = (one for one in self.server.messages(place) if one.author is self.server.bot)
            return next((one for one in own if words in one.text), None)

        return await self.until(look, f"a message with {words!r}")

    def refused(self) -> list[str]:
        """What Discord did not take, but for what a test scripted."""
        return [f"{call.method} {call.path}: {call.why}" for call in self.server.rejected]

    # --- what Easel has -------------------------------------------------------------------------------------------

    async def read(self, work: Callable[[Session], T]) -> T:
        return await self.app.database.read(work)

    async def creations(self) -> list[Creation]:
        return await self.read(lambda session: list(session.exec(select(Creation).order_by(col(Creation.created_at)))))

    async def creation(self, number: int = -1, count: int = 1) -> Creation:
        """One of the creations, once there are so many."""
        async with asyncio.timeout(END_S):
            while len(found := await self.creations()) < count:
                await asyncio.sleep(0.02)
        return found[number]

    async def ended(self, creation: Creation) -> CreationView:
        async with asyncio.timeout(END_S):
            return await self.app.studio.finished(creation.user_id, creation.id)

    async def assets(self) -> list[Asset]:
        return await self.read(lambda session: list(session.exec(select(Asset).order_by(col(Asset.seq)))))

    async def posts(self) -> list[Post]:
        return await self.read(lambda session: list(session.exec(select(Post))))

    async def user(self, person: Person) -> str | None:
        return await self.read(lambda session: people.known(session, "discord", "", person.id))


async def until(look: Callable[[], T | None], what: str = "it", within_s: float = END_S) -> T:
    """What `look` finds, the first time it finds something true."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := look()):
                await asyncio.sleep(0.01)
            return found
    except TimeoutError:
        raise AssertionError(f"not within {within_s} s: {what}") from None


@contextmanager
def addresses_restored() -> Iterator[None]:
    """discord.py keeps both addresses in attributes of classes, for the whole process."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def settings_for(server: DiscordServer, folder: Path, **more: Any) -> Settings:
    return Settings(
        _env_file=None,
        EASEL_DATA_DIR=folder / "data",
        DISCORD_TOKEN=server.token,
        DISCORD_API_BASE_URL=server.api_url,
        DISCORD_GATEWAY_URL=server.gateway_url,
        **more,
    )


@asynccontextmanager
async def easel(
    settings: Settings,
    *,
    planner: Planner | None = None,
    provider: Provider | None = None,
    catalogue: tuple[Model, ...] | None = None,
    worker: bool = True,
) -> AsyncIterator[App]:
    """An Easel that listens to this Discord."""
    with addresses_restored():
        maker = provider or ScriptedProvider()
        async with running(
            furnish(settings),
            worker=worker,
            listen=True,
            planner=planner or ScriptedPlanner(calls(picture())),
            providers={maker.name: maker},
            models=catalogue or models(),
        ) as app:
            yield app


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    server: DiscordServer | None = None,
    environment: dict[str, Any] | None = None,
    worker: bool = True,
    planner: Planner | None = None,
    provider: Provider | None = None,
    catalogue: tuple[Model, ...] | None = None,
) -> AsyncIterator[House]:
    """Everything, connected. A server that was handed in is started and stopped by whoever did."""
    async with AsyncExitStack() as stack:
        here = server or await stack.enter_async_context(DiscordServer())
        guild = here.guild()
        channel = guild.channel()
        ada, bob = here.person("ada", guild), here.person("bob", guild)
        settings = settings_for(here, folder, **(environment or {}))
        app = await stack.enter_async_context(
            easel(settings, planner=planner, provider=provider, catalogue=catalogue, worker=worker)
        )
        await ready(here, app)
        yield House(server=here, app=app, guild=guild, channel=channel, ada=ada, bob=bob)


@asynccontextmanager
async def restarted(server: DiscordServer, folder: Path, **more: Any) -> AsyncIterator[House]:
    """Another Easel on the same data, for the same people."""
    guild = next(iter(server.world.guilds.values()))
    channel = next(iter(guild.channels.values()))
    ada, bob = (next(one for one in server.world.users.values() if one.name == name) for name in ("ada", "bob"))
    async with easel(settings_for(server, folder), **more) as app:
        await ready(server, app)
        assert isinstance(ada, Person)
        assert isinstance(bob, Person)
        yield House(server=server, app=app, guild=guild, channel=channel, ada=ada, bob=bob)


async def ready(server: DiscordServer, app: App) -> None:
    await until(app.surfaces_open.is_set, "the surfaces")
    await server.connected()
    await until(lambda: not app.surfaces["discord"].not_ready(), "a surface that is ready")
