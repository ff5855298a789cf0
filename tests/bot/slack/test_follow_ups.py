"""Changing what is there: replies, mentions and shortcuts."""

from pathlib import Path

import pytest

from core.providers.base import Kind
from tests.bot.slack.house import TRANSPORTS, SlackHouse, read, slack_house
from tests.fakes.media import make
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.slack import Message, Upload

PHOTO = "photo.png"


def photo(folder: Path) -> Upload:
    return Upload(name=PHOTO, data=Path(make(Kind.IMAGE, folder, "photo", 1, None).path).read_bytes())


async def asked(slack: SlackHouse, words: str = "a fox") -> Message:
    """A result in a thread of Easel's."""
    await slack.ada.command("general", "/create", words)
    return await slack.result()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_plain_reply_in_a_thread_of_easels_asks_for_a_change_there(tmp_path: Path, transport: str) -> None:
    async with slack_house(tmp_path, transport=transport) as slack:
        first = await asked(slack)
        await slack.bob.say("general", "warmer <light>", thread=first)
        second = await slack.result(nth=2)
        assert second.root_ts == first.root_ts
        before, after = await slack.creations()
        assert after.prompt == "warmer <light>"
        assert after.follows
        assert after.thread_id == before.thread_id
        assert after.user_id != before.user_id


async def test_words_in_other_threads_and_in_the_channel_are_not_meant_for_easel(slack: SlackHouse) -> None:
    said = await slack.ada.say("general", "good morning")
    await slack.bob.say("general", "and to you", thread=said.message)
    await slack.server.settled()
    assert await slack.creations() == []


async def test_a_mention_in_a_foreign_thread_is_answered_there(slack: SlackHouse) -> None:
    said = await slack.ada.say("general", "what shall we paint?")
    await slack.bob.mention("general", "a fox", thread=said.message)
    result = await slack.result()
    assert said.message is not None
    assert result.root_ts == said.message.ts


async def test_a_mention_in_a_thread_of_easels_is_one_change(slack: SlackHouse) -> None:
    first = await asked(slack)
    seen = await slack.ada.mention("general", "at night", thread=first)
    assert len(seen.deliveries) == 2
    await slack.result(nth=2)
    await slack.server.settled()
    assert [each.prompt for each in await slack.creations()] == ["a fox", "at night"]


async def test_where_a_workspace_turned_replies_off_only_a_mention_counts(slack: SlackHouse) -> None:
    first = await asked(slack)
    place = await slack.app.chats.workspace("slack", "T1")
    await slack.app.chats.decide(place.id, place.rules.model_copy(update={"replies": False}))
    await slack.ada.say("general", "warmer light", thread=first)
    await slack.server.settled()
    assert len(await slack.creations()) == 1
    await slack.ada.mention("general", "warmer light", thread=first)
    assert len(await slack.until_asked(2)) == 2


async def test_changes_and_removals_of_messages_are_not_wishes(slack: SlackHouse) -> None:
    first = await asked(slack)
    said = await slack.ada.say("general", "warmer", thread=first)
    await slack.result(nth=2)
    assert said.message is not None
    await slack.ada.edit(said.message, "warmer still")
    await slack.ada.delete(said.message)
    await slack.server.settled()
    assert len(await slack.creations()) == 2


async def test_easel_does_not_answer_its_own_messages(slack: SlackHouse) -> None:
    slack.server.echo = True
    await slack.ada.say(slack.ada.dm, "a fox")
    await slack.result(slack.ada.dm)
    await slack.server.settled()
    assert len(await slack.creations()) == 1


async def test_a_photo_in_a_reply_is_fetched_and_worked_from(slack: SlackHouse, tmp_path: Path) -> None:
    first = await asked(slack)
    await slack.ada.say("general", "put this hat on it", thread=first, files=[photo(tmp_path)])
    await slack.result(nth=2)
    _, after = await slack.creations()
    assert len(after.inputs) == 1
    upload = await slack.app.studio.asset(after.user_id, after.inputs[0])
    assert upload.kind == "upload"


async def test_a_photo_with_a_mention_is_fetched_too(slack: SlackHouse, tmp_path: Path) -> None:
    await slack.ada.mention("general", "as a drawing", files=[photo(tmp_path)])
    await slack.result()
    (creation,) = await slack.creations()
    assert len(creation.inputs) == 1


async def test_a_photo_without_a_word_is_asked_about(slack: SlackHouse, tmp_path: Path) -> None:
    await slack.ada.say(slack.ada.dm, files=[photo(tmp_path)])
    await slack.whispered(slack.ada, "Tell Easel what to make")
    assert await slack.creations() == []


async def test_a_mention_without_a_word_tells_how_to_ask(slack: SlackHouse) -> None:
    await slack.ada.mention("general")
    await slack.whispered(slack.ada, "Tell Easel what to make")
    await slack.server.settled()
    assert len(slack.ada.ephemerals) == 1


async def test_refine_with_easel_on_a_result_starts_from_that_one(tmp_path: Path) -> None:
    planner = ScriptedPlanner(calls(picture("one")))
    async with slack_house(tmp_path, planner=planner) as slack:
        first = await asked(slack)
        await slack.ada.say("general", "another", thread=first)
        await slack.result(nth=2)
        await slack.bob.shortcut("easel_refine", first)
        form = await slack.modal(slack.bob, "Refine")
        await slack.bob.submit(form, {"words": {"words": "in blue"}})
        creation = (await slack.until_asked(3))[-1]
        assets = await slack.until_made(2)
        assert creation.inputs == [assets[0].id]
        assert (await slack.result(nth=3)).root_ts == first.root_ts


async def test_refine_with_easel_on_anybodys_photo_works_in_its_thread(slack: SlackHouse, tmp_path: Path) -> None:
    said = await slack.ada.say("general", "my holiday", files=[photo(tmp_path)])
    assert said.message is not None
    await slack.bob.shortcut("easel_refine", said.message)
    form = await slack.modal(slack.bob, "Refine")
    await slack.bob.submit(form, {"words": {"words": "in oil"}})
    result = await slack.result()
    assert result.root_ts == said.message.ts
    assert len((await slack.creations())[0].inputs) == 1


async def test_ten_photos_with_long_foreign_names_fit_into_the_form(slack: SlackHouse, tmp_path: Path) -> None:
    photos = [Upload(name=f"{'写真' * 60}{number}.png", data=photo(tmp_path).data) for number in range(10)]
    said = await slack.ada.say("general", "my holiday", files=photos)
    assert said.message is not None
    await slack.bob.shortcut("easel_refine", said.message)
    assert await slack.modal(slack.bob, "Refine")


async def test_animate_with_easel_moves_anybodys_photo(slack: SlackHouse, tmp_path: Path) -> None:
    said = await slack.ada.say("general", "my holiday", files=[photo(tmp_path)])
    assert said.message is not None
    await slack.ada.shortcut("easel_animate", said.message)
    (made,) = await slack.until_made(1)
    assert made.kind == "video"
    assert (await slack.result()).root_ts == said.message.ts


@pytest.mark.parametrize("verb", ["easel_refine", "easel_animate"])
async def test_a_message_without_a_picture_says_so(slack: SlackHouse, verb: str) -> None:
    said = await slack.ada.say("general", "good morning")
    assert said.message is not None
    await slack.ada.shortcut(verb, said.message)
    told = await slack.whispered(slack.ada, "no picture")
    assert "error" not in read(told)
    assert await slack.creations() == []
