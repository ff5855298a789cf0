"""Going back: what a thread stands on, in words and by a press, and what the next reply then works from."""

import pytest

from bot.settings import Settings
from core.agent.messages import Message, Role, Turn
from core.agent.planners.offline.planner import OfflinePlanner
from core.chat import ThreadRef
from core.creation import going_back
from core.creation.going_back import Back
from core.creation.view import CreationView
from storage.tables import CreationState
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, call, calls, picture


def newest_wish(messages: tuple[Message, ...]) -> Message:
    return next(message for message in reversed(messages) if message.role is Role.USER)


class Refining(ScriptedPlanner):
    """Makes a picture, then edits what is attached, or else the newest."""

    def __init__(self) -> None:
        super().__init__(self.mind)

    @staticmethod
    def mind(messages: tuple[Message, ...]) -> Turn:
        made = [message.text for message in messages if message.role is Role.TOOL]
        wish = newest_wish(messages)
        if not made:
            return calls(picture(wish.text))
        source = wish.inputs[0] if wish.inputs else made[-1].split('"asset_id": "')[1][:32]
        return calls(call("edit_image", image=source, prompt=wish.text, instruction=wish.text))


@pytest.fixture
async def three(settings: Settings):  # type: ignore[no-untyped-def]
    """A thread with v1, v2 made from v1, and v3 made from v2."""
    planner = Refining()
    async with opened(settings, planner=planner) as house:
        views = [await house.made("a lighthouse")]
        views += [await house.reply(views[0].thread, words) for words in ("darker", "warmer")]
        assert [view.assets[0].version for view in views] == ["v1", "v2", "v3"]
        yield house, planner, views


def asset_of(views: list[CreationView], at: int) -> str:
    return views[at - 1].assets[0].id


Three = tuple[House, Refining, list[CreationView]]


async def test_undo_goes_back_by_one_costs_nothing_and_asks_no_planner(three: Three) -> None:
    house, planner, views = three
    asked = len(planner.told)
    view = await house.reply(views[0].thread, "undo")
    assert (view.state, view.assets, view.cost_usd) == (CreationState.SUCCEEDED, (), 0)
    assert view.reply == "Back at v2, “darker”. The next reply goes on from there."
    assert len(planner.told) == asked
    assert (await house.reply(views[0].thread, "Undo that, please.")).reply.startswith("Back at v1")
    assert (await house.reply(views[0].thread, "go back")).reply == going_back.NOTHING_BEFORE


async def test_the_next_reply_goes_on_from_there_and_the_one_after_from_its_result(three: Three) -> None:
    house, _, views = three
    await house.reply(views[0].thread, "back to v1")
    fourth = await house.reply(views[0].thread, "with a boat")
    assert (fourth.assets[0].version, fourth.assets[0].parent_id) == ("v4", asset_of(views, 1))
    fifth = await house.reply(views[0].thread, "bluer")
    assert fifth.assets[0].parent_id == fourth.assets[0].id
    assert (await house.reply(views[0].thread, "undo")).reply.startswith("Back at v4")


async def test_two_undos_at_once_go_back_by_two(three: Three) -> None:
    house, _, views = three
    thread = ThreadRef.parse(views[0].thread)
    both = [await house.ask("undo", thread=thread), await house.ask("undo", thread=thread)]
    assert [(await house.end(each)).reply[:10] for each in both] == ["Back at v2", "Back at v1"]


async def test_a_version_that_is_not_there_is_said_and_nothing_changes(three: Three) -> None:
    house, _, views = three
    view = await house.reply(views[0].thread, "go back to v9")
    assert view.reply == "There is no v9 in this conversation; there are v1, v2 and v3."
    assert (await house.reply(views[0].thread, "redder")).assets[0].parent_id == asset_of(views, 3)


async def test_a_reply_to_one_version_counts_more_than_where_the_thread_stands(three: Three) -> None:
    house, _, views = three
    await house.reply(views[0].thread, "back to the first one")
    made = await house.reply(views[0].thread, "greener", inputs=(asset_of(views, 2),))
    assert made.assets[0].parent_id == asset_of(views, 2)
    back = await house.reply(views[0].thread, "go back to this", inputs=(asset_of(views, 3),))
    assert back.reply.startswith("Back at v3")
    assert (await house.reply(views[0].thread, "undo", inputs=(asset_of(views, 3),))).reply.startswith("Back at v2")


async def test_a_version_that_was_gone_back_to_and_deleted_is_forgotten(three: Three) -> None:
    house, _, views = three
    await house.reply(views[0].thread, "back to v1")
    await house.app.studio.delete(house.ada, asset_of(views, 1))
    assert (await house.reply(views[0].thread, "redder")).assets[0].parent_id == asset_of(views, 3)


async def test_undo_where_nothing_was_made_is_the_planner_s_to_answer(settings: Settings) -> None:
    async with opened(settings, planner=OfflinePlanner()) as house:
        first = await house.made("hello")
        assert first.assets == ()
        assert "Back at" not in (await house.reply(first.thread, "undo")).reply


async def test_the_offline_planner_too_goes_on_from_what_was_gone_back_to(settings: Settings) -> None:
    async with opened(settings, planner=OfflinePlanner()) as house:
        first = await house.made("a lighthouse")
        await house.reply(first.thread, "make it night")
        await house.reply(first.thread, "undo")
        third = await house.reply(first.thread, "make it foggy")
        assert third.assets[0].parent_id == first.assets[0].id
        await house.reply(first.thread, "undo")
        fresh = await house.reply(first.thread, "draw a red fox in the snow")
        assert fresh.assets[0].parent_id is None


@pytest.mark.parametrize(
    ("words", "to"),
    [
        ("undo", "previous"),
        ("Undo!", "previous"),
        ("please undo that", "previous"),
        ("go back one step", "previous"),
        ("revert", "previous"),
        ("back to v2", "2"),
        ("go back to version 2b, please", "2b"),
        ("Return to V10", "10"),
        ("restore the original", "first"),
        ("back to the first picture", "first"),
        ("go back to the previous version", "previous"),
        ("go back to this one", "this"),
        ("take it back", "previous"),
    ],
)
def test_ways_to_ask_to_go_back(words: str, to: str) -> None:
    assert going_back.read(words) == Back(to)


@pytest.mark.parametrize(
    "words",
    [
        "go back to v2 and make it darker",
        "undo the red colour of the boat",
        "a road going back to the village",
        "back of the house",
        "make it 2 again",
        "back to the future",
        "restore the old photograph",
        "",
        "not that",
        "undo " * 30,
    ],
)
def test_words_that_ask_for_more_are_left_to_the_planner(words: str) -> None:
    assert going_back.read(words) is None
