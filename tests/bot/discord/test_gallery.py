"""`/gallery`: everything a person made, for their eyes only, page by page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import phrases
from core.creation.view import CreationView
from core.wishes import Options, Wish
from storage.tables import new_id
from tests.bot.discord.house import House, opened
from tests.fakes.discord import DiscordServer, Message, P
from tests.fakes.planner import ScriptedPlanner, call, calls, picture

MANY = 14
PER_PAGE = 6


async def made(home: House, prompt: str, by: str) -> CreationView:
    """One creation, made elsewhere by the same person."""
    wish = Wish(user_id=by, prompt=prompt, event_key=new_id(), surface="rest", options=Options())
    view = await home.app.studio.create(wish)
    return await home.app.studio.finished(by, view.id)


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[House]:
    """Ada has made pictures and one narration; Bob one picture."""
    by_prompt = {"say hello": [calls(call("generate_speech", text="hello"))]}
    planner = ScriptedPlanner(calls(picture()), by_prompt=by_prompt)
    async with opened(tmp_path, planner=planner) as built:
        ada = await built.app.chats.person("discord", "", built.ada.id, "ada")
        bob = await built.app.chats.person("discord", "", built.bob.id, "bob")
        for number in range(MANY - 1):
            await made(built, f"lighthouse number {number}", ada)
        await made(built, "say hello", ada)
        await made(built, "a fox", bob)
        await built.app.thumbnails.drained()
        yield built


async def opened_by(home: House, **options: object) -> Message:
    answer = await (await home.ada.slash(home.channel, "gallery", **options)).answer()
    assert answer.ephemeral
    return answer


def pictures(page: Message) -> list[str]:
    return [file.name for file in page.files]


async def turned(home: House, page: Message, button: str) -> None:
    before = page.text
    await home.ada.press(page, button)
    await home.until(lambda: page.text != before, f"what {button} shows")


# --- pages --------------------------------------------------------------------------------------------------------


async def test_a_page_shows_small_pictures_the_newest_first_to_its_owner_alone(full: House) -> None:
    page = await opened_by(full)
    assert len(pictures(page)) == PER_PAGE - 1, "a row of bars among pictures says nothing"
    assert all(file.media_type == "image/webp" for file in page.files)
    assert "say hello" in page.text
    assert "a fox" not in page.text
    assert page not in full.server.messages(full.channel, full.bob)
    assert full.server.hidden_files == []
    assert full.refused() == []


async def test_paging_goes_forth_and_back_and_every_asset_comes_once(full: House) -> None:
    page = await opened_by(full)
    first, shown = pictures(page), pictures(page)
    await turned(full, page, "Next")
    shown += pictures(page)
    await turned(full, page, "Next")
    shown += pictures(page)
    assert len(shown) == len(set(shown)) == MANY - 1
    assert next(button for button in page.buttons if button.label == "Next").disabled
    await turned(full, page, "Previous")
    await turned(full, page, "Previous")
    assert pictures(page) == first
    assert next(button for button in page.buttons if button.label == "Previous").disabled
    assert full.refused() == []


async def test_search_kind_and_favourites_narrow_it_down(full: House) -> None:
    page = await opened_by(full, search="number 3")
    assert "lighthouse number 3" in page.text
    assert "number 4" not in page.text
    page = await opened_by(full, kind="speech")
    assert "say hello" in page.text
    assert pictures(page) == []
    page = await opened_by(full)
    await full.ada.select(page, _select(page, "kind"), "Narrations")
    await full.until(lambda: "lighthouse" not in page.text, "narrations")
    await full.ada.select(page, _select(page, "kind"), "Everything")
    await full.until(lambda: "lighthouse" in page.text, "everything")
    sent = await full.ada.submit(await full.ada.press(page, "Search"), {"words": "number 11"})
    await full.until(lambda: "lighthouse number 11" in page.text and "number 12" not in page.text, "what was found")
    assert sent.messages == []
    await turned(full, page, "Favourites")
    assert "Nothing like that" in page.text
    assert full.refused() == []


async def test_the_longest_search_on_the_last_page_still_fits_into_the_buttons(full: House) -> None:
    words = "lighthouse " * 10
    page = await opened_by(full, search=words[:40])
    await turned(full, page, "Next")
    await full.ada.select(page, _select(page, "pick"), page.selects[0]["options"][0]["value"])
    await full.until(lambda: "Back" in [button.label for button in page.buttons], "one of them")
    await turned(full, page, "Back")
    assert full.refused() == []


# --- one asset ----------------------------------------------------------------------------------------------------


async def look(home: House, page: Message, number: int = 1) -> None:
    options = page.selects[0]["options"]
    await home.ada.select(page, _select(page, "pick"), options[number]["value"])
    await home.until(lambda: "Post here" in [button.label for button in page.buttons], "one of them")


async def test_one_asset_shows_its_recipe_its_family_and_the_same_buttons(full: House) -> None:
    parent = await full.made()
    await full.ada.press(parent, "Vary")
    await full.results(await full.thread(), 2)
    page = await opened_by(full)
    await look(full, page, 0)
    labels = [button.label for button in page.buttons]
    assert {"Refine", "Vary", "Animate", "Upscale", "Favourite", "Details", "Delete", "Post here", "Back"} <= set(
        labels
    )
    assert "fake-image" in page.text
    (source,) = [label for label in labels if label.startswith("From ")]
    before = page.text
    await full.ada.press(page, source)
    await full.until(lambda: page.text != before, "its parent")
    assert any(label.startswith("Became ") for label in (button.label for button in page.buttons))
    await turned(full, page, "Back")
    assert "Your gallery" in page.text
    assert full.refused() == []


async def test_a_narration_alone_shows_its_waves_above_its_file(full: House) -> None:
    page = await opened_by(full, kind="speech")
    assert pictures(page) == []
    await look(full, page, 0)
    assert [(file.media_type or "").split("/")[0] for file in page.files] == ["image", "audio"]
    assert full.refused() == []


async def test_a_press_in_the_gallery_begins_a_conversation_in_the_channel(full: House) -> None:
    page = await opened_by(full)
    await look(full, page)
    await full.ada.press(page, "Vary")
    (result,) = await full.results(await full.thread())
    assert not result.ephemeral
    assert (await full.creation()).action == "vary"
    assert full.refused() == []


async def test_post_here_shows_it_to_everybody_with_the_same_buttons(full: House) -> None:
    page = await opened_by(full)
    await look(full, page)
    act = await full.ada.press(page, "Post here")
    (post,) = await full.results(full.channel)
    assert post.id in (await act.follow_up()).text
    await full.noted(post)
    await full.bob.press(post, "Vary")
    answer = (await full.results(full.channel, 2))[-1]
    assert answer.target is post, "what is shared into a channel is answered there"
    assert full.refused() == []
    assert full.server.bot_pings == []


async def test_post_here_goes_into_the_thread_where_it_was_pressed(full: House) -> None:
    await full.made()
    thread = await full.thread()
    page = await (await full.ada.slash(thread, "gallery")).answer()
    await look(full, page)
    await full.ada.press(page, "Post here")
    await full.results(thread, 2)
    assert full.refused() == []


async def test_post_here_where_easel_may_not_write_is_told(full: House) -> None:
    page = await opened_by(full)
    await look(full, page)
    for target in (full.guild.bot_role, full.guild.everyone):
        full.channel.deny(target, P.SEND_MESSAGES)
    act = await full.ada.press(page, "Post here")
    assert "cannot post here" in (await act.follow_up()).text


async def test_something_deleted_meanwhile_says_so(full: House) -> None:
    page = await opened_by(full)
    user_id = await ada(full)
    wanted = page.selects[0]["options"][0]["value"]
    await full.app.studio.delete(user_id, wanted)
    await full.ada.select(page, _select(page, "pick"), wanted)
    await full.until(lambda: phrases.GONE in page.text, "the sentence")


async def test_the_web_page_is_linked_once_for_its_owner_where_there_is_one(tmp_path: Path) -> None:
    public = {"EASEL_PUBLIC_URL": "https://easel.example"}
    async with DiscordServer() as server, opened(tmp_path, server=server, environment=public) as built:
        await built.made()
        page = await opened_by(built)
        (link,) = [button.url for button in page.buttons if button.label == "Open on the web"]
        assert (link or "").startswith("https://easel.example/signin?code=")


async def test_there_is_no_link_without_a_public_address(home: House) -> None:
    page = await opened_by(home)
    assert "Nothing here yet" in page.text
    assert "Open on the web" not in [button.label for button in page.buttons]


async def ada(home: House) -> str:
    found = await home.user(home.ada)
    assert found
    return found


def _select(page: Message, verb: str) -> str:
    return next(str(one["custom_id"]) for one in page.selects if str(one["custom_id"]).startswith(f"easel:{verb}:"))
