"""Keeping what one made: tags, collections, who sees it, and what is like it."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.slack.asks import Ask
from core.gallery.membership import Viewer
from storage import gallery
from tests.bot.slack.house import SlackHouse, ids, read, slack_house
from tests.bot.slack.test_home import filled
from tests.fakes.slack import Message, View

PUBLIC = "https://easel.example"


async def made(slack: SlackHouse, words: str = "a fox in the snow") -> Message:
    await slack.ada.command("general", "/create", words)
    return await slack.result()


async def page_of(slack: SlackHouse, result: Message, verb: str, title: str) -> View:
    await slack.ada.click(result, verb)
    return await slack.modal(slack.ada, title)


async def turned(slack: SlackHouse, page: View, part: str) -> View:
    return await slack.server.until(lambda: page if page.open and part in read(page) else None)


# --- tags ---------------------------------------------------------------------------------------------------------


async def test_tags_are_typed_shown_and_found(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Tags", "Tags")
    await slack.ada.submit(page, {"tags": {"tags": "Jazz, blue sky"}})
    await turned(slack, page, "#jazz #blue-sky")
    assert "these are its tags now" in read(page)
    await slack.ada.click(page, "easel_tags")
    await slack.server.until(lambda: page.callback_id == "easel_tags_form")
    assert "jazz, blue-sky" in read(page)
    await slack.ada.command("general", "/gallery", "tag:jazz")
    await slack.whispered(slack.ada, "1 result")
    await slack.ada.command("general", "/gallery", "tag:rock")
    await slack.whispered(slack.ada, "Nothing of yours matches")


async def test_a_tag_that_cannot_be_is_told_beside_the_field(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Tags", "Tags")
    seen = await slack.ada.submit(page, {"tags": {"tags": "good, !!!"}})
    assert "letters or digits" in seen.errors["tags"]
    assert page.callback_id == "easel_tags_form"


# --- collections --------------------------------------------------------------------------------------------------


async def test_a_result_is_hung_in_a_new_collection_and_taken_down_again(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Collections", "Collections")
    await slack.ada.submit(page, {"name": {"name": "Snow <b>"}})
    await turned(slack, page, "where it hangs now")
    await slack.ada.command("general", "/gallery", 'in:"Snow &lt;b&gt;"')
    await slack.whispered(slack.ada, "1 result")
    await slack.ada.click(page, "easel_hang")
    await slack.server.until(lambda: page.callback_id == "easel_hang_form")
    (field,) = [block["element"] for block in page.blocks if block["block_id"] == "hung"]
    assert [each["text"]["text"] for each in field["initial_options"]] == ["Snow <b>"]
    await slack.ada.submit(page, {"hung": {"hung": []}})
    await turned(slack, page, "where it hangs now")
    await slack.ada.command("general", "/easel", "collections")
    await turned(slack, await slack.modal(slack.ada, "Collections"), "0 in it")


async def test_what_was_hung_elsewhere_meanwhile_stays_where_it_hangs(slack: SlackHouse) -> None:
    """The form takes down only what it showed as holding it."""
    page = await page_of(slack, await made(slack), "Collections", "Collections")
    await slack.ada.submit(page, {"name": {"name": "Snow"}})
    await turned(slack, page, "where it hangs now")
    owner, walls = await slack.app.chats.person("slack", "T1", slack.ada.id), slack.app.kept.collections
    elsewhere, (asset,) = await walls.make(owner, "Elsewhere"), await slack.assets()
    await slack.ada.click(page, "easel_hang")
    await slack.server.until(lambda: page.callback_id == "easel_hang_form")
    await walls.hang(Viewer(owner), elsewhere.id, [asset.id])
    await slack.ada.submit(page, {"hung": {"hung": []}})
    await turned(slack, page, "where it hangs now")
    assert {each.name for each in await walls.listing(Viewer(owner), asset.id) if each.holds} == {"Elsewhere"}


async def test_a_name_that_is_taken_is_told_beside_it_and_nothing_else_changes(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Collections", "Collections")
    await slack.ada.submit(page, {"name": {"name": "Snow"}})
    await turned(slack, page, "where it hangs now")
    await slack.ada.click(page, "easel_hang")
    await slack.server.until(lambda: page.callback_id == "easel_hang_form")
    seen = await slack.ada.submit(page, {"name": {"name": "Snow"}, "hung": {"hung": []}})
    assert list(seen.errors) == ["name"]
    await slack.ada.command("general", "/gallery", "in:snow")
    await slack.whispered(slack.ada, "1 result")


async def test_collections_are_made_looked_at_renamed_and_deleted_in_one_modal(slack: SlackHouse) -> None:
    newest_first = await filled(slack, 12)
    await slack.ada.command("general", "/easel", "collections")
    page = await slack.modal(slack.ada, "Collections")
    await slack.ada.submit(page, {"name~0": {"name": "Harbours"}})
    await turned(slack, page, "“Harbours” is there")
    seen = await slack.ada.submit(page, {"name~1": {"name": "Harbours"}})
    assert "of that name already" in seen.errors["name~1"]
    who = await slack.app.chats.person("slack", "T1", slack.ada.id)
    viewer = await slack.app.kept.membership.viewer(who)
    (collection,) = await slack.app.kept.collections.listing(viewer)
    for each in reversed(newest_first):
        await slack.app.kept.collections.hang(viewer, collection.id, [each])
    await slack.ada.click(page, "Look")
    await turned(slack, page, "12 in it")
    assert ids(page).count("easel_details") == 10
    await slack.ada.click(page, "Older")
    await turned(slack, page, "picture 0")
    assert ids(page).count("easel_details") == 2
    await slack.ada.click(page, "Rename")
    await slack.server.until(lambda: page.callback_id == "easel_rename_form")
    await slack.ada.submit(page, {"name": {"name": "Ports"}})
    await turned(slack, page, "Renamed")
    await slack.ada.click(page, "Delete")
    await turned(slack, page, "It is taken down")
    assert "Ports" not in read(page)


async def test_the_home_tab_shows_one_collection_alone(slack: SlackHouse) -> None:
    pictures = await filled(slack, 3)
    who = await slack.app.chats.person("slack", "T1", slack.ada.id)
    viewer = await slack.app.kept.membership.viewer(who)
    made = await slack.app.kept.collections.make(who, "Ports: old & new")
    await slack.app.kept.collections.hang(viewer, made.id, [pictures[0]])
    await slack.ada.open_home()
    home = await slack.server.until(lambda: slack.ada.home)
    await slack.ada.select(home, "easel_home_collection", "Ports: old & new")
    await slack.server.until(lambda: "picture 2" in read(home) and "picture 1" not in read(home))
    await slack.ada.click(home, "easel_collections")
    assert "Ports: old & new" in read(await slack.modal(slack.ada, "Collections"))


# --- who sees it --------------------------------------------------------------------------------------------------


async def test_what_is_shown_to_the_workspace_is_found_by_others_and_taken_back(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Share", "Who sees it")
    assert "Only you see it" in read(page)
    assert "no address" not in read(page)
    await slack.ada.select(page, "easel_visible", "Everybody in this workspace")
    await turned(slack, page, "Everybody in this workspace finds it")
    await slack.bob.command("general", "/gallery", "by:workspace")
    shelf = await slack.whispered(slack.bob, "by ada")
    assert "easel_here" not in ids(shelf)
    await slack.bob.click(shelf, "easel_details")
    details = await slack.modal(slack.bob)
    assert "Made by ada" in read(details)
    assert {"easel_versions", "easel_recipe", "easel_like", "easel_hang"} <= set(ids(details))
    assert not {"easel_share", "easel_tags", "easel_delete", "easel_favourite"} & set(ids(details))
    await slack.bob.click(details, "easel_versions")
    await turned(slack, details, "▸ v1")
    await slack.ada.select(page, "easel_visible", "Only me")
    await turned(slack, page, "Only you see it")
    await slack.bob.click(details, "easel_details")
    await slack.whispered(slack.bob, "nothing here by that name")


async def test_the_home_tab_shows_what_others_here_made(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Share", "Who sees it")
    await slack.ada.select(page, "easel_visible", "Everybody in this workspace")
    await turned(slack, page, "Everybody in this workspace finds it")
    await slack.bob.command("general", "/easel", "usage")
    await slack.whispered(slack.bob, "Nothing you made")
    await slack.bob.open_home()
    home = await slack.server.until(lambda: slack.bob.home)
    assert "a fox" not in read(home)
    await slack.bob.select(home, "easel_home_whose", "What others here made")
    await slack.server.until(lambda: "by ada" in read(home))
    await slack.bob.click(home, "easel_home_favourites")
    await slack.server.until(lambda: "by ada" not in read(home))


async def test_what_others_show_in_another_place_of_ones_own_is_not_shown_here(slack: SlackHouse) -> None:
    await made(slack)
    (asset,) = await slack.assets()
    other = (await slack.app.chats.workspace("discord", "G9")).id
    await slack.app.database.write(
        lambda session: gallery.change(session, asset.user_id, asset.id, visibility="workspace", workspace_id=other)
    )
    await slack.app.kept.membership.seen(await slack.app.chats.person("slack", "T1", slack.bob.id), other)
    await slack.bob.command("general", "/gallery", "by:workspace")
    await slack.whispered(slack.bob, "Nothing of yours matches")
    await slack.bob.open_home()
    home = await slack.server.until(lambda: slack.bob.home)
    await slack.bob.select(home, "easel_home_whose", "What others here made")
    await slack.server.until(lambda: "Nothing of yours matches" in read(home))


async def test_others_results_are_gone_on_from_where_a_message_shows_them_and_nowhere_else(slack: SlackHouse) -> None:
    result = await made(slack)
    page = await page_of(slack, result, "Share", "Who sees it")
    await slack.ada.select(page, "easel_visible", "Everybody in this workspace")
    await turned(slack, page, "Everybody in this workspace finds it")
    await slack.bob.command("general", "/gallery", "by:workspace")
    await slack.bob.click(await slack.whispered(slack.bob, "by ada"), "easel_details")
    details = await slack.modal(slack.bob)
    assert "easel_stand" not in ids(details)
    await slack.bob.click(details, "easel_versions")
    await turned(slack, details, "▸ v1")
    assert "easel_stand" not in ids(details)
    await slack.bob.click(result, "easel_details")
    await slack.server.until(lambda: slack.bob.modal is not details)
    await slack.bob.click(await slack.modal(slack.bob), "easel_stand")
    await slack.whispered(slack.bob, "Back at v1")


async def test_links_are_made_listed_and_taken_back(tmp_path: Path) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        page = await page_of(slack, await made(slack), "Share", "Who sees it")
        await slack.ada.select(page, "easel_link", "A link for a week")
        await turned(slack, page, f"{PUBLIC}/s/")
        assert "whoever holds one of its links" in read(page)
        assert "Ends on" in read(page)
        await slack.ada.click(page, "Take back")
        await turned(slack, page, "That link has ended")
        assert f"{PUBLIC}/s/" not in read(page)
        await slack.ada.select(page, "easel_link", "A link until you take it back")
        await turned(slack, page, "Until you take it back")
        await slack.ada.click(page, "End all links")
        await turned(slack, page, "All links to it have ended")
        assert "Only you see it" in read(page)


async def test_a_collection_is_shared_as_a_whole(tmp_path: Path) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        await slack.ada.command("general", "/easel", "collections")
        page = await slack.modal(slack.ada, "Collections")
        await slack.ada.submit(page, {"name~0": {"name": "Harbours"}})
        await turned(slack, page, "“Harbours” is there")
        await slack.ada.click(page, "easel_share")
        await turned(slack, page, "“Harbours”: Only you")
        await slack.ada.select(page, "easel_link", "A link for a day")
        await turned(slack, page, f"{PUBLIC}/s/")
        await slack.ada.select(page, "easel_visible", "Everybody in this workspace")
        await turned(slack, page, "Everybody in this workspace finds it")
        await slack.bob.command("general", "/easel", "collections")
        theirs = await slack.modal(slack.bob, "Collections")
        assert "by ada" in read(theirs)
        assert "easel_share" not in ids(theirs)


async def opens(slack: SlackHouse, address: str) -> int:
    """What Slack, or a browser, is answered at an address of Easel's."""
    async with ClientSession() as http, http.get(address.replace(PUBLIC, slack.url)) as answer:
        return answer.status


async def test_once_all_links_ended_colleagues_still_see_pictures_and_pages_that_open(tmp_path: Path) -> None:
    """Slack refuses a whole view whose picture it cannot fetch."""
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        page = await page_of(slack, await made(slack), "Share", "Who sees it")
        await slack.app.thumbnails.drained()
        await slack.ada.select(page, "easel_visible", "Everybody in this workspace")
        await turned(slack, page, "Everybody in this workspace finds it")
        await slack.ada.click(page, "End all links")
        await turned(slack, page, "All links to it have ended")
        await slack.bob.open_home()
        home = await slack.server.until(lambda: slack.bob.home)
        await slack.bob.select(home, "easel_home_whose", "What others here made")
        await slack.server.until(lambda: "by ada" in read(home))
        (carousel,) = [block for block in home.blocks if block["type"] == "carousel"]
        assert await opens(slack, carousel["elements"][0]["hero_image"]["image_url"]) == 200
        await slack.bob.click(home, "easel_details")
        details = await slack.modal(slack.bob)
        assert await opens(slack, details.blocks[0]["image_url"]) == 200
        (link,) = [b["accessory"] for b in details.blocks if b.get("accessory", {}).get("action_id") == "easel_open"]
        assert await opens(slack, link["url"]) == 200


async def test_without_an_address_it_says_why_there_are_no_links(slack: SlackHouse) -> None:
    page = await page_of(slack, await made(slack), "Share", "Who sees it")
    assert "EASEL_PUBLIC_URL" in read(page)
    assert "easel_link" not in ids(page)


# --- finding ------------------------------------------------------------------------------------------------------


async def test_more_like_this_shows_what_was_made_from_words_like_its_own(slack: SlackHouse) -> None:
    await filled(slack, 3, words="a fox in the snow, picture")
    page = await page_of(slack, await made(slack), "easel_details", "v1")
    await slack.ada.click(page, "easel_like")
    await slack.server.until(lambda: page.content["title"]["text"] == "More like this")
    assert "easel_details" in ids(page)


@pytest.mark.parametrize(("query", "said"), [("colour:red", "nothing to search by"), ("kind:song", "kind: may be")])
async def test_a_search_that_cannot_be_answers_with_its_sentence(slack: SlackHouse, query: str, said: str) -> None:
    await slack.ada.command("general", "/gallery", query)
    await slack.whispered(slack.ada, said)
    await slack.ada.open_home()
    home = await slack.server.until(lambda: slack.ada.home)
    await slack.ada.select(home, "easel_home_words", query)
    await slack.server.until(lambda: said in read(home))


# --- whose workspace ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("theirs", "member"), [({"team": "T1"}, True), ({"team": "T1", "user_team": "T2"}, False)])
def test_a_guest_in_a_channel_that_teams_share_is_no_member(theirs: dict[str, str], member: bool) -> None:
    """Slack delivers a guest's words with the team that they come from."""
    event = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.1"} | theirs
    assert Ask.of({"team_id": "T1", "authorizations": [{"team_id": "T1"}], "event": event}).is_member is member


async def test_who_spoke_to_easel_here_is_known_to_be_here(slack: SlackHouse) -> None:
    await slack.ada.say(slack.ada.dm, "a fox")
    await slack.result(slack.ada.dm)
    who = await slack.app.chats.person("slack", "T1", slack.ada.id)
    assert [each.platform_id for each in await slack.app.kept.membership.of(who)] == ["T1"]
