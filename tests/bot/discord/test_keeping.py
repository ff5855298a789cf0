"""Who sees what, links, collections and tags, from the details of a result and in the gallery."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from sqlmodel import select as rows_of

from bot.chat import phrases, visibility
from bot.discord import answers, sharing
from core.gallery.membership import Viewer
from storage.tables import Asset, Collection, Placement, now
from tests.bot.discord.house import House, opened
from tests.fakes.discord import Message

PUBLIC = {"EASEL_PUBLIC_URL": "https://easel.example"}


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel with a public address."""
    async with opened(tmp_path, environment=PUBLIC) as built:
        yield built


async def card(home: House, message: Message, button: str = "") -> Message:
    """The details of a result, and where a button leads from there."""
    (found,) = (await home.ada.press(message, "Details")).ephemeral
    if button:
        await (await home.ada.press(found, button)).answer()
    return found


async def tagged(home: House, details: Message, words: str) -> None:
    before = details.text
    await home.ada.submit(await home.ada.press(details, "Tags"), {"tags": words})
    await home.until(lambda: details.text != before, "the tags")


async def collected(home: House, message: Message, name: str) -> Message:
    """Hang a result in a new collection."""
    found = await card(home, message, "Collections")
    await home.ada.submit(await home.ada.press(found, "New collection…"), {"name": name})
    await home.until(lambda: f"**{name}**" in found.text, "the new collection")
    return found


async def picked(home: House, message: Message, which: str, *values: str, shows: str) -> None:
    await home.ada.select(message, select(message, which), *values)
    await home.until(lambda: shows in message.text, shows)


def select(message: Message, verb: str) -> str:
    return next(str(one["custom_id"]) for one in message.selects if str(one["custom_id"]).startswith(f"easel:{verb}:"))


async def only(home: House) -> Asset:
    (asset,) = await home.assets()
    return asset


# --- who sees it --------------------------------------------------------------------------------------------------


async def test_shown_to_the_server_others_find_it_there_and_taken_back_they_do_not(home: House) -> None:
    result = await home.made("a lighthouse at dusk")
    found = await card(home, result, "Share")
    assert "Only you see it" in found.text
    await picked(home, found, "show", "Everybody in this server", shows="Everybody in this server finds it")
    assert (await only(home)).visibility == "workspace"
    page = await (await home.bob.slash(home.channel, "gallery", others=True)).answer()
    assert "a lighthouse at dusk" in page.text
    assert "by Ada" in page.text
    await picked(home, found, "show", "Only me", shows="Only you see it")
    page = await (await home.bob.slash(home.channel, "gallery", search="by:workspace")).answer()
    assert "a lighthouse" not in page.text
    assert home.refused() == []


async def test_what_others_show_can_be_looked_at_and_varied_but_not_deleted(home: House) -> None:
    found = await card(home, await home.made(), "Share")
    await picked(home, found, "show", "Everybody in this server", shows="Everybody")
    page = await (await home.bob.slash(home.channel, "gallery", others=True)).answer()
    await home.bob.select(page, select(page, "pick"), (await only(home)).id)
    await home.until(lambda: "Vary" in [button.label for button in page.buttons], "the asset alone")
    assert "Made by Ada" in page.text
    assert not {"Delete", "Favourite", "Post here"} & {button.label for button in page.buttons}
    await home.bob.press(page, "Vary")
    assert (await home.creation(count=2)).user_id == await home.user(home.bob)
    assert home.refused() == []


async def test_in_another_server_it_is_not_shown(home: House) -> None:
    found = await card(home, await home.made(), "Share")
    await picked(home, found, "show", "Everybody in this server", shows="Everybody")
    elsewhere = home.server.guild()
    carl = home.server.person("carl", elsewhere)
    page = await (await carl.slash(elsewhere.channel(), "gallery", search="by:workspace")).answer()
    assert "Nothing like that" in page.text


async def test_the_list_of_kinds_leads_to_what_others_show_and_back(home: House) -> None:
    await card(home, await home.made("a lighthouse"))
    page = await (await home.ada.slash(home.channel, "gallery")).answer()
    await picked(home, page, "kind", "What others here show", shows="Nothing like that")
    await picked(home, page, "kind", "Everything", shows="a lighthouse")
    direct = await (await home.ada.slash(home.ada.dm, "gallery")).answer()
    kinds = next(one for one in direct.selects if "kind" in str(one["custom_id"]))
    assert "What others here show" not in [option["label"] for option in kinds["options"]]


# --- links --------------------------------------------------------------------------------------------------------


async def test_a_link_is_made_with_an_end_and_taken_back(open_house: House) -> None:
    home = open_house
    found = await card(home, await home.made(), "Share")
    await picked(home, found, "link", "A link for a week", shows="https://easel.example/s/")
    assert "ends <t:" in found.text
    assert (await only(home)).visibility == "link"
    await picked(home, found, "unlink", "Take back link 1", shows="Only you see it")
    assert "https://" not in found.text
    assert home.refused() == []


async def test_all_links_end_at_once(open_house: House) -> None:
    home = open_house
    found = await card(home, await home.made(), "Share")
    for number in (1, 2):
        await picked(home, found, "link", "A link for a day", shows=f"{number}. <https://easel.example/s/")
    act = await home.ada.press(found, "End all links")
    assert (await act.follow_up()).text == visibility.STOPPED
    assert (await only(home)).links_ended == 1
    assert "https://" not in found.text


async def test_of_two_presses_at_once_the_card_shows_what_stands_in_the_end(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, late = open_house, asyncio.Event()

    async def replace(*args: Any) -> None:
        """The first of them takes long to write."""
        if not late.is_set():
            late.set()
            await asyncio.sleep(1)
        await answers.replace(*args)

    found = await card(home, await home.made(), "Share")
    await picked(home, found, "link", "A link for a week", shows="https://easel.example/s/")
    monkeypatch.setattr(sharing, "replace", replace)
    await home.ada.select(found, select(found, "link"), "A link for a day")
    await late.wait()
    act = await home.ada.press(found, "End all links")
    assert (await act.follow_up()).text == visibility.STOPPED
    await asyncio.sleep(1)
    assert "https://" not in found.text


async def test_without_a_public_address_no_link_is_offered(home: House) -> None:
    found = await card(home, await home.made(), "Share")
    assert visibility.NO_ADDRESS in found.text
    assert [one for one in found.selects if "link" in str(one["custom_id"])] == []


# --- collections --------------------------------------------------------------------------------------------------


async def test_a_new_collection_holds_the_asset_and_the_gallery_opens_it(home: House) -> None:
    await collected(home, await home.made("a lighthouse"), "Jazz festival")
    offered = (await home.ada.autocomplete(home.channel, "gallery", "collection", collection="jaz")).choices
    assert [each["name"] for each in offered] == ["Jazz festival · 1"]
    page = await (await home.ada.slash(home.channel, "gallery", collection=offered[0]["value"])).answer()
    assert "### Jazz festival" in page.text
    assert "a lighthouse" in page.text
    page = await (await home.ada.slash(home.channel, "gallery", collection="jazz FESTIVAL")).answer()
    assert "a lighthouse" in page.text
    assert home.refused() == []


async def test_the_list_hangs_and_takes_down(home: House) -> None:
    found = await collected(home, await home.made(), "Jazz")
    await picked(home, found, "hang", shows="in no collection yet")
    await picked(home, found, "hang", "Jazz", shows="**Jazz**")
    assert home.refused() == []


async def test_what_was_hung_elsewhere_meanwhile_stays_where_it_hangs(home: House) -> None:
    """The list shows what held it when it was opened; only that is taken down."""
    found = await collected(home, await home.made(), "Jazz")
    owner, walls = (await only(home)).user_id, home.app.kept.collections
    elsewhere = await walls.make(owner, "Elsewhere")
    await walls.hang(Viewer(owner), elsewhere.id, [(await only(home)).id])
    await picked(home, found, "hang", shows="**Elsewhere**")
    held = {each.name for each in await walls.listing(Viewer(owner), (await only(home)).id) if each.holds}
    assert held == {"Elsewhere"}
    assert home.refused() == []


async def test_a_name_that_is_taken_says_so_and_nothing_changes(home: House) -> None:
    found = await collected(home, await home.made(), "Jazz")
    sent = await home.ada.submit(await home.ada.press(found, "New collection…"), {"name": "Jazz"})
    assert "of that name already" in (await sent.follow_up()).text


async def test_a_collection_is_shown_to_the_server_and_others_hang_things_there(home: House) -> None:
    await collected(home, await home.made("a lighthouse"), "Jazz")
    page = await (await home.ada.slash(home.channel, "gallery", collection="Jazz")).answer()
    await (await home.ada.press(page, "Share")).answer()
    await picked(home, page, "show", "Everybody in this server", shows="Everybody in this server")
    await (await home.ada.press(page, "Back")).answer()
    assert "### Jazz" in page.text
    theirs = await home.made("a fox", by=home.bob)
    (details,) = (await home.bob.press(theirs, "Details")).ephemeral
    await (await home.bob.press(details, "Share")).answer()
    await home.bob.select(details, select(details, "show"), "Everybody in this server")
    await home.until(lambda: "finds it" in details.text, "what others see")
    await (await home.bob.press(details, "Back")).answer()
    await (await home.bob.press(details, "Collections")).answer()
    await home.bob.select(details, select(details, "hang"), "Jazz")
    await home.until(lambda: "**Jazz**" in details.text, "where it hangs")
    page = await (await home.ada.slash(home.channel, "gallery", collection="Jazz")).answer()
    assert "a fox" in page.text
    assert "by Bob" in page.text
    assert home.refused() == []


async def test_an_unknown_collection_says_so(home: House) -> None:
    act = await home.bob.slash(home.channel, "gallery", collection="Nowhere")
    assert "no collection of that name" in (await act.answer()).text


async def test_the_last_of_very_many_is_reached_and_so_is_the_way_back(home: House) -> None:
    await collected(home, await home.made("the first"), "Many")
    await laid(home, 204)
    page = await (await home.ada.slash(home.channel, "gallery", collection="Many")).answer()
    pages = [page.text]
    while not next(button for button in page.buttons if button.label == "Next").disabled:
        await turned(home, page, "Next")
        pages.append(page.text)
    assert "the first" in pages[-1]
    assert len(pages) == 35
    for before in pages[-2::-1]:
        await turned(home, page, "Previous")
        assert page.text == before
    assert next(button for button in page.buttons if button.label == "Previous").disabled
    assert home.refused() == []


async def turned(home: House, page: Message, button: str) -> None:
    before = page.text
    await home.ada.press(page, button)
    await home.until(lambda: page.text != before, f"what {button} shows")


async def laid(home: House, count: int) -> None:
    """So many more pictures of the same owner, hung in their one collection, as they would be after a long time."""

    def work(session: Session) -> None:
        (first,), (wall,) = session.exec(rows_of(Asset)).all(), session.exec(rows_of(Collection)).all()
        for number in range(count):
            values = first.model_dump(exclude={"seq", "id", "thumbnail_key"})
            asset = Asset(**values | {"ordinal": number + 1, "letter": number + 1, "asked": f"number {number}."})
            session.add(asset)
            session.flush()
            assert asset.seq
            at = now() + timedelta(seconds=number)
            session.add(Placement(collection_id=wall.id, asset_seq=asset.seq, user_id=wall.user_id, created_at=at))

    await home.app.database.write(work)


async def test_many_in_a_collection_are_shown_page_by_page(home: House) -> None:
    message = await home.made("the first")
    await collected(home, message, "Many")
    ada = await home.user(home.ada)
    assert ada
    (collection,) = await home.app.kept.collections.listing(await home.app.kept.membership.viewer(ada))
    for number in range(7):
        await home.made(f"number {number}")
    viewer = await home.app.kept.membership.viewer(ada)
    await home.app.kept.collections.hang(viewer, collection.id, [each.id for each in await home.assets()])
    page = await (await home.ada.slash(home.channel, "gallery", collection="Many")).answer()
    before = page.text
    await home.ada.press(page, "Next")
    await home.until(lambda: page.text != before, "the next page")
    assert next(button for button in page.buttons if button.label == "Next").disabled
    await home.ada.press(page, "Previous")
    await home.until(lambda: page.text == before, "the first page again")
    assert home.refused() == []


# --- tags ---------------------------------------------------------------------------------------------------------


async def test_tags_are_written_in_one_field_and_found(home: House) -> None:
    result = await home.made("a lighthouse")
    details = await card(home, result)
    await tagged(home, details, "Jazz, blue sky")
    assert "#jazz #blue-sky" in details.text
    form = (await home.ada.press(details, "Tags")).modal
    assert form.fields["tags"]["value"] == "jazz, blue-sky"
    page = await (await home.ada.slash(home.channel, "gallery", search="tag:jazz")).answer()
    assert "a lighthouse" in page.text
    assert "#jazz" not in (await home.bob.press(result, "Details")).ephemeral[0].text, "they are ada's alone"
    assert home.refused() == []


async def test_a_tag_that_cannot_be_says_why(home: House) -> None:
    details = await card(home, await home.made())
    sent = await home.ada.submit(await home.ada.press(details, "Tags"), {"tags": "!!!"})
    assert "letters or digits" in (await sent.follow_up()).text


async def test_the_search_is_completed_while_it_is_typed(home: House) -> None:
    await tagged(home, await card(home, result := await home.made()), "jazz")
    await collected(home, result, "Jazz festival")

    async def offered(typed: str) -> list[str]:
        act = await home.ada.autocomplete(home.channel, "gallery", "search", search=typed)
        return [each["value"] for each in act.choices]

    assert "fog tag:jazz" in await offered("fog tag:j")
    assert 'in:"Jazz festival"' in await offered("in:jazz")
    assert "kind:" in await offered("ki")
    assert "tag:jazz" not in [
        each["value"]
        for each in (await home.bob.autocomplete(home.channel, "gallery", "search", search="tag:")).choices
    ]


async def test_a_search_that_cannot_be_answers_with_its_sentence(home: House) -> None:
    page = await (await home.ada.slash(home.channel, "gallery", search="colour:red")).answer()
    assert "colour: is nothing to search by" in page.text
    page = await (await home.ada.slash(home.channel, "gallery", search="is:favourite", others=True)).answer()
    assert "What others show is found by words" in page.text
    assert home.refused() == []


async def test_another_persons_ids_open_nothing(home: House) -> None:
    """A card's ids hold an asset's id; with somebody else's, each answers as if there were nothing."""
    await home.made("a secret lighthouse")
    theirs = (await only(home)).id
    own = await home.made("a fox", by=home.bob)
    (details,) = (await home.bob.press(own, "Details")).ephemeral
    mine = next(each.id for each in await home.assets() if each.id != theirs)
    for row in details.components[0]["components"]:
        for button in row.get("components") or ():
            button["custom_id"] = str(button["custom_id"]).replace(mine, theirs)
    for label in ("Versions", "Recipe", "More like this", "Share", "Collections", "Tags"):
        act = await home.bob.press(details, label)
        said = act.ephemeral[0].text if act.ephemeral else (await act.follow_up()).text
        assert "nothing here by that name" in said, label
    assert "secret" not in details.text
    assert phrases.GONE not in details.text
