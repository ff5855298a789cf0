"""Versions, what changed, going back and recipes, on pages and by plain words in a thread."""

from pathlib import Path

from bot.chat.versions import STANDS
from tests.bot.slack.house import SlackHouse, ids, read, slack_house
from tests.fakes.slack import Message, View, error

PUBLIC = "https://easel.example"


async def two_versions(slack: SlackHouse) -> tuple[Message, Message]:
    """A result of Ada's and what she made of it."""
    await slack.ada.command("general", "/create", "a fox in the snow")
    first = await slack.result()
    await slack.ada.say("general", "the same at night", thread=first)
    return first, await slack.result(nth=2)


async def varied(slack: SlackHouse) -> Message:
    """A result of which another was made."""
    await slack.ada.command("general", "/create", "a fox in the snow")
    first = await slack.result()
    await slack.ada.click(first, "easel_vary")
    await slack.result(nth=2)
    return first


async def turned(slack: SlackHouse, page: View, part: str) -> View:
    """The same modal, once it shows this."""
    return await slack.server.until(lambda: page if page.open and part in read(page) else None)


async def opened(slack: SlackHouse, result: Message, verb: str, title: str) -> View:
    """A page, straight from the menu at the end of a result's row."""
    await slack.ada.click(result, verb)
    return await slack.modal(slack.ada, title)


async def test_the_versions_of_a_thread_are_one_press_away_from_its_results(slack: SlackHouse) -> None:
    _, second = await two_versions(slack)
    page = await opened(slack, second, "Versions", "Versions")
    text = read(page)
    assert "▸ v2" in text
    assert "the same at night" in text
    assert "v1" in text
    assert STANDS in text
    assert "easel_stand" not in ids(page)


async def test_another_version_is_looked_at_on_the_same_page_and_gone_on_from(slack: SlackHouse) -> None:
    first, second = await two_versions(slack)
    page = await opened(slack, second, "Versions", "Versions")
    await slack.ada.select(page, "easel_version", (await slack.assets())[0].id)
    await turned(slack, page, "▸ v1")
    assert slack.ada.modals == [page]
    await slack.ada.click(page, "easel_stand")
    await turned(slack, page, "Back at v1")
    assert "easel_stand" not in ids(page)
    await slack.ada.say("general", "in spring", thread=first)
    await slack.until_made(3)
    told = slack.planner.told[-1]
    assert "v1" in str(told)


async def test_what_changed_is_told_and_leads_back(slack: SlackHouse) -> None:
    _, second = await two_versions(slack)
    page = await opened(slack, second, "Versions", "Versions")
    await slack.ada.click(page, "easel_changed")
    await turned(slack, page, "From v1 to v2")
    assert page.content["title"]["text"] == "What changed"
    await slack.ada.click(page, "easel_versions")
    await turned(slack, page, "▸ v2")
    await slack.ada.click(page, "easel_details")
    await turned(slack, page, "Asked for")


async def test_a_recipe_says_how_it_was_made(slack: SlackHouse) -> None:
    first, _ = await two_versions(slack)
    text = read(await opened(slack, first, "Recipe", "Recipe of v1"))
    for part in ("a fox in the snow", "fake-image", "SHA-256", "Made by"):
        assert part in text


async def test_undo_and_back_to_in_a_thread_make_nothing_and_are_answered_there(slack: SlackHouse) -> None:
    first, second = await two_versions(slack)
    await slack.ada.say("general", "undo", thread=first)
    await slack.server.until(lambda: [m for m in slack.messages() if "Back at v1" in read(m)])
    await slack.ada.say("general", "back to v2", thread=second)
    await slack.server.until(lambda: [m for m in slack.messages() if "Back at v2" in read(m)])
    assert len(await slack.assets()) == 2
    assert len(slack.results()) == 2


async def test_who_sees_anothers_result_goes_on_from_it_but_reads_no_more_of_its_story(slack: SlackHouse) -> None:
    _, second = await two_versions(slack)
    await slack.bob.click(second, "Versions")
    await slack.whispered(slack.bob, "for the person who made it")
    await slack.bob.click(second, "Recipe")
    await slack.bob.click(second, "Share")
    await slack.whispered(slack.bob, "Only the person who asked")
    assert slack.bob.modal is None
    await slack.bob.click(second, "easel_details")
    page = await slack.modal(slack.bob)
    assert not {"easel_versions", "easel_recipe", "easel_share", "easel_tags", "easel_hang"} & set(ids(page))
    await slack.bob.click(page, "easel_stand")
    await slack.whispered(slack.bob, "Back at v2")


async def test_siblings_replace_the_page_however_many_are_looked_at(slack: SlackHouse) -> None:
    """Slack stacks three modals and no more."""
    first = await varied(slack)
    await slack.ada.click(first, "easel_details")
    page = await slack.modal(slack.ada)
    for name, heading in (("v2", "Made from v1"), ("v1", "Led to v2")) * 3:
        await slack.ada.click(page, name)
        await turned(slack, page, heading)
    assert slack.ada.modals == [page]


async def test_a_page_that_was_closed_meanwhile_is_not_missed(slack: SlackHouse) -> None:
    first, _ = await two_versions(slack)
    await slack.ada.click(first, "easel_details")
    page = await slack.modal(slack.ada)
    slack.server.fail("views.update", error("not_found"))
    await slack.ada.click(page, "easel_versions")
    await slack.server.settled()
    assert slack.ada.ephemerals == []


async def test_with_a_public_address_versions_are_pictures_and_compared_on_the_web(tmp_path: Path) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        await varied(slack)
        page = await opened(slack, await slack.result(nth=2), "Versions", "Versions")
        pictures = [block for block in page.blocks if block.get("accessory", {}).get("type") == "image"]
        assert [block["text"]["text"].split("\n")[0] for block in pictures] == ["It was made from", "This one"]
        (link,) = [e for b in page.blocks for e in b.get("elements", []) if e.get("action_id") == "easel_compare"]
        assert link["url"].startswith(f"{PUBLIC}/signin?code=")
        assert "%2Fcompare" in link["url"]
        await slack.ada.click(page, "easel_details")
        await turned(slack, page, "Asked for")
        assert page.blocks[0]["type"] == "image"
