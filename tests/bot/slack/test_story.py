"""One afternoon in a channel, from the first wish to the Stop button: what people do, and what they see each time."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from core.providers.base import Kind
from storage.tables import Asset, CreationState
from tests.bot.slack.house import TRANSPORTS, SlackHouse, blocks_of, ids, read, slack_house
from tests.fakes.media import make
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.slack import Message, Person, Upload, View

PUBLIC = "https://easel.example"
WISH = "a lighthouse at dusk, twice"
SLOWLY = "a lighthouse at dusk, slowly"
PLANNER = ScriptedPlanner(
    calls(picture("the next one")),
    by_prompt={
        WISH: [calls(picture("one"), picture("two"))],
        SLOWLY: [calls(picture("slow"), picture("slower"))],
        "for ever": [calls(picture("endless"))],
    },
)
WAYS = {
    "slow": Way(ticket=True, after_s=3),
    "slower": Way(ticket=True, after_s=7),
    "endless": Way(ticket=True, hangs=True),
}


@dataclass(frozen=True, slots=True)
class Told:
    """The thread in which it all happens."""

    house: SlackHouse
    root: Message
    first: Asset

    @property
    def ada(self) -> Person:
        return self.house.ada

    @property
    def bob(self) -> Person:
        return self.house.bob

    async def shown(self, asset_id: str) -> Message:
        """The message with a result's buttons, in this thread."""
        return await self.house.server.until(lambda: self._with(asset_id), 15)

    def _with(self, asset_id: str) -> Message | None:
        here = self.house.server.messages("general", self.root)
        return next((each for each in here if asset_id in str(blocks_of(each)) and "easel_refine" in ids(each)), None)

    async def next_result(self, owner: str) -> Asset:
        """The newest result, once its buttons stand in the thread."""
        made = (await self.house.until_made(self.count + 1))[-1]
        assert made.user_id == owner
        self.harmless()
        await self.shown(made.id)
        return made

    @property
    def count(self) -> int:
        buttons = [each for message in self.house.results() for each in ids(message)]
        return buttons.count("easel_refine")

    def harmless(self) -> None:
        harmless(self.house)


def harmless(slack: SlackHouse) -> None:
    """Slack took every call, nobody was pinged, no link hides where it leads."""
    server = slack.server
    assert [(each.method, each.error) for each in server.rejected] == []
    assert server.refused_answers == []
    assert server.pings == []
    assert server.forged_links == []


@pytest.fixture(params=TRANSPORTS)
async def told(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Told]:
    """Ada has asked for two pictures, and both stand there."""
    facts = {"transport": request.param, "planner": PLANNER, "provider": ScriptedProvider(WAYS)}
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC, **facts) as slack:
        root = await wished(slack, WISH)
        first, second = sorted(await slack.until_made(2), key=lambda made: made.prompt)
        here = Told(slack, root, first)
        for each in (first, second):
            await here.shown(each.id)
        await slack.server.until(lambda: ticks(slack, root) == ["complete", "complete"], 10)
        yield here
        harmless(slack)


async def wished(slack: SlackHouse, words: str) -> Message:
    """`/create`: Slack has its answer at once, and a thread begins with who asked for what."""
    seen = await slack.ada.command("general", "/create", words)
    assert seen.acked
    assert not seen.trouble
    root = (await slack.server.until(slack.messages))[0]
    assert words in read(root)
    assert "ada" in read(root)
    return root


def status(slack: SlackHouse, root: Message) -> Message:
    """The newest message of the thread with a plan."""
    return [each for each in slack.server.messages("general", root) if plan(each)][-1]


def plan(message: Message) -> list[str]:
    return [task["status"] for block in blocks_of(message) if block["type"] == "plan" for task in block["tasks"]]


def ticks(slack: SlackHouse, root: Message) -> list[str]:
    found = [plan(each) for each in slack.server.messages("general", root)]
    return next(filter(None, found), [])


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_while_it_is_made_its_steps_tick_one_by_one(tmp_path: Path, transport: str) -> None:
    facts = {"transport": transport, "planner": PLANNER, "provider": ScriptedProvider(WAYS)}
    async with slack_house(tmp_path, **facts) as slack:
        root = await wished(slack, SLOWLY)
        for steps in (["in_progress", "in_progress"], ["complete", "in_progress"]):
            await slack.server.until(lambda steps=steps: ticks(slack, root) == steps, 10)
            assert "easel_cancel" in ids(status(slack, root))
        await slack.result()
        assert ticks(slack, root) == ["complete", "in_progress"]  # the first one does not wait for the second
        await slack.server.until(lambda: ticks(slack, root) == ["complete", "complete"], 10)
        await slack.server.until(lambda: "easel_cancel" not in ids(status(slack, root)), 10)
        harmless(slack)


async def test_what_was_wished_for_stands_in_the_thread_with_all_that_can_be_done(told: Told) -> None:
    attached = [file for each in told.house.server.messages("general", told.root) for file in each.files]
    assert len(attached) == 2
    assert all(
        file.data.startswith(b"\x89PNG") and file.alt_text and file.threads() == {told.root.ts} for file in attached
    )
    offered = set(ids(await told.shown(told.first.id)))
    verbs = ("refine", "vary", "animate", "upscale", "favourite", "details", "delete", "feedback")
    assert offered >= {f"easel_{verb}" for verb in verbs}


async def test_the_thread_goes_on_by_words_by_a_form_with_a_file_and_by_others(told: Told, tmp_path: Path) -> None:
    ada = told.first.user_id
    # a plain reply
    await told.ada.say("general", "warmer light", thread=told.root)
    warmer = await told.next_result(ada)
    assert (await told.house.creations())[-1].follows
    # the form, with a picture to take things from
    await told.ada.click(await told.shown(warmer.id), "easel_refine", value=warmer.id)
    form = await told.house.modal(told.ada, "Refine")
    hat = Upload(name="hat.png", data=Path(make(Kind.IMAGE, tmp_path, "hat", 1, None).path).read_bytes())
    seen = await told.ada.submit(form, {"words": {"words": "with this hat"}, "files": {"files": [hat]}})
    assert (seen.errors, told.ada.modal) == ({}, None)
    await told.next_result(ada)
    inputs = (await told.house.creations())[-1].inputs
    assert warmer.id in inputs
    assert len(inputs) == 2
    # somebody else varies it: theirs to keep, and its source is named
    await told.bob.click(await told.shown(warmer.id), "easel_vary", value=warmer.id)
    bob = await told.house.app.chats.person("slack", "T1", told.bob.id)
    varied = await told.next_result(bob)
    assert "From a result by ada" in read(await told.shown(varied.id))
    # and it begins to move
    await told.ada.click(await told.shown(told.first.id), "easel_animate", value=told.first.id)
    film = await told.next_result(ada)
    assert film.kind == "video"
    files = [file for each in told.house.server.messages("general", told.root) for file in each.files]
    assert [file.media_type for file in files].count("video/mp4") == 1


async def test_a_result_is_liked_looked_at_and_deleted(told: Told) -> None:
    shown = await told.shown(told.first.id)
    await told.ada.click(shown, "easel_favourite", value=told.first.id)
    await told.house.whispered(told.ada, "Added to your favourites")
    await told.ada.click(shown, "easel_details", value=told.first.id)
    page = read(await told.house.modal(told.ada))
    for part in (WISH, "one", "fake-image", "Seed", "Open in the browser"):
        assert part in page
    told.harmless()
    await told.ada.click(shown, "easel_delete", value=told.first.id)
    await told.house.whispered(told.ada, "Deleted")
    assert told.first.id not in str([blocks_of(each) for each in told.house.messages()])
    assert len([file for file in told.house.server.files.values() if not file.deleted]) == 1


async def test_everything_is_found_again_in_gallery_and_home(told: Told) -> None:
    house = told.house
    await told.ada.command("general", "/gallery", "")
    page = await house.whispered(told.ada, "Your gallery")
    assert page.ephemeral_to == told.ada.id
    assert len(await pictures(house, page)) == 2
    await told.ada.open_home()
    home = await house.server.until(lambda: told.ada.home)
    assert len(await pictures(house, home)) == 2
    await told.ada.select(home, "easel_home_words", "nothing of the kind")
    await house.server.until(lambda: "Nothing of yours matches" in read(told.ada.home))
    await told.ada.select(told.ada.home, "easel_home_words", "")
    await house.server.until(lambda: "easel_details" in ids(told.ada.home))
    await told.ada.select(told.ada.home, "easel_home_kind", "Videos")
    await house.server.until(lambda: "easel_details" not in ids(told.ada.home))
    await told.ada.select(told.ada.home, "easel_home_kind", "Images")
    await house.server.until(lambda: "easel_details" in ids(told.ada.home))
    await told.ada.click(told.ada.home, "easel_details", value=told.first.id)
    assert WISH in read(await house.modal(told.ada))


async def pictures(slack: SlackHouse, shown: Message | View) -> list[tuple[int, int]]:
    """The sizes of a carousel's pictures, fetched from Easel as Slack would."""
    (carousel,) = [block for block in blocks_of(shown) if block["type"] == "carousel"]
    urls = [card["hero_image"]["image_url"] for card in carousel["elements"]]
    found = []
    async with aiohttp.ClientSession() as http:
        for url in urls:
            async with http.get(url.replace(PUBLIC, slack.url)) as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
                found.append(Image.open(io.BytesIO(await answer.read())).size)
    return found


async def test_help_usage_and_stop(told: Told) -> None:
    await told.ada.command("general", "/easel", "usage")
    await told.house.whispered(told.ada, "Nothing you made has cost anything")
    await told.ada.command("general", "/easel", "help")
    await told.house.whispered(told.ada, "in your own words")
    await told.ada.command("general", "/create", "for ever")
    endless = await told.house.server.until(lambda: running(told.house))
    await told.ada.stop(endless)
    stopped = await told.house.server.until(lambda: plan(endless) == ["error"] and endless, 10)
    assert "Cancelled" in read(stopped)
    assert (await told.house.creations())[-1].state == CreationState.CANCELLED
    assert stopped.open_tasks == ()


def running(slack: SlackHouse) -> Message | None:
    return next((each for each in slack.messages() if plan(each) == ["in_progress"]), None)
