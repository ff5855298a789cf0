"""The next version: by a reply, by words in the thread, by a mention, by the form, by a menu."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.tables import Creation
from tests.bot.discord.house import House, opened, restarted
from tests.bot.house import png
from tests.fakes.discord import Channel, DiscordServer, Message, refuses
from tests.fakes.planner import ScriptedPlanner, calls, picture


@pytest.fixture
async def blind(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel to which the message content intent was not granted."""
    async with DiscordServer(content_intent=False) as server, opened(tmp_path, server=server) as built:
        yield built


async def refined(home: House, count: int = 2) -> Creation:
    """The newest creation, which must stand in the thread of the first."""
    newest = await home.creation(-1, count)
    first = await home.creation(0)
    assert newest.thread_id == first.thread_id
    return newest


async def shown(home: House, message: Message) -> list[str]:
    """Ids of the assets that a message shows."""
    (post,) = [each for each in await home.posts() if each.message_id == message.id]
    return post.role.removeprefix("result:").split(",")


async def silent(home: House, place: Channel, before: int) -> None:
    """Nothing was made and nothing said: told by a command that is answered after it."""
    await (await home.bob.slash(place, "help")).answer()
    assert len(await home.creations()) == before


# --- replies ------------------------------------------------------------------------------------------------------


async def test_a_ping_reply_refines_that_result_even_without_the_content_intent(blind: House) -> None:
    result = await blind.made()
    await blind.ada.reply(result, "warmer light", files=[("mood.png", png())])
    creation = await refined(blind)
    view = await blind.ended(creation)
    assert creation.prompt == "warmer light"
    assert set(await shown(blind, result)) < set(view.inputs)
    assert len(view.inputs) == 2
    assert len(await blind.results(await blind.thread(), 2)) == 2
    assert blind.refused() == []
    assert blind.server.bot_pings == []


async def test_a_reply_to_one_particular_result_refines_that_one(home: House) -> None:
    first = await home.made()
    await home.ada.reply(first, "bluer")
    await home.results(await home.thread(), 2)
    await home.ada.reply(first, "greener")
    assert (await refined(home, 3)).inputs == await shown(home, first)


async def test_anybody_may_refine_and_the_author_is_named_without_a_ping(home: House) -> None:
    await home.bob.reply(await home.made(), "at night")
    await refined(home)
    second = (await home.results(await home.thread(), 2))[-1]
    assert f"<@{home.ada.id}>" in second.text
    assert home.server.bot_pings == []


async def test_plain_words_in_easels_thread_are_a_refinement_where_they_can_be_read(home: House) -> None:
    await home.made()
    await home.ada.say(await home.thread(), "make it move")
    assert (await refined(home)).prompt == "make it move"


async def test_plain_words_do_not_count_where_the_server_decided_so(home: House) -> None:
    await home.made()
    place = await home.app.chats.workspace("discord", home.guild.id)
    await home.app.chats.decide(place.id, place.rules.model_copy(update={"replies": False}))
    thread = await home.thread()
    await home.ada.say(thread, "what do you think, bob?")
    await silent(home, thread, 1)
    await home.ada.say(thread, f"{home.server.bot.mention} at night")
    assert (await refined(home)).prompt == "at night"


async def test_unreadable_words_in_the_thread_get_a_hint_once(blind: House) -> None:
    await blind.made()
    thread = await blind.thread()
    await blind.ada.say(thread, "make it move")
    hint = await blind.says(thread, "press **Refine**")
    await blind.ada.say(thread, "hello?")
    await silent(blind, thread, 1)
    assert [one for one in blind.server.messages(thread) if one.text == hint.text] == [hint]


async def test_a_message_that_comes_twice_makes_one_creation(home: House) -> None:
    said = await home.ada.reply(await home.made(), "warmer light")
    await refined(home)
    home.server.world.tell_message("MESSAGE_CREATE", said)
    await silent(home, home.channel, 2)


async def test_what_was_said_while_the_connection_was_cut_is_taken_once(home: House) -> None:
    result = await home.made()
    home.server.gateway.drop()
    await home.ada.reply(result, "warmer light")
    await refined(home)
    assert home.server.gateway.resumes >= 1
    assert len(await home.creations()) == 2


async def test_words_between_people_elsewhere_are_not_taken(home: House) -> None:
    await home.made()
    said = await home.bob.say(home.channel, "nice weather")
    await home.ada.reply(said, "indeed")
    await silent(home, home.channel, 1)


# --- mentions and direct messages ---------------------------------------------------------------------------------


async def test_a_mention_in_a_channel_begins_a_creation_in_answer_to_it(blind: House) -> None:
    said = await blind.ada.say(blind.channel, f"{blind.server.bot.mention} a quiet harbour", files=[png()])
    creation = await blind.creation()
    thread = await blind.thread()
    root = next(one for one in blind.server.messages(blind.channel) if one.id == thread.id)
    assert creation.prompt == "a quiet harbour"
    assert root.target is said
    assert len((await blind.ended(creation)).inputs) == 1
    assert len(await blind.results(thread)) == 1
    assert blind.server.bot_pings == []


async def test_a_mention_in_easels_thread_is_a_refinement(blind: House) -> None:
    await blind.made()
    await blind.ada.say(await blind.thread(), f"at night, {blind.server.bot.mention}")
    assert (await refined(blind)).prompt == "at night,"


async def test_easels_own_role_is_taken_for_a_mention_where_it_can_be_read(home: House) -> None:
    await home.ada.say(home.channel, f"{home.guild.bot_role.mention} a quiet harbour")
    assert (await home.creation()).prompt == "a quiet harbour"


async def test_a_mention_under_somebodys_picture_works_from_that_picture(home: House) -> None:
    photo = await home.bob.say(home.channel, "my house", files=[("house.png", png((50, 40)))])
    await home.ada.reply(photo, f"{home.server.bot.mention} as a painting", ping=False)
    assert len((await home.ended(await home.creation())).inputs) == 1


async def test_a_mention_without_words_is_told_how_to_ask(home: House) -> None:
    await home.ada.say(home.channel, home.server.bot.mention)
    assert (await home.says(home.channel, "Say what should change")).target is not None
    assert await home.creations() == []


async def test_a_direct_message_is_a_wish_and_a_reply_to_its_result_refines_it(blind: House) -> None:
    said = await blind.ada.say(blind.ada.dm, "a quiet harbour")
    (result,) = await blind.results(blind.ada.dm)
    await blind.noted(result)
    assert result.target is said
    await blind.ada.reply(result, "warmer", ping=False)
    assert (await refined(blind)).inputs == await shown(blind, result)
    assert (await blind.results(blind.ada.dm, 2))[-1].target is said


async def test_a_mention_where_the_server_does_not_allow_it_is_told_so(home: House) -> None:
    studio = home.guild.channel("studio")
    place = await home.app.chats.workspace("discord", home.guild.id)
    await home.app.chats.decide(place.id, place.rules.model_copy(update={"channels": (studio.id,)}))
    await home.ada.say(home.channel, f"{home.server.bot.mention} a quiet harbour")
    await home.says(home.channel, f"<#{studio.id}>")
    assert await home.creations() == []


# --- the form -----------------------------------------------------------------------------------------------------


async def test_refine_opens_an_empty_form_whose_words_and_pictures_make_the_next_version(home: House) -> None:
    result = await home.made()
    form = (await home.bob.press(result, "Refine")).modal
    assert set(form.fields) == {"words", "pictures"}
    assert not form.fields["words"].get("value")
    await home.bob.submit(form, {"words": "warmer light", "pictures": [("mood.png", png())]})
    creation = await refined(home)
    view = await home.ended(creation)
    assert creation.prompt == "warmer light"
    assert view.inputs[0] == (await shown(home, result))[0]
    assert len(view.inputs) == 2
    assert home.refused() == []


async def test_a_form_that_was_open_during_a_restart_still_counts(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server) as first:
            form = (await first.ada.press(await first.made(), "Refine")).modal
            ada, channel = first.ada, first.channel
        async with restarted(server, tmp_path) as again:
            await ada.submit(form, {"words": "warmer"})
            assert len(await again.results(server.threads(channel)[0], 2)) == 2


# --- menus --------------------------------------------------------------------------------------------------------


async def test_refine_on_anybodys_picture_works_from_it_without_the_content_intent(blind: House) -> None:
    photo = await blind.bob.say(blind.channel, "my house", files=[("house.png", png((50, 40)))])
    act = await blind.ada.menu(photo, "Refine with Easel")
    sent = await blind.ada.submit(act, {"words": "as a painting"})
    thread = await blind.thread()
    assert (await sent.answer()).id == thread.id
    view = await blind.ended(await blind.creation())
    assert (view.prompt, len(view.inputs)) == ("as a painting", 1)
    assert blind.refused() == []


async def test_animate_and_make_again_on_anybodys_picture_start_at_once(blind: House) -> None:
    photo = await blind.bob.say(blind.channel, "my house", files=[("house.png", png((50, 40)))])
    await blind.ada.menu(photo, "Animate with Easel")
    await blind.ada.menu(photo, "Make again")
    await blind.creation(count=2)
    assert {creation.action for creation in await blind.creations()} == {"animate", "vary"}
    for creation in await blind.creations():
        assert (await blind.ended(creation)).error is None
    assert blind.refused() == []


async def test_the_menus_on_easels_own_result_go_on_in_its_thread(home: House) -> None:
    result = await home.made()
    act = await home.bob.menu(result, "Animate with Easel")
    assert act.ephemeral
    creation = await refined(home)
    assert (creation.action, creation.inputs) == ("animate", await shown(home, result))
    await home.bob.menu(result, "Make again")
    assert (await refined(home, 3)).action == "again"
    form = await home.bob.menu(result, "Refine with Easel")
    await home.bob.submit(form, {"words": "warmer"})
    last = await refined(home, 4)
    assert (last.prompt, last.inputs) == ("warmer", await shown(home, result))


async def test_a_menu_on_a_message_without_a_picture_says_so(home: House) -> None:
    said = await home.bob.say(home.channel, "nice weather")
    for name in ("Refine with Easel", "Animate with Easel", "Make again"):
        act = await home.ada.menu(said, name)
        assert "no picture" in act.ephemeral[0].text
    assert await home.creations() == []


async def test_a_refinement_after_a_failed_first_try_to_answer_is_made_once(home: House) -> None:
    result = await home.made()
    home.server.script("callback", refuses(10062))
    await home.bob.press(result, "Vary")
    await refined(home)
    assert len(await home.creations()) == 2


async def test_two_pictures_in_one_message_can_each_be_refined(tmp_path: Path) -> None:
    two = ScriptedPlanner(calls(picture("one"), picture("two")))
    async with opened(tmp_path, planner=two) as built:
        result = await built.made()
        _, second = await shown(built, result)
        form = await built.bob.press(result, f"easel:refine:{second}")
        await built.bob.submit(form, {"words": "warmer"})
        assert (await refined(built)).inputs == [second]
