"""The Home tab and `/gallery`: what one made oneself, found, filtered and turned page by page."""

from pathlib import Path

import pytest
from sqlmodel import Session

from storage import gallery
from storage.tables import Asset, Creation, CreationState, Step, Thread
from tests.bot.slack.house import SlackHouse, ids, read, slack_house
from tests.fakes.slack import error

PUBLIC = "https://easel.example"


async def filled(slack: SlackHouse, count: int, kind: str = "image", words: str = "picture") -> list[str]:
    """Results of Ada's, as they would be there after a long time; returns their ids, the newest first."""
    owner = await slack.app.chats.person("slack", "T1", slack.ada.id)

    def work(session: Session) -> list[str]:
        thread = Thread(ref=f"slack:T1:C1:{words}{kind}", user_id=owner, title=words)
        session.add(thread)
        session.flush()
        creation = Creation(user_id=owner, thread_id=thread.id, prompt=words, state=CreationState.SUCCEEDED)
        session.add(creation)
        session.flush()
        return [_one(session, creation, kind, f"{words} {number}") for number in range(count)][::-1]

    return await slack.app.database.write(work)


def _one(session: Session, creation: Creation, kind: str, words: str) -> str:
    index = int(words.rsplit(" ", 1)[1])
    step = Step(creation_id=creation.id, user_id=creation.user_id, turn=0, index=index, call_id=words, tool="t")
    session.add(step)
    session.flush()
    asset = Asset(
        user_id=creation.user_id,
        creation_id=creation.id,
        thread_id=creation.thread_id,
        step_id=step.id,
        kind=kind,
        media_type="image/png",
        object_key=words,
        asked=words,
        prompt=f"{words}, sent <@U1> *whole*",
        model="fake-image",
        letter=index,
    )
    gallery.add(session, creation, [asset])
    return asset.id


async def opened(slack: SlackHouse) -> str:
    await slack.ada.open_home()
    return await showing(slack, "Your gallery")


async def showing(slack: SlackHouse, part: str, without: str = "") -> str:
    def found() -> str:
        text = read(slack.ada.home) if slack.ada.home else ""
        return text if part in text and not (without and without in text) else ""

    return await slack.server.until(found)


async def test_the_home_tab_is_empty_at_first_and_says_what_to_do(slack: SlackHouse) -> None:
    assert "/create" in await opened(slack)


async def test_the_home_tab_pages_through_everything_and_back(slack: SlackHouse) -> None:
    await filled(slack, 25)
    assert "picture 24" in await opened(slack)
    await slack.ada.click(slack.ada.home, "easel_home_older")
    await showing(slack, "picture 14", without="picture 24")
    await slack.ada.click(slack.ada.home, "easel_home_older")
    await showing(slack, "picture 4", without="picture 14")
    assert "easel_home_older" not in ids(slack.ada.home)
    await slack.ada.click(slack.ada.home, "easel_home_newer")
    await showing(slack, "picture 14", without="picture 4 ")


async def test_the_home_tab_searches_and_filters(slack: SlackHouse) -> None:
    pictures = await filled(slack, 3)
    await filled(slack, 2, kind="video", words="film")
    await opened(slack)
    await slack.ada.select(slack.ada.home, "easel_home_kind", "Videos")
    await showing(slack, "film 1", without="picture 1")
    await slack.ada.select(slack.ada.home, "easel_home_kind", "Everything")
    await showing(slack, "picture 1")
    await slack.ada.select(slack.ada.home, "easel_home_words", "film")
    await showing(slack, "film 1", without="picture 1")
    await slack.ada.select(slack.ada.home, "easel_home_words", "")
    await showing(slack, "picture 1")
    owner = await slack.app.chats.person("slack", "T1", slack.ada.id)
    await slack.app.studio.mark(owner, pictures[0], favourite=True)
    await slack.ada.click(slack.ada.home, "easel_home_favourites")
    await showing(slack, "picture 2", without="picture 1")


async def test_nobody_sees_anybody_elses_gallery(slack: SlackHouse) -> None:
    await filled(slack, 3)
    await slack.bob.open_home()
    home = await slack.server.until(lambda: slack.bob.home)
    assert "picture" not in read(home)
    await slack.bob.command("general", "/gallery", "")
    await slack.whispered(slack.bob, "Nothing here yet")


async def test_details_and_actions_of_the_home_tab_are_answered_in_ones_own_messages(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    await opened(slack)
    await showing(slack, "a fox")
    await slack.ada.click(slack.ada.home, "easel_details")
    page = await slack.modal(slack.ada)
    assert "a fox" in read(page)
    await slack.ada.click(page, "easel_vary")
    assert await slack.result(slack.ada.dm)
    assert len(slack.results("general")) == 1


async def test_show_here_puts_a_result_with_its_buttons_into_ones_own_messages(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    await opened(slack)
    await showing(slack, "a fox")
    await slack.ada.click(slack.ada.home, "easel_here")
    result = await slack.result(slack.ada.dm)
    assert any(share.channel == slack.ada.dm.id for file in slack.server.files.values() for share in file.shares)
    await slack.ada.click(result, "easel_vary")
    assert (await slack.result(slack.ada.dm, nth=2)).root_ts == result.root_ts


async def test_with_a_public_address_the_home_tab_is_a_carousel_of_pictures(tmp_path: Path) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        await filled(slack, 12)
        await opened(slack)
        (carousel,) = [block for block in slack.ada.home.blocks if block["type"] == "carousel"]
        assert len(carousel["elements"]) == 10
        assert all(f"{PUBLIC}/s/" in card["hero_image"]["image_url"] for card in carousel["elements"])


@pytest.mark.parametrize("place", ["home", "gallery"])
async def test_where_slack_takes_no_carousel_plain_rows_say_the_same(tmp_path: Path, place: str) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        await filled(slack, 3)
        if place == "home":
            slack.server.fail("views.publish", error("invalid_arguments"))
            await slack.ada.open_home()
            home = await slack.server.until(lambda: slack.ada.home)
            assert "carousel" not in str(home.blocks)
            assert "picture 2" in read(home)
        else:
            slack.server.fail("response_url", error("invalid_blocks"))
            await slack.ada.command("general", "/gallery", "")
            page = await slack.whispered(slack.ada, "Your gallery")
            assert "carousel" not in str(page.blocks)
            assert "picture 2" in read(page)


async def test_gallery_finds_turns_pages_and_is_for_ones_own_eyes(slack: SlackHouse) -> None:
    await filled(slack, 12)
    await filled(slack, 1, words="boat")
    await slack.ada.command("general", "/gallery", "boat")
    page = await slack.whispered(slack.ada, "Your gallery")
    assert "boat 0" in read(page)
    assert "picture" not in read(page)
    await slack.ada.command("general", "/easel", "gallery picture")
    page = await slack.whispered(slack.ada, "picture 11")
    await slack.ada.click(page, "easel_gallery_page")
    await slack.whispered(slack.ada, "picture 1 ")
    assert slack.messages() == []
    assert slack.server.pings == []
