"""Versions: the tree around one, what changed, going on from an earlier one, recipes, and more like it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import phrases
from storage.tables import Asset
from tests.bot.discord.house import House, opened, restarted
from tests.fakes.discord import Act, DiscordServer, Message
from tests.fakes.planner import ScriptedPlanner, calls, picture


@pytest.fixture
async def grown(tmp_path: Path) -> AsyncIterator[House]:
    """Ada asked for a lighthouse, and made a variation of it."""
    async with opened(tmp_path) as built:
        first = await built.made("a lighthouse at dusk")
        await built.ada.press(first, "Vary")
        await built.noted((await built.results(await built.thread(), 2))[-1])
        await built.app.thumbnails.drained()
        yield built


async def shown(home: House, number: int = -1) -> Message:
    """One of the results."""
    return (await home.results(await home.thread(), 2))[number]


async def card(home: House, message: Message, *buttons: str) -> Message:
    """The details of a result, and where these buttons lead from there."""
    (found,) = (await home.ada.press(message, "Details")).ephemeral
    for each in buttons:
        await turned(home, found, await home.ada.press(found, each))
    return found


async def turned(home: House, message: Message, act: Act) -> None:
    """The card shows what the press leads to."""
    assert not act.failed
    await act.answer()
    assert message.ephemeral
    assert home.refused() == []


async def said(act: Act) -> str:
    """What its presser alone reads, beside the card."""
    told = await act.follow_up()
    assert told.ephemeral
    return told.text


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


async def asset(home: House, version: str) -> Asset:
    return next(each for each in await home.assets() if each.version == version)


async def test_versions_are_a_tree_with_the_nearest_pictures_for_its_owner_alone(grown: House) -> None:
    found = await card(grown, await shown(grown), "Versions")
    assert "### Versions" in found.text
    assert "**▸ v2**" in found.text
    assert found.text.index("v1 ·") < found.text.index("v2")
    assert [file.media_type for file in found.files] == ["image/webp", "image/webp"]
    assert found not in grown.server.messages(await grown.thread(), grown.bob)


async def test_another_version_is_looked_at_by_the_list_and_back_leads_to_the_details(grown: House) -> None:
    found = await card(grown, await shown(grown), "Versions")
    first = await asset(grown, "v1")
    await turned(grown, found, await grown.ada.select(found, "Look at another version…", first.id))
    assert "**▸ v1**" in found.text
    await turned(grown, found, await grown.ada.press(found, "Back"))
    assert "fake-image" in found.text
    assert "v1" in found.text


async def test_the_next_reply_goes_on_from_the_version_that_was_chosen(grown: House) -> None:
    found = await card(grown, await shown(grown, 0), "Versions")
    act = await grown.ada.press(found, "Go on from v1")
    assert "Back at v1" in await said(act)
    first = await asset(grown, "v1")
    await grown.ada.say(await grown.thread(), "with a ship")
    await grown.ended(await grown.creation(count=3))
    assert (await grown.creation()).inputs == [first.id]
    assert grown.refused() == []


async def test_undo_in_the_thread_goes_back_and_the_next_reply_goes_on_from_there(grown: House) -> None:
    thread = await grown.thread()
    await grown.ada.reply(await shown(grown), "undo")
    await grown.says(thread, "Back at v1")
    await grown.ended(await grown.creation(count=3))
    assert len(await grown.assets()) == 2, "nothing is made by going back"
    await grown.ada.say(thread, "with a ship")
    await grown.ended(await grown.creation(count=4))
    assert (await grown.creation()).inputs == [(await asset(grown, "v1")).id]
    assert grown.refused() == []


async def test_back_to_a_version_that_is_not_there_names_those_that_are(grown: House) -> None:
    await grown.bob.reply(await shown(grown), "back to v7")
    await grown.says(await grown.thread(), "There is no v7")


async def test_whoever_sees_a_result_may_go_on_from_it_but_sees_no_more_than_it(grown: House) -> None:
    (found,) = (await grown.bob.press(await shown(grown, 0), "Details")).ephemeral
    assert labels(found) == ["Go on from here"]
    assert "Back at v1" in await said(await grown.bob.press(found, "Go on from here"))


async def test_what_is_also_shown_to_the_server_can_still_be_gone_on_from_where_it_stands(grown: House) -> None:
    first = await asset(grown, "v1")
    here = (await grown.app.chats.workspace("discord", grown.guild.id)).id
    viewer = await grown.app.kept.membership.viewer(first.user_id, here)
    await grown.app.kept.sharing.show(viewer, [first.id], "workspace", here)
    (found,) = (await grown.bob.press(await shown(grown, 0), "Details")).ephemeral
    assert labels(found) == ["Recipe", "More like this", "Collections", "Go on from here"]
    assert "Back at v1" in await said(await grown.bob.press(found, "Go on from here"))
    assert grown.refused() == []


async def test_what_one_made_in_anothers_thread_shows_its_versions(grown: House) -> None:
    await grown.bob.press(await shown(grown, 0), "Vary")
    result = await grown.noted((await grown.results(await grown.thread(), 3))[-1])
    (found,) = (await grown.bob.press(result, "Details")).ephemeral
    await turned(grown, found, await grown.bob.press(found, "Versions"))
    assert "### Versions" in found.text


async def test_what_changed_is_told_word_by_word(tmp_path: Path) -> None:
    planner = ScriptedPlanner(calls(picture("a lighthouse at dusk")))
    planner.by_prompt["make it night"] = [calls(picture("a lighthouse at night, *with stars*"))]
    async with opened(tmp_path, planner=planner) as built:
        await built.ada.reply(await built.made(), "make it night")
        second = await built.noted(await shown(built))
        await built.app.thumbnails.drained()
        found = await card(built, second, "Versions", "What changed")
        assert "### From v1 to v2" in found.text
        assert "a lighthouse at ~~dusk~~ **night, \\*with stars\\***" in found.text
        await turned(built, found, await built.ada.press(found, "Back"))
        assert "### Versions" in found.text


async def test_the_first_version_has_nothing_to_compare_with(home: House) -> None:
    found = await card(home, await home.made(), "Versions")
    assert next(button for button in found.buttons if button.label == "What changed").disabled


async def test_comparing_on_the_web_begins_signed_in(tmp_path: Path) -> None:
    public = {"EASEL_PUBLIC_URL": "https://easel.example"}
    async with opened(tmp_path, environment=public) as built:
        await built.ada.press(await built.made(), "Vary")
        found = await card(built, await built.noted(await shown(built)), "Versions")
        (link,) = [button.url or "" for button in found.buttons if button.label == "Compare on the web"]
        first, second = await built.assets()
        assert link.startswith("https://easel.example/signin?code=")
        assert link.endswith(f"next=%2Fcompare%3Fa%3D{first.id}%26b%3D{second.id}")


async def test_the_recipe_is_for_people_and_for_programs(grown: House) -> None:
    found = await card(grown, await shown(grown), "Recipe")
    assert "Recipe of v2" in found.text
    assert "Model: fake-image" in found.text
    (file,) = found.files
    told = json.loads(file.data)
    assert (told["format"], told["version"]) == ("easel-recipe/1", "v2")


async def test_more_like_this_shows_what_is_alike_and_leads_into_the_gallery(grown: House) -> None:
    found = await card(grown, await shown(grown), "More like this")
    assert "More like v2" in found.text
    first = await asset(grown, "v1")
    await grown.ada.select(found, "Look at one…", first.id)
    await grown.until(lambda: "Post here" in labels(found), "the asset alone")
    assert grown.refused() == []


async def test_the_cards_work_after_a_restart(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server) as first:
            found = await card(first, await first.made())
        async with restarted(server, tmp_path) as again:
            await turned(again, found, await again.ada.press(found, "Versions"))
            assert "### Versions" in found.text


async def test_what_was_deleted_meanwhile_is_said_to_be_gone(home: House) -> None:
    found = await card(home, await home.made())
    (made,) = await home.assets()
    await home.app.studio.delete(made.user_id, made.id)
    for label in ("Versions", "Recipe", "More like this", "Share", "Collections", "Tags"):
        act = await home.ada.press(found, label)
        await home.until(lambda act=act: act.ephemeral or act.interaction.follow_ups, label)
        assert not act.failed
    assert home.refused() == []
    assert phrases.BROKEN[:20] not in str([each.text for each in home.server.messages(home.channel, home.ada)])
