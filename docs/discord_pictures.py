"""Makes the pictures of the Discord guide: a whole Easel, with no key, in the strict local Discord of the tests."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import av
from PIL import Image
from sqlmodel import Session, select

from bot.app import App, running
from core.native.pool import NativePool
from core.providers.base import Failed, Kind, Order, Output, Refused
from core.providers.offline.provider import OfflineProvider
from docs.look import discord as look
from docs.look.photograph import photograph
from docs.look.press import Theme
from storage.tables import Post
from tests.bot.discord.house import addresses_restored, ready, settings_for
from tests.fakes.discord import Channel, DiscordServer, Guild, Message, P, Person
from tests.fakes.discord.messages import payload

T = TypeVar("T")
Json = dict[str, Any]
IMAGES = Path(__file__).parent / "images"
WIDTH, MODAL_WIDTH = 760, 500
LARGEST, COLOURS = 300_000, 256
WITHIN_S = 60
FILM_S = 6
EARLIER = (
    "a red fox in the snow",
    "a hot-air balloon over mountains at dawn",
    "a quiet harbour in the fog, 16:9",
    "a windmill in a tulip field",
)
UNDERWAY = "a lighthouse at dusk, wide, and a 5 second clip of it"
POSTERS = "three posters for a summer jazz festival"
ALONE = "a sailing boat on the open sea, 16:9"
SPOKEN = "say 'Good evening, and welcome to the gallery.'"
NIGHT = "the same at night, with stars"


BEGUN = "a mountain lake at dawn, 16:9"
CHANGES = ("warmer light, with a rowing boat", "the same in autumn, with mist on the water")
HUNG = ("Autumn show", "Favourites for the wall")


@dataclass(frozen=True, slots=True)
class Studio:
    """One server with Easel in it. `folder` keeps what the pictures show."""

    server: DiscordServer
    app: App
    guild: Guild
    channel: Channel
    mia: Person
    ben: Person
    folder: Path

    async def wish(self, words: str, **options: Any) -> Channel:
        """`/create`; returns its thread."""
        before = len(self.server.threads(self.channel))
        await self.mia.slash(self.channel, "create", prompt=words, **options)
        return (await self.until(lambda: len(found := self.server.threads(self.channel)) > before and found))[-1]

    async def shows(self, thread: Channel, *words: str) -> list[Message]:
        """What stands in a thread, once these words do."""
        here = lambda: self.server.messages(thread)  # noqa: E731
        return await self.until(lambda: all(word in str([each.text for each in here()]) for word in words) and here())

    async def done(self, thread: Channel, count: int = 1, results: int = 1) -> list[Message]:
        """The same, once so many wishes have come to their end and so many messages show what came of them."""
        return await self.until(lambda: self._done(thread, count, results))

    def _done(self, thread: Channel, count: int, results: int) -> list[Message]:
        found = self.server.messages(thread)
        own = [each for each in found if each.author is self.server.bot]
        ended = sum("**Done**" in each.text for each in own)
        return found if ended >= count and sum(bool(each.files) for each in own) >= results else []

    async def known(self, message: Message) -> None:
        """Easel has noted what it sent: a moment later, sooner than anybody could reply."""
        async with asyncio.timeout(WITHIN_S):
            while not await self.app.database.read(lambda session: self._post(session, message.id)):
                await asyncio.sleep(0.01)

    def _post(self, session: Session, message_id: str) -> Post | None:
        return session.exec(select(Post).where(Post.message_id == message_id)).first()

    async def turned(self, card: Message, button: str, shows: str) -> None:
        """Press on a card that only Mia sees, and wait for what it leads to."""
        await self.mia.press(card, button)
        await self.until(lambda: shows in card.text)

    async def until(self, look_for: Callable[[], T]) -> T:
        return await self.server.until(look_for, WITHIN_S)

    # --- pictures -------------------------------------------------------------------------------------------------

    async def talk(self, name: str, title: str, messages: Sequence[Message], theme: Theme = "dark") -> None:
        told = [self._described(each) for each in messages]
        html = look.page(told, title=title, theme=theme, files=self._files(told), names=self._names())
        await kept(name, html, theme, WIDTH)

    async def modal(self, name: str, data: Json, theme: Theme = "dark") -> None:
        await kept(name, look.modal(data, theme=theme, names=self._names()), theme, MODAL_WIDTH)

    def _described(self, message: Message) -> Json:
        """As a client gets it; with how long a sound is, which Discord finds out by itself."""
        world = self.server.world
        told = payload(message, world.cdn, people=world.users)
        for each in told["attachments"]:
            if str(each.get("content_type")).startswith(("audio/", "video/")):
                each["duration_secs"] = seconds(self._attachment(each["url"]))
        return told

    def _files(self, told: Any) -> Mapping[str, str]:
        """Each address that is shown, as a file of this machine."""
        found = {}
        for number, address in enumerate(sorted(set(addresses(told)))):
            path = self.folder / f"{number}-{Path(urlsplit(address).path).name}"
            path.write_bytes(self._attachment(address))
            found[address] = str(path)
        return found

    def _attachment(self, address: str) -> bytes:
        return self.server.world.cdn.content(urlsplit(address).path)

    def _names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in (self.server.bot, self.mia, self.ben, self.channel)}


def addresses(shown: Any) -> Iterator[str]:
    """Of every file in a message."""
    if isinstance(shown, dict):
        yield from (str(value) for name, value in shown.items() if name == "url" and value)
        shown = list(shown.values())
    if isinstance(shown, list):
        for each in shown:
            yield from addresses(each)


def seconds(data: bytes) -> float:
    with av.open(BytesIO(data)) as media:
        return (media.duration or 0) / av.time_base


async def kept(name: str, html: str, theme: Theme, width: int) -> None:
    """Photograph a page into `docs/images`, with as few colours as look well."""
    path = IMAGES / f"discord-{name}.png"
    await photograph(html, path, width=width, theme=theme)
    await asyncio.to_thread(_slim, path)
    print(f"docs/images/{path.name}  {path.stat().st_size / 1000:.0f} kB")


def _slim(path: Path) -> None:
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    for scale in (1, 0.85, 0.75, 0.65, 0.5):
        size = (round(whole.width * scale), round(whole.height * scale))
        small = whole if scale == 1 else whole.resize(size, Image.Resampling.LANCZOS)
        buffer = BytesIO()
        small.quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG).save(buffer, "PNG", optimize=True)
        if buffer.tell() < LARGEST:
            break
    path.write_bytes(buffer.getvalue())


class Unhurried(OfflineProvider):
    """Sketches as ever, but takes its time over films, so that there is something to see meanwhile."""

    async def submit(self, order: Order) -> Output | Refused | Failed:
        await asyncio.sleep(FILM_S if order.kind is Kind.VIDEO else 0)
        return await super().submit(order)


@asynccontextmanager
async def studio() -> AsyncIterator[Studio]:
    """Easel at work in a server, in a folder that is gone afterwards."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(addresses_restored())
        server = await stack.enter_async_context(DiscordServer(rate_limits=False))
        server.bot.name = "Easel"
        guild = server.guild()
        channel = guild.channel("studio")
        mia = server.person("Mia", guild, roles=(guild.role("hosts", P.MANAGE_GUILD),))
        pool = NativePool()
        stack.push_async_callback(pool.close)
        settings = settings_for(server, folder)
        app = await stack.enter_async_context(running(settings, listen=True, providers={"offline": Unhurried(pool)}))
        await ready(server, app)
        yield Studio(server, app, guild, channel, mia, server.person("Ben", guild), folder)


async def underway(on: Studio) -> None:
    """Something is being made: the first picture is there, the film is not."""
    thread = await on.wish(UNDERWAY)
    await on.until(lambda: any(each.files for each in on.server.messages(thread)))
    await on.shows(thread, "Making 2 of 2")
    await on.talk("running", thread.name, on.server.messages(thread))
    film = (await on.done(thread, results=2))[-1]
    await on.talk("video", thread.name, [film])


async def finished(on: Studio) -> None:
    """What a channel shows of a wish, and its thread."""
    thread = await on.wish(POSTERS)
    await on.done(thread)
    root = next(each for each in on.server.messages(on.channel) if each.id == thread.id)
    await on.talk("root", "#studio", [root])
    await on.talk("result", thread.name, on.server.messages(thread))


async def refined(on: Studio) -> None:
    """A result, and what became of it by somebody's reply."""
    thread = await on.wish(ALONE)
    (result,) = [each for each in await on.done(thread) if each.files]
    await on.known(result)
    await on.ben.reply(result, NIGHT)
    await on.done(thread, 2, 2)
    await on.talk("refined", thread.name, on.server.messages(thread)[-4:])
    await on.modal("refine", (await on.ben.press(result, "Refine")).modal.data)
    (card,) = (await on.mia.press(result, "Details")).ephemeral
    await on.talk("details", thread.name, [card])


async def spoken(on: Studio) -> None:
    thread = await on.wish(SPOKEN)
    await on.talk("speech", thread.name, await on.done(thread))


async def for_ones_own_eyes(on: Studio) -> None:
    """The gallery, and what a server's managers decide."""
    await on.app.thumbnails.drained()
    act = await on.mia.slash(on.channel, "gallery")
    await on.talk("gallery", "#studio", [await act.answer()])
    act = await on.mia.slash(on.channel, "settings")
    await on.talk("settings", "#studio", [await act.answer()])


async def traced(on: Studio) -> None:
    """What an own picture came from, where it hangs, and what a file turns out to be."""
    thread = await on.wish(BEGUN)
    (result,) = [each for each in await on.done(thread) if each.files]
    for number, words in enumerate(CHANGES, 2):
        await on.known(result)
        await on.mia.reply(result, words)
        result = [each for each in await on.done(thread, number, number) if each.files][-1]
    await on.known(result)
    await on.app.thumbnails.drained()
    (card,) = (await on.mia.press(result, "Details")).ephemeral
    await on.turned(card, "Versions", "### Versions")
    await on.talk("versions", thread.name, [card])
    await on.turned(card, "What changed", "### From")
    await on.talk("changed", thread.name, [card])
    await on.turned(card, "Back", "### Versions")
    await on.turned(card, "Back", "Asked for")
    await on.turned(card, "Collections", "### Collections")
    for name in HUNG:
        await on.mia.submit(await on.mia.press(card, "New collection…"), {"name": name})
        await on.until(lambda name=name: name in card.text)
    await on.talk("collections", thread.name, [card])
    act = await on.mia.slash(on.channel, "inspect", file=("from-somewhere.png", result.files[0].data))
    await on.talk("inspect", "#studio", [await act.answer()])


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    async with studio() as on:
        await finished(on)
        await spoken(on)
        for words in EARLIER:
            await on.done(await on.wish(words))
        await refined(on)
        await traced(on)
        await underway(on)
        await for_ones_own_eyes(on)


if __name__ == "__main__":
    asyncio.run(main())
