"""Makes the pictures of the Slack guide: a whole Easel, with no key, in the strict local Slack of the tests."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import av
from PIL import Image

from bot.app import running
from core.native.pool import NativePool
from core.providers.base import Failed, Kind, Order, Output, Refused
from core.providers.offline.provider import OfflineProvider
from docs.look import slack as look
from docs.look.photograph import photograph
from docs.look.press import Theme
from docs.screenshots import smaller_and_smaller
from tests.bot.house import served, web_of
from tests.bot.slack.house import declared, slack_settings
from tests.fakes.slack import Message, Person, SlackServer, Upload, View

Json = dict[str, Any]
IMAGES = Path(__file__).parent / "images"
WIDTH, MODAL_WIDTH = 760, 560
LARGEST = 300_000
PUBLIC = "https://easel.example"
EARLIER = (
    "a red fox in the snow",
    "a hot-air balloon over mountains at dawn",
    "a quiet harbour in the fog, square",
)
WISH = "a lighthouse at dusk, wide, and a 5 second clip of it"
ALONE = "a sailing boat on the open sea, 16:9"
WITHIN_S = 60
FILM_S = 12


@dataclass(frozen=True, slots=True)
class Studio:
    """One workspace with Easel in it. `url` is Easel's own web, `folder` keeps what the pictures show."""

    server: SlackServer
    url: str
    folder: Path

    @property
    def mia(self) -> Person:
        return self.server.workspace("T1").person("mia")

    @property
    def ben(self) -> Person:
        return self.server.workspace("T1").person("ben")

    async def wish(self, words: str) -> Message:
        """`/create`; returns the root of its thread."""
        before = len(self.roots())
        await self.mia.command("general", "/create", words)
        return (await self.server.until(lambda: len(found := self.roots()) > before and found, WITHIN_S))[-1]

    def roots(self) -> list[Message]:
        return [each for each in self.server.messages("general") if each.root_ts == each.ts]

    def thread(self, root: Message) -> list[Message]:
        return self.server.messages("general", root)

    async def shows(self, root: Message, *words: str) -> list[Message]:
        """A thread, once it shows all of these."""
        return await self.server.until(lambda: self._shows(root, words), WITHIN_S)

    def _shows(self, root: Message, words: Sequence[str]) -> list[Message]:
        found = self.thread(root)
        return found if all(word in str([each.described() for each in found]) for word in words) else []

    async def done(self, root: Message, count: int) -> list[Message]:
        """A thread, once so many wishes in it have come to their end, buttons and all."""
        return await self.server.until(lambda: self._done(root, count), WITHIN_S)

    def _done(self, root: Message, count: int) -> list[Message]:
        found = self.thread(root)
        ended = [each for each in found if "plan" in str(each.blocks) and "easel_cancel" not in str(each.blocks)]
        results = [each for each in found if "easel_refine" in str(each.blocks)]
        return found if min(len(ended), len(results)) >= count else []

    async def turned(self, page: View, part: str) -> View:
        """A modal, once it shows this."""
        return await self.server.until(lambda: page if part in str(page.content) else None, WITHIN_S)

    def form(self, name: str) -> View | None:
        """This form of Mia's, once it stands before her."""
        found = self.mia.modal
        return found if found and found.callback_id == f"easel_{name}_form" else None

    def hung(self, page: View, name: str, *, new: bool) -> dict[str, Json]:
        """The form's fields for a collection, that there is or is to be made."""
        if new:
            return {"name": {"name": name}}
        options = next(block["element"]["options"] for block in page.blocks if block["block_id"] == "hung")
        return {"hung": {"hung": [each for each in options if each["text"]["text"] == name]}}

    # --- pictures -------------------------------------------------------------------------------------------------

    async def talk(self, name: str, messages: Sequence[Json], theme: Theme = "light", title: str = "Thread") -> None:
        names = {self.mia.id: "Mia", self.ben.id: "Ben", self.server.workspace("T1").bot_user_id: "Easel"}
        html = look.page(messages, title=title, theme=theme, files=await self.files(messages), names=names)
        await kept(name, html, theme, WIDTH)

    async def home(self, view: View, theme: Theme = "light") -> None:
        await kept("home", look.home(view.content, theme=theme, files=await self.files(view.content)), theme, WIDTH)

    async def modal(self, name: str, view: View, theme: Theme = "light") -> None:
        html = look.modal(view.content, theme=theme, files=await self.files(view.content))
        await kept(name, html, theme, MODAL_WIDTH)

    async def files(self, shown: Any) -> Mapping[str, str]:
        """Each address that is shown, as a file of this machine."""
        found = {}
        for each in self.server.files.values():
            path = self.folder / f"{each.id}-{each.name}"
            path.write_bytes(each.data)
            found[each.url_private] = str(path)
        async with aiohttp.ClientSession() as http:
            for number, address in enumerate(set(addresses(shown))):
                async with http.get(address.replace(PUBLIC, self.url)) as answer:
                    path = self.folder / f"shown-{number}.png"
                    path.write_bytes(await answer.read())
                    found[address] = str(path)
        return found


def addresses(shown: Any) -> Iterator[str]:
    """Of every picture that Slack would fetch."""
    if isinstance(shown, dict):
        yield from (str(value) for name, value in shown.items() if name == "image_url")
        shown = list(shown.values())
    if isinstance(shown, list | tuple):
        for each in shown:
            yield from addresses(each)


def described(message: Message, **more: Any) -> Json:
    """As a client gets it: with the app's name, and how long a sound or a film is."""
    made = deepcopy(message.described()) | more
    if message.by_bot:
        made["bot_profile"] = {"name": "Easel"}
    for told, file in zip(made.get("files", ()), message.files, strict=True):
        told.update(length(file.data) if file.media_type.startswith(("audio/", "video/")) else {})
    return made


def length(data: bytes) -> Json:
    with av.open(BytesIO(data)) as media:
        film = next(iter(media.streams.video), None)
        size = {"original_w": film.width, "original_h": film.height} if film else {}
        return {"duration_ms": (media.duration or 0) // 1000} | size


async def kept(name: str, html: str, theme: Theme, width: int) -> None:
    """Photograph a page into `docs/images`, small enough to be read over a slow line."""
    path = IMAGES / f"slack-{name}.png"
    await photograph(html, path, width=width, theme=theme)
    await asyncio.to_thread(_slim, path)
    print(f"docs/images/{path.name}  {path.stat().st_size / 1000:.0f} kB")


def _slim(path: Path) -> None:
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    path.write_bytes(next(data for data in smaller_and_smaller(whole) if len(data) < LARGEST))


class Unhurried(OfflineProvider):
    """Sketches as ever, but takes its time over films, so that there is something to see meanwhile."""

    async def submit(self, order: Order) -> Output | Refused | Failed:
        await asyncio.sleep(FILM_S if order.kind == Kind.VIDEO else 0)
        return await super().submit(order)


@asynccontextmanager
async def studio() -> AsyncIterator[Studio]:
    """Easel at work in a workspace, in a folder that is gone afterwards."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(SlackServer())
        server.limits.enabled = False
        declared(server)
        settings = slack_settings(server, folder, "socket", EASEL_PUBLIC_URL=PUBLIC)
        pool = NativePool()
        stack.push_async_callback(pool.close)
        app = await stack.enter_async_context(running(settings, listen=True, providers={"offline": Unhurried(pool)}))
        url = await stack.enter_async_context(served(replace(web_of(app), token_demanded=False)))
        for name in ("mia", "ben"):
            server.workspace("T1").person(name)
        server.deliver_by_socket()
        await server.until(lambda: server.sockets.open, WITHIN_S)
        yield Studio(server, url, folder)


async def underway(on: Studio) -> None:
    """Something is being made: the first picture is there, the film is not."""
    root = await on.wish(WISH)
    await on.shows(root, "'complete'", "'in_progress'", "easel_refine")
    await on.talk("running", [described(each) for each in on.thread(root)], "dark")
    await on.done(root, 1)


async def refined(on: Studio) -> None:
    """A result, and what became of it by a plain reply."""
    root = await on.wish(ALONE)
    thread = await on.done(root, 1)
    await on.talk("result", [described(each) for each in thread])
    await on.ben.say("general", "the same at night, with stars", thread=root)
    thread = await on.done(root, 2)
    await on.talk("refined", [described(each) for each in thread[-4:]])
    await on.ben.click(thread[-1], "easel_refine")
    await on.modal("refine", await on.server.until(lambda: on.ben.modal))


async def told(on: Studio) -> None:
    """The pages of one result: everything known of it, its versions, what changed, and who sees it."""
    root = await on.wish("a lighthouse at dusk, wide")
    thread = await on.done(root, 1)
    await on.mia.say("general", "make the light warmer, and add a boat", thread=root)
    thread = await on.done(root, 2)
    await on.mia.click(thread[-1], "Tags")
    page = await on.server.until(lambda: on.mia.modal)
    await on.mia.submit(page, {"tags": {"tags": "harbour, for the poster"}})
    await on.modal("details", await on.turned(page, "#harbour"))
    await on.mia.click(page, "easel_versions")
    await on.modal("versions", await on.turned(page, "▸ v2"))
    await on.mia.click(page, "easel_changed")
    await on.modal("changed", await on.turned(page, "From v1"), "dark")
    await on.mia.click(page, "easel_versions")
    await on.turned(page, "▸ v2")
    await on.mia.click(page, "easel_details")
    await on.turned(page, "Asked for")
    await on.mia.click(page, "easel_share")
    await on.turned(page, "Only you")
    await on.mia.select(page, "easel_visible", "Everybody in this workspace")
    await on.turned(page, "finds it")
    await on.mia.select(page, "easel_link", "A link for a week")
    await on.modal("sharing", await on.turned(page, "Ends on"))


async def collected(on: Studio) -> None:
    """What somebody hung side by side."""
    for name, count in (("Postcards", 3), ("For the poster", 2)):
        results = [each for each in on.server.messages("general") if "easel_refine" in str(each.blocks)][:count]
        for number, result in enumerate(results):
            await on.mia.click(result, "Collections")
            page = await on.server.until(lambda: on.form("hang"))
            await on.mia.submit(page, on.hung(page, name, new=number == 0))
            await on.turned(page, "where it hangs now")
            await on.mia.close(page)
    await on.mia.command("general", "/easel", "collections")
    await on.modal("collections", await on.server.until(lambda: on.form("collection")))


async def inspected(on: Studio) -> None:
    """A picture that came back from somewhere, and what Easel says to it."""
    picture = next(each for each in on.server.files.values() if each.media_type == "image/png" and each.shares)
    posted = await on.ben.say("general", "Where is this from?", files=[Upload(name="found.png", data=picture.data)])
    assert posted.message
    await on.mia.shortcut("easel_inspect", posted.message)
    page = await on.server.until(lambda: on.mia.modal)
    await on.modal("inspect", await on.turned(page, "SHA-256"))


async def galleries(on: Studio) -> None:
    """One's own results, for one's own eyes."""
    await on.mia.command("general", "/gallery", "")
    page = await on.server.until(lambda: on.mia.ephemerals and on.mia.ephemerals[-1])
    await on.talk("gallery", [described(page, is_ephemeral=True)], title="#general")
    await on.mia.open_home()
    await on.home(await on.server.until(lambda: on.mia.home))


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    async with studio() as on:
        for words in EARLIER:
            await on.done(await on.wish(words), 1)
        await underway(on)
        await refined(on)
        await told(on)
        await inspected(on)
        await collected(on)
        await galleries(on)


if __name__ == "__main__":
    asyncio.run(main())
