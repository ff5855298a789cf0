"""Buttons: by whom, on what, once or twice, after a restart; and what only the owner may do."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bot.chat import phrases
from core.wishes import Action
from storage.tables import Creation, CreationState
from tests.bot.discord.house import House, opened, restarted
from tests.bot.house import png
from tests.fakes.discord import DiscordServer, Message, UserCannot, refuses
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way, models


async def pressed(home: House, message: Message, label: str, count: int = 2) -> Creation:
    """The creation that a press by somebody else begins, in the thread where the button is."""
    act = await home.bob.press(message, label)
    assert not act.failed
    assert act.messages == [], "the thread shows it; nothing more is said"
    creation = await home.creation(-1, count)
    assert creation.thread_id == (await home.creation(0)).thread_id
    return creation


# --- something new ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Vary", "Upscale", "Animate", "Again"])
async def test_whoever_sees_a_picture_makes_something_of_it(home: House, label: str) -> None:
    result = await home.made()
    creation = await pressed(home, result, label)
    assert creation.action == Action(label.lower())
    assert creation.user_id == await home.user(home.bob)
    assert (await home.ended(creation)).error is None
    assert len(await home.results(await home.thread(), 2)) == 2
    assert home.refused() == []
    assert home.server.bot_pings == []


async def test_a_video_is_extended(tmp_path: Path) -> None:
    film = ScriptedPlanner(calls(call("generate_video", prompt="waves", duration_s=1)))
    async with opened(tmp_path, planner=film) as built:
        assert (await pressed(built, await built.made(), "Extend")).action == "extend"


async def test_a_narrations_buttons_work_too(tmp_path: Path) -> None:
    voice = ScriptedPlanner(calls(call("generate_speech", text="good evening")))
    async with opened(tmp_path, planner=voice) as built:
        assert (await pressed(built, await built.made(), "Again")).action == "again"


async def test_pressed_twice_on_purpose_makes_two_and_told_twice_makes_one(home: House) -> None:
    result = await home.made()
    await pressed(home, result, "Vary")
    act = await home.bob.press(result, "Vary")
    await home.creation(count=3)
    home.server.world.streams.tell("INTERACTION_CREATE", act.interaction.event(), guild_id=home.guild.id)
    await home.ada.slash(home.channel, "help")
    assert len(await home.creations()) == 3


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server) as first:
            result = await first.made()
        async with restarted(server, tmp_path) as again:
            assert (await pressed(again, result, "Vary")).action == "vary"
            assert server.count("commands") == 1, "unchanged commands are not registered anew"


async def test_the_servers_rules_hold_for_buttons(home: House) -> None:
    result = await home.made()
    place = await home.app.chats.workspace("discord", home.guild.id)
    artists = home.guild.role("artists")
    await home.app.chats.decide(place.id, place.rules.model_copy(update={"roles": (artists.id,)}))
    assert artists.mention in (await home.bob.press(result, "Vary")).ephemeral[0].text
    assert len(await home.creations()) == 1


# --- what is the owner's ------------------------------------------------------------------------------------------


async def test_favourite_is_the_owners_and_a_second_press_takes_it_back(home: House) -> None:
    result = await home.made()
    assert (await home.bob.press(result, "Favourite")).ephemeral[0].text == phrases.NOT_YOURS
    assert "favourite" in (await home.ada.press(result, "Favourite")).ephemeral[0].text
    assert [asset.favourite for asset in await home.assets()] == [True]
    assert "No longer" in (await home.ada.press(result, "Favourite")).ephemeral[0].text
    assert [asset.favourite for asset in await home.assets()] == [False]


async def test_details_say_all_that_is_known_to_whoever_asks(home: House) -> None:
    result = await home.made("a lighthouse, please")
    (said,) = (await home.ada.press(result, "Details")).ephemeral
    (asset,) = await home.assets()
    for known in ("a lighthouse, please", asset.prompt, "fake-image", str(asset.seed), "v1"):
        assert known in said.text
    (said,) = (await home.bob.press(result, "Details")).ephemeral
    assert f"<@{home.ada.id}>" in said.text
    assert home.server.bot_pings == []


async def test_details_tell_what_it_was_made_from(home: House) -> None:
    result = await home.made()
    await home.ada.reply(result, "like these", files=[("one.png", png()), ("two.png", png((20, 30)))])
    second = (await home.results(await home.thread(), 2))[-1]
    (said,) = (await home.ada.press(second, "Details")).ephemeral
    assert "3 pictures to work from" in said.text
    assert not [word for word in said.text.split() if "http" in word]


async def test_a_button_of_another_version_says_so(home: House) -> None:
    result = await home.made()
    row = next(one for one in result.components if one["type"] == 1)
    row["components"][0]["custom_id"] = "easel:dance:1"
    assert "another version" in (await home.ada.press(result, "easel:dance:1")).ephemeral[0].text


async def test_delete_asks_and_then_deletes_everywhere(home: House) -> None:
    result = await home.made()
    assert (await home.bob.press(result, "Delete")).ephemeral[0].text == phrases.NOT_YOURS
    (question,) = (await home.ada.press(result, "Delete")).ephemeral
    await home.ada.press(question, "Keep")
    assert len(await home.assets()) == 1
    (question,) = (await home.ada.press(result, "Delete")).ephemeral
    await home.ada.press(question, "Delete")
    await home.until(lambda: result.deleted, "the result to go")
    await home.until(lambda: "Deleted" in question.text, "the receipt")
    assert await home.assets() == []
    assert home.refused() == []


async def test_a_button_of_something_deleted_says_so(home: House) -> None:
    result = await home.made()
    (asset,) = await home.assets()
    home.server.script("delete", refuses(50013))
    await home.app.studio.delete(asset.user_id, asset.id)
    for label in ("Vary", "Details", "Favourite", "Delete"):
        assert (await home.ada.press(result, label)).ephemeral[0].text == phrases.GONE, label
    sent = await home.ada.submit(await home.ada.press(result, "Refine"), {"words": "warmer"})
    assert sent.ephemeral[0].text == phrases.GONE
    assert len(await home.creations()) == 1


async def test_among_several_pictures_one_is_chosen_and_has_its_own_buttons(tmp_path: Path) -> None:
    two = ScriptedPlanner(calls(picture("one"), picture("two")))
    async with opened(tmp_path, planner=two) as built:
        result = await built.made()
        first, second = await built.assets()
        choice = result.selects[0]["custom_id"]
        (card,) = (await built.ada.select(result, choice, second.id)).ephemeral
        await built.ada.press(card, "Favourite")
        assert {asset.id for asset in await built.assets() if asset.favourite} == {second.id}
        (card,) = (await built.bob.select(result, choice, first.id)).ephemeral
        assert "Delete" not in [button.label for button in card.buttons]
        await built.bob.press(card, "Animate")
        creation = await built.creation(count=2)
        assert (creation.action, creation.inputs) == ("animate", [first.id])
        assert creation.thread_id == (await built.creation(0)).thread_id
        assert built.refused() == []


# --- a creation's -------------------------------------------------------------------------------------------------


async def test_cancel_is_the_askers_and_a_second_press_is_harmless(tmp_path: Path) -> None:
    slow = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with opened(tmp_path, provider=slow) as built:
        await built.ada.slash(built.channel, "create", prompt="a lighthouse")
        status = await built.says(await built.thread(), "Making")
        assert (await built.bob.press(status, "Cancel")).ephemeral[0].text == phrases.NOT_YOURS
        await built.ada.press(status, "Cancel")
        with suppress(UserCannot):  # it may be taken away already
            await built.ada.press(status, "Cancel")
        await built.until(lambda: "Cancelled" in status.text, "the end")
        assert (await built.creation()).state == CreationState.CANCELLED
        assert built.refused() == []


async def test_run_says_yes_to_the_price_and_only_the_askers_counts(tmp_path: Path) -> None:
    dear = {"EASEL_CONFIRM_ABOVE_USD": 0.01}
    async with opened(tmp_path, environment=dear, catalogue=models(image_usd=0.5)) as built:
        await built.ada.slash(built.channel, "create", prompt="a lighthouse")
        status = await built.says(await built.thread(), "Waiting for your yes")
        assert (await built.bob.press(status, "Run")).ephemeral[0].text == phrases.NOT_YOURS
        await asyncio.gather(built.ada.press(status, "Run"), built.ada.press(status, "Run"))
        await built.until(lambda: "Done" in status.text, "the end")
        assert len(await built.results(await built.thread())) == 1
        assert built.refused() == []


# --- the person ---------------------------------------------------------------------------------------------------


async def test_usage_tells_what_was_spent(tmp_path: Path) -> None:
    paid = ScriptedProvider(default=Way(cost_micros=430_000))
    async with opened(tmp_path, provider=paid, catalogue=models(image_usd=0.5)) as built:
        await built.made()
        assert "$0.43" in (await built.ada.slash(built.channel, "usage")).ephemeral[0].text
        assert "$0.43" not in (await built.bob.slash(built.channel, "usage")).ephemeral[0].text


async def test_help_tells_how_to_ask(home: House) -> None:
    (said,) = (await home.bob.slash(home.channel, "help")).ephemeral
    assert all(sentence in said.text for sentence in phrases.HELP)


async def test_forget_me_asks_first_then_deletes_and_shows_the_receipt(home: House) -> None:
    result = await home.made()
    (question,) = (await home.ada.slash(home.channel, "forget-me")).ephemeral
    assert len(await home.assets()) == 1
    await home.ada.press(question, "Delete everything")
    receipt = phrases.FORGOTTEN.format(creations="1 request", assets="1 result")
    await home.until(lambda: receipt in question.text, "the receipt")
    assert result.deleted
    assert await home.assets() == []
    assert await home.creations() == []


async def test_keep_leaves_everything_as_it_is(home: House) -> None:
    await home.made()
    (question,) = (await home.ada.slash(home.channel, "forget-me")).ephemeral
    await home.ada.press(question, "Keep")
    await home.until(lambda: "Nothing was changed" in question.text, "an answer")
    assert len(await home.assets()) == 1
