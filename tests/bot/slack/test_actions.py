"""What the buttons under a result do, and for whom."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from core.chat import ThreadRef
from storage.tables import Asset, CreationState, Vote
from tests.bot.slack.house import TRANSPORTS, SlackHouse, ids, read, slack_house
from tests.fakes.planner import ScriptedPlanner, calls, never, picture
from tests.fakes.provider import ScriptedProvider, Way, models
from tests.fakes.slack import Message, error


async def asked(slack: SlackHouse, words: str = "a fox", channel: str = "general") -> Message:
    await slack.ada.command(channel, "/create", words)
    return await slack.result(channel)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("verb", "kind"), [("vary", "image"), ("upscale", "image"), ("animate", "video"), ("again", "image")]
)
async def test_vary_upscale_and_animate_work_for_everybody_who_sees_the_result(
    tmp_path: Path, transport: str, verb: str, kind: str
) -> None:
    async with slack_house(tmp_path, transport=transport) as slack:
        first = await asked(slack)
        seen = await slack.bob.click(first, f"easel_{verb}")
        assert seen.acked
        assets = await slack.until_made(2)
        assert assets[1].kind == kind
        assert assets[1].parent_id == (None if verb == "again" else assets[0].id)
        assert assets[1].user_id != assets[0].user_id
        assert (await slack.result(nth=2)).root_ts == first.root_ts
        assert slack.server.pings == []


async def test_a_press_that_is_delivered_twice_is_one_creation_and_two_presses_are_two(slack: SlackHouse) -> None:
    first = await asked(slack)
    seen = await slack.ada.click(first, "easel_vary")
    await slack.server.redeliver(seen.deliveries[0])
    assert len(await slack.creations()) == 2
    await slack.ada.click(first, "easel_vary")
    assert len(await slack.creations()) == 3


async def test_the_refine_button_opens_a_form_and_starts_from_that_result(slack: SlackHouse) -> None:
    first = await asked(slack)
    await slack.bob.click(first, "easel_refine")
    form = await slack.modal(slack.bob, "Refine")
    await slack.bob.submit(form, {"words": {"words": "in blue"}})
    assets = await slack.until_made(2)
    creation = (await slack.creations())[1]
    assert creation.inputs == [assets[0].id]
    assert (await slack.result(nth=2)).root_ts == first.root_ts


async def test_a_favourite_is_ones_own_alone(slack: SlackHouse) -> None:
    first = await asked(slack)
    await slack.ada.click(first, "easel_favourite")
    await slack.whispered(slack.ada, "Added to your favourites")
    assert (await slack.assets())[0].favourite
    await slack.ada.click(first, "easel_favourite")
    await slack.whispered(slack.ada, "No longer")
    await slack.bob.click(first, "easel_favourite")
    await slack.whispered(slack.bob, "Only the person who asked")
    assert not (await slack.assets())[0].favourite


async def test_delete_asks_first_and_takes_everything_away(slack: SlackHouse) -> None:
    first = await asked(slack)
    button = next(e for b in first.blocks for e in b.get("elements", []) if e.get("action_id") == "easel_delete")
    assert button["confirm"]
    await slack.bob.click(first, "easel_delete")
    await slack.whispered(slack.bob, "Only the person who asked")
    assert len(await slack.assets()) == 1
    await slack.ada.click(first, "easel_delete")
    await slack.whispered(slack.ada, "Deleted")
    assert await slack.assets() == []
    assert slack.results() == []
    assert all(file.deleted for file in slack.server.files.values())


async def test_a_button_whose_result_is_gone_says_so(slack: SlackHouse) -> None:
    first = await asked(slack)
    (asset,) = await slack.assets()
    await slack.ada.command("general", "/gallery", "")
    page = await slack.whispered(slack.ada, "Your gallery")
    await slack.app.studio.delete(asset.user_id, asset.id)
    await slack.ada.click(page, "easel_details")
    await slack.whispered(slack.ada, "nothing here by that name")
    assert first.deleted


async def test_cancel_is_for_the_person_who_asked(tmp_path: Path) -> None:
    async with slack_house(tmp_path, planner=ScriptedPlanner(never)) as slack:
        await slack.ada.command("general", "/create", "a fox")
        status = await slack.server.until(lambda: _with(slack, "easel_cancel"))
        await slack.bob.click(status, "easel_cancel")
        await slack.whispered(slack.bob, "Only the person who asked")
        await slack.ada.click(await slack.server.until(lambda: _with(slack, "easel_cancel")), "easel_cancel")
        assert await _ends(slack) == CreationState.CANCELLED


async def test_the_native_stop_cancels_what_the_person_has_running_there(tmp_path: Path) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with slack_house(tmp_path, provider=provider) as slack:
        seen = await slack.ada.say(slack.ada.dm, "a fox")
        status = await slack.server.until(lambda: _with(slack, "easel_cancel", slack.ada.dm.id) or _streaming(slack))
        assert seen.message is not None
        await slack.ada.stop(status)
        assert await _ends(slack) == CreationState.CANCELLED


async def test_yes_to_a_price_lets_it_go_on_and_only_ones_own_yes(tmp_path: Path) -> None:
    planner, dear = ScriptedPlanner(calls(picture())), models(image_usd=0.5)
    async with slack_house(tmp_path, planner=planner, EASEL_CONFIRM_ABOVE_USD="0.1", catalogue=dear) as slack:
        await slack.ada.command("general", "/create", "a fox")
        status = await slack.server.until(lambda: _with(slack, "easel_run"), 10)
        await slack.bob.click(status, "easel_run")
        await slack.whispered(slack.bob, "Only the person who asked")
        assert await slack.assets() == []
        await slack.ada.click(status, "easel_run")
        await slack.until_made(1)


async def test_details_tell_what_was_asked_and_sent_and_where_it_led(slack: SlackHouse) -> None:
    first = await asked(slack, "a fox <b>&")
    await slack.ada.click(first, "easel_vary")
    await slack.until_made(2)
    await slack.ada.click(first, "easel_details")
    page = read(await slack.modal(slack.ada))
    for part in ("a fox <b>&", "a lighthouse", "fake-image", "Led to v2", "Seed"):
        assert part in page
    second = await slack.result(nth=2)
    await slack.bob.click(second, "easel_details")
    assert "easel_delete" not in str((await slack.modal(slack.bob)).blocks)


async def test_actions_in_the_details_work_in_the_thread_they_came_from(slack: SlackHouse) -> None:
    first = await asked(slack)
    await slack.bob.click(first, "easel_details")
    page = await slack.modal(slack.bob)
    await slack.bob.click(page, "easel_vary")
    assert (await slack.result(nth=2)).root_ts == first.root_ts
    await slack.bob.click(page, "easel_refine")
    form = await slack.modal(slack.bob, "Refine")
    assert slack.bob.modals == [page, form]


async def test_thumbs_are_noted_once_per_person(slack: SlackHouse) -> None:
    first = await asked(slack)
    for person, label in ((slack.ada, "Good"), (slack.bob, "Good"), (slack.bob, "Bad")):
        await slack.server.until(lambda person=person: person.sees(first))
        await person.click(first, label)
    await slack.whispered(slack.bob, "Thank you")
    votes = await slack.rows(lambda session: list(session.exec(select(Vote))))
    assert sorted(vote.value for vote in votes) == [-1, 1]


async def test_a_hidden_result_is_shown_to_whoever_wants_to_see_it(slack: SlackHouse) -> None:
    def hide(session: object) -> None:
        asset = session.exec(select(Asset)).one()  # type: ignore[attr-defined]
        asset.safety = "spoiler"
        session.add(asset)  # type: ignore[attr-defined]

    await asked(slack)
    await slack.app.database.write(hide)
    (asset,) = await slack.assets()
    root = await slack.server.until(lambda: slack.messages()[0])
    place = ThreadRef(platform="slack", workspace="T1", channel=root.channel, thread=root.ts)
    await slack.app.chats.share(asset.user_id, asset.id, place, "again")
    hidden = await slack.server.until(lambda: _with(slack, "easel_show"))
    await slack.bob.click(hidden, "easel_show")
    await slack.whispered(slack.bob, "in your messages with Easel")
    files = slack.server.files.values()
    await slack.server.until(lambda: [file for file in files if slack.bob.dm.id in [s.channel for s in file.shares]])


@pytest.mark.parametrize("admin", [True, False])
async def test_settings_are_for_admins(slack: SlackHouse, admin: bool) -> None:
    slack.ada.admin = admin
    await slack.ada.command("general", "/easel", "settings")
    if not admin:
        await slack.whispered(slack.ada, "Only admins and owners")
        assert slack.ada.modal is None
        return
    form = await slack.modal(slack.ada, "Easel here")
    studio = slack.workspace.channel("studio").id
    await slack.ada.submit(
        form,
        {
            "image_model": {"image_model": "fake-image"},
            "channels": {"channels": [studio]},
            "month_usd": {"month_usd": "25"},
            "outputs": {"outputs": "Hold it back"},
            "replies": {"replies": []},
        },
    )
    rules = (await slack.app.chats.workspace("slack", "T1")).rules
    assert (rules.image_model, rules.channels, rules.month_usd) == ("fake-image", (studio,), 25)
    assert (rules.outputs, rules.replies, rules.user_day_usd) == ("withhold", False, None)
    await slack.ada.command("general", "/easel", "settings")
    again = await slack.modal(slack.ada, "Easel here")
    assert studio in str(again.blocks)


async def test_somebody_who_is_no_admin_any_more_saves_nothing(slack: SlackHouse) -> None:
    slack.ada.admin = True
    await slack.ada.command("general", "/easel", "settings")
    form = await slack.modal(slack.ada, "Easel here")
    slack.ada.admin = False
    seen = await slack.ada.submit(form, {"month_usd": {"month_usd": "25"}})
    assert "Only admins" in " ".join(seen.errors.values())
    assert (await slack.app.chats.workspace("slack", "T1")).rules.month_usd is None


def _with(slack: SlackHouse, verb: str, channel: str = "general") -> Message | None:
    return next((each for each in slack.messages(channel) if verb in ids(each)), None)


def _streaming(slack: SlackHouse) -> Message | None:
    return next((each for each in slack.messages(slack.ada.dm) if each.stream and each.by_bot), None)


async def _ends(slack: SlackHouse) -> CreationState:
    async with asyncio.timeout(10):
        while not (creation := (await slack.creations())[0]).state.final:
            await asyncio.sleep(0.02)
    return creation.state


async def test_a_form_that_slack_let_go_is_one_sentence(slack: SlackHouse) -> None:
    first = await asked(slack)
    slack.server.fail("views.open", error("expired_trigger_id"))
    await slack.ada.click(first, "easel_refine")
    await slack.whispered(slack.ada, "Please press again")
