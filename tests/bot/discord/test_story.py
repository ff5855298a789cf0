"""One afternoon in a channel, from the first wish to the Cancel button: what people do, and what they see each time."""

from dataclasses import dataclass
from pathlib import Path

from bot.chat import phrases
from storage.tables import CreationState
from tests.bot.discord.house import House, opened, restarted
from tests.bot.house import png
from tests.fakes.discord import Channel, DiscordServer, Message, Person
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

WISH = "a lighthouse at dusk, and its keeper speaking"
ENDLESS = "a tower without an end"
BUTTONS = ["Refine", "Vary", "Upscale", "Animate", "Again", "Favourite", "Details", "Delete"]


def planner() -> ScriptedPlanner:
    return ScriptedPlanner(
        calls(picture("the next one")),
        by_prompt={
            WISH: [calls(picture("slow"), call("generate_speech", text="slower"))],
            ENDLESS: [calls(picture("endless"))],
        },
    )


def provider() -> ScriptedProvider:
    ways = {
        "slow": Way(ticket=True, after_s=2),
        "slower": Way(ticket=True, after_s=5),
        "endless": Way(ticket=True, hangs=True),
    }
    return ScriptedProvider(ways)


@dataclass(slots=True)
class Told:
    """The thread in which it happens, and how much of it has."""

    home: House
    thread: Channel
    picture: Message
    count: int = 2

    @property
    def ada(self) -> Person:
        return self.home.ada

    @property
    def bob(self) -> Person:
        return self.home.bob

    async def next_result(self, *words: str) -> Message:
        """What everybody sees next in the thread: a result with these words and all its buttons."""
        self.count += 1
        result = (await self.home.results(self.thread, self.count))[-1]
        assert [word for word in words if word not in result.text] == []
        assert [button.label for button in result.buttons][-3:] == BUTTONS[-3:]
        assert result.interaction is None
        harmless(self.home)
        return await self.home.noted(result)

    async def whose(self, result: Message) -> str | None:
        """The owner of what a message shows."""
        (post,) = [each for each in await self.home.posts() if each.message_id == result.id]
        (asset,) = [each for each in await self.home.assets() if each.id in post.role]
        return asset.user_id


def harmless(home: House) -> None:
    """Discord took every request, nobody was pinged, nothing was sent that nobody sees."""
    server = home.server
    assert home.refused() == []
    assert server.bot_pings == []
    assert server.flawed == []
    assert server.hidden_files == []


async def test_an_afternoon_in_a_channel_without_the_message_content_intent(tmp_path: Path) -> None:
    maker = provider()
    async with DiscordServer(content_intent=False, check_answers=True) as server:
        async with opened(tmp_path, server=server, planner=planner(), provider=maker) as home:
            told = await wished(home)
            maker.ways["slow"] = Way(ticket=True)  # that its steps tick one by one has been seen
            await changed(told)
            await kept(told)
            await found_again(told)
        async with restarted(server, tmp_path, planner=planner(), provider=maker) as home:
            told.home = home
            await after_a_restart(told)
            await of_ones_own(told)
            await taken_back(told)
            await stopped(home)
            harmless(home)


async def wished(home: House) -> Told:
    """`/create`: models are offered, a thread opens, its status ticks to the end, results come with their buttons."""
    act = await home.ada.autocomplete(home.channel, "create", "model", model="ima", prompt=WISH, kind="image")
    assert [each["name"] for each in act.choices] == ["fake-image"]
    model = act.choices[0]["value"]
    act = await home.ada.slash(home.channel, "create", prompt=WISH, model=model, aspect="16:9", style="anime")
    root, thread = await act.answer(), await home.thread()
    assert (root.id, thread.name) == (thread.id, WISH)
    assert root.text == f"> {WISH}\n-# Asked by <@{home.ada.id}>"

    status = await home.says(thread, "Making 1 of 2")
    assert [button.label for button in status.buttons] == ["Cancel"]
    (first,) = await home.results(thread)
    assert (first.files[0].media_type or "").startswith("image/")
    assert [button.label for button in first.buttons] == BUTTONS
    await home.until(lambda: "Making 2 of 2" in status.text, "the first step ticked off")
    assert "✓ " in status.text
    await home.until(lambda: "**Done**" in status.text, "the end")
    assert status.buttons == []
    assert [one for one in home.server.messages(thread) if not one.files] == [status], "one status, edited"

    spoken = (await home.results(thread, 2))[-1]
    assert (spoken.files[0].media_type or "").startswith("audio/")
    harmless(home)
    return Told(home, thread, await home.noted(first))


async def changed(told: Told) -> None:
    """The next versions: by a reply with a ping, by the form, by somebody else's press."""
    home = told.home
    await told.ada.reply(told.picture, "warmer light")
    assert (await home.creation(-1, 2)).prompt == "warmer light"
    await told.next_result("v2")

    form = (await told.ada.press(told.picture, "Refine")).modal
    assert form.labels == ["What should change?", "Pictures to take something from"]
    await told.ada.submit(form, {"words": "with this moon", "pictures": [("moon.png", png())]})
    await told.next_result("v3", f"Asked by <@{told.ada.id}>")
    assert len((await home.ended(await home.creation(-1, 3))).inputs) == 2

    await told.bob.press(told.picture, "Vary")
    varied = await told.next_result(f"Asked by <@{told.bob.id}>", f"after a result of <@{told.ada.id}>")
    assert await told.whose(varied) == await home.user(told.bob)

    await told.ada.press(told.picture, "Animate")
    film = await told.next_result()
    assert film.files[0].media_type == "video/mp4"
    assert "Extend" in [button.label for button in film.buttons]


async def kept(told: Told) -> None:
    """A favourite, and everything known of a picture: for the eyes of who asks."""
    (said,) = (await told.bob.press(told.picture, "Favourite")).ephemeral
    assert said.text == phrases.NOT_YOURS
    (said,) = (await told.ada.press(told.picture, "Favourite")).ephemeral
    assert "Now a favourite" in said.text
    (card,) = (await told.ada.press(told.picture, "Details")).ephemeral
    assert [word for word in ("v1", WISH, "fake-image", "seed", "Became") if word not in card.text] == []
    harmless(told.home)


async def found_again(told: Told) -> None:
    """`/gallery`: a page, the next, a search, one picture, and that one for everybody."""
    home = told.home
    for _ in range(3):
        await told.ada.press(told.picture, "Upscale")
        await told.next_result()
    await home.app.thumbnails.drained()
    page = await (await told.ada.slash(home.channel, "gallery")).answer()
    assert page.ephemeral
    assert page not in told.bob.sees(home.channel)
    first = [file.name for file in page.files]
    await told.ada.press(page, "Next")
    await home.until(lambda: page.files and not set(first) & {file.name for file in page.files}, "the next page")

    page = await (await told.ada.slash(home.channel, "gallery", search="keeper", favourites=True)).answer()
    assert "**1**" in page.text
    assert "**2**" not in page.text
    wanted = page.selects[0]
    await told.ada.select(page, wanted["custom_id"], wanted["options"][0]["value"])
    await home.until(lambda: "Post here" in [button.label for button in page.buttons], "one picture")
    assert "fake-image" in page.text
    act = await told.ada.press(page, "Post here")
    (posted,) = await home.results(home.channel)
    assert posted.id in (await act.follow_up()).text
    assert [button.label for button in posted.buttons] == BUTTONS
    harmless(home)


async def after_a_restart(told: Told) -> None:
    """Buttons of before still work, and the menu works on anybody's picture."""
    home = told.home
    await told.bob.press(told.picture, "Again")
    await told.next_result(f"Asked by <@{told.bob.id}>")

    photo = await told.bob.say(home.channel, "my house", files=[("house.png", png((50, 40)))])
    sent = await told.ada.submit(await told.ada.menu(photo, "Refine with Easel"), {"words": "as a painting"})
    painted = await home.thread(number=1)
    assert (await sent.answer()).id == painted.id
    await home.says(painted, "**Done**")
    assert len(await home.results(painted)) == 1
    assert len((await home.ended(await home.creation(-1, 9))).inputs) == 1
    harmless(home)


async def of_ones_own(told: Told) -> None:
    """`/usage` and `/help`."""
    for name, words in (("usage", "This month: **$0.00**"), ("help", "Reply to a result to change it")):
        (said,) = (await told.ada.slash(told.home.channel, name)).ephemeral
        assert words in said.text


async def taken_back(told: Told) -> None:
    """Delete, after a question: it goes from every message that showed it."""
    home = told.home
    (posted,) = await home.results(home.channel)
    before = await home.assets()
    (question,) = (await told.ada.press(told.picture, "Delete")).ephemeral
    assert not told.picture.deleted
    await told.ada.press(question, "Delete")
    await home.until(lambda: told.picture.deleted and posted.deleted, "both messages to go")
    await home.until(lambda: "Deleted" in question.text, "the receipt")
    assert len(await home.assets()) == len(before) - 1
    harmless(home)


async def stopped(home: House) -> None:
    """Cancel, while it is being made: by its owner alone."""
    await home.bob.slash(home.channel, "create", prompt=ENDLESS)
    status = await home.says(await home.thread(number=2), "Making")
    (said,) = (await home.ada.press(status, "Cancel")).ephemeral
    assert said.text == phrases.NOT_YOURS
    assert (await home.bob.press(status, "Cancel")).ephemeral == []
    await home.until(lambda: "**Cancelled**" in status.text, "the end")
    assert status.buttons == []
    assert (await home.creation()).state == CreationState.CANCELLED
