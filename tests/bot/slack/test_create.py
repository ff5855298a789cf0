"""Ways to ask for something new, each recorded once and before Slack has its answer."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from bot.slack.manifest import scopes
from core.providers.base import Kind
from tests.bot.slack.house import TRANSPORTS, SlackHouse, declared, read, slack_house
from tests.fakes.media import make
from tests.fakes.slack import SlackServer, Upload, delay, error


def photo(folder: Path) -> bytes:
    return Path(make(Kind.IMAGE, folder, "photo", 1, None).path).read_bytes()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_command_is_recorded_before_slack_has_its_answer_and_its_result_comes_in_a_thread(
    tmp_path: Path, transport: str
) -> None:
    async with slack_house(tmp_path, transport=transport) as slack:
        seen = await slack.ada.command("general", "/create", "a fox in the snow")
        assert seen.acked
        assert not seen.trouble
        assert seen.ack_s is not None
        assert seen.ack_s < 1
        (creation,) = await slack.creations()
        assert creation.prompt == "a fox in the snow"
        result = await slack.result()
        root = slack.messages()[0]
        assert "a fox in the snow" in read(root)
        assert result.root_ts == root.ts
        await slack.server.settled()
        assert slack.server.pings == []
        assert slack.server.forged_links == []


async def test_create_without_words_opens_a_form_and_what_it_says_is_made(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/create", "")
    form = await slack.modal(slack.ada, "Ask Easel")
    seen = await slack.ada.submit(
        form,
        {
            "words": {"words": "a boat"},
            "kind": {"kind": "Image"},
            "aspect": {"aspect": "16:9"},
            "model": {"model": "fake-image"},
        },
    )
    assert seen.errors == {}
    assert slack.ada.modal is None
    (creation,) = await slack.creations()
    assert creation.options["kind"] == "image"
    assert creation.options["aspect"] == "16:9"
    assert creation.options["model"] == "fake-image"
    assert "a boat" in read(slack.messages()[0] if slack.messages() else await _first(slack))


async def _first(slack: SlackHouse) -> object:
    return (await slack.server.until(slack.messages))[0]


async def test_the_global_shortcut_opens_the_form_and_answers_in_direct_messages(
    slack: SlackHouse, tmp_path: Path
) -> None:
    await slack.ada.global_shortcut("easel_create")
    form = await slack.modal(slack.ada, "Ask Easel")
    like = Upload(name="photo.png", data=photo(tmp_path))
    await slack.ada.submit(form, {"words": {"words": "a boat like this"}, "files": {"files": [like]}})
    result = await slack.result(slack.ada.dm)
    assert result.channel == slack.ada.dm.id
    assert slack.results("general") == []
    (creation,) = await slack.creations()
    assert len(creation.inputs) == 1


async def test_a_form_for_a_private_channel_without_easel_says_so_beside_the_channel_and_stores_nothing(
    slack: SlackHouse,
) -> None:
    await slack.ada.global_shortcut("easel_create")
    form = await slack.modal(slack.ada, "Ask Easel")
    seen = await slack.ada.submit(
        form, {"words": {"words": "a boat"}, "where": {"where": slack.workspace.channel("secret").id}}
    )
    assert "/invite" in seen.errors["where"]
    assert slack.ada.modal is form
    assert await slack.creations() == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_mention_comes_as_two_events_and_is_one_creation_in_the_thread_of_the_message(
    tmp_path: Path, transport: str
) -> None:
    async with slack_house(tmp_path, transport=transport) as slack:
        seen = await slack.ada.mention("general", "a fox & a hen")
        assert len(seen.deliveries) == 2
        assert seen.acked
        result = await slack.result()
        assert seen.message is not None
        assert result.root_ts == seen.message.ts
        await slack.server.settled()
        (creation,) = await slack.creations()
        assert creation.prompt == "a fox & a hen"


async def test_one_event_delivered_three_times_at_once_and_again_later_is_one_creation(slack: SlackHouse) -> None:
    slack.server.deliveries.copies = 1
    seen = await slack.ada.mention("general", "a fox")
    (delivery, twin) = seen.deliveries
    await asyncio.gather(*(slack.server.redeliver(delivery, again=n) for n in (1, 2)), slack.server.redeliver(twin))
    await slack.result()
    await slack.server.redeliver(delivery, again=3)
    assert len(await slack.creations()) == 1
    assert len(slack.results()) == 1


@pytest.mark.parametrize("after_s", [0.0, 0.004, 0.015, 0.2])
async def test_a_process_killed_at_any_moment_loses_nothing_and_doubles_nothing(tmp_path: Path, after_s: float) -> None:
    """Where it died before the record, Slack had no answer and sends another copy; where after, the copy is known."""
    async with SlackServer() as server:
        declared(server)
        workspace = server.workspace("T1", scopes=scopes())
        ada = workspace.person("ada")
        first = await victim(tmp_path, server)
        speaking = asyncio.create_task(ada.mention("general", "a fox"))
        await server.until(lambda: server.deliveries)
        await asyncio.sleep(after_s)
        first.send_signal(signal.SIGKILL)
        await first.wait()
        second = await victim(tmp_path, server)
        try:
            seen = await speaking
            for delivery in seen.deliveries:
                await delivery.finished()
                await server.redeliver(delivery)
            assert seen.acked
        finally:
            second.kill()
            await second.wait()
    with sqlite3.connect(tmp_path / "easel.db") as rows:
        assert rows.execute("SELECT prompt FROM creation").fetchall() == [("a fox",)]
    rows.close()


async def victim(folder: Path, server: SlackServer) -> asyncio.subprocess.Process:
    """An Easel in a process of its own, connected."""
    workspace, before = server.workspace("T1"), server.sockets.opened
    arguments = (str(folder), server.api_url, workspace.bot_token, workspace.app_token)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bot.slack.victim", *arguments)
    await server.until(lambda: server.sockets.opened > before, 30)
    return process


async def test_direct_messages_are_answered_without_a_mention_in_their_own_thread(slack: SlackHouse) -> None:
    seen = await slack.ada.say(slack.ada.dm, "a fox")
    result = await slack.result(slack.ada.dm)
    assert seen.message is not None
    assert result.root_ts == seen.message.ts


async def test_opening_the_messages_tab_offers_what_one_might_ask(slack: SlackHouse) -> None:
    await slack.ada.open_messages()
    state = slack.server.agent_state(slack.ada.dm, None)
    prompts = await slack.server.until(lambda: state.prompts)
    assert 1 <= len(prompts) <= 4
    assert [each for each in slack.server.requests if "setSuggestedPrompts" in str(each)]


async def test_a_command_in_direct_messages_is_answered_there(slack: SlackHouse) -> None:
    await slack.ada.command(slack.ada.dm, "/create", "a fox")
    result = await slack.result(slack.ada.dm)
    assert result.channel == slack.ada.dm.id


async def test_in_a_public_channel_that_easel_has_not_joined_it_works_and_may_be_added(slack: SlackHouse) -> None:
    random = slack.workspace.channel("random")
    assert slack.workspace.bot_user_id not in random.members
    await slack.ada.command("random", "/create", "a fox")
    await slack.result("random")
    root = slack.messages("random")[0]
    await slack.bob.click(root, "easel_join")
    await slack.server.until(lambda: slack.workspace.bot_user_id in random.members)
    await slack.whispered(slack.bob, "Easel is in this channel now")


async def test_in_a_private_channel_without_easel_it_says_how_to_invite_it_and_starts_nothing(
    slack: SlackHouse,
) -> None:
    seen = await slack.ada.command("secret", "/create", "a fox")
    assert seen.acked
    told = await slack.whispered(slack.ada, "/invite")
    assert told.ephemeral_to == slack.ada.id
    assert await slack.creations() == []


async def test_in_a_private_channel_with_easel_it_works(slack: SlackHouse) -> None:
    await slack.ada.command("studio", "/create", "a fox")
    assert await slack.result("studio")


async def test_a_talk_between_two_people_is_answered_in_the_messages_with_easel(slack: SlackHouse) -> None:
    """Slack tells nothing of such a talk but its id; Easel is not in it."""
    seen = await slack.ada.command("general", "/create", "a fox")
    delivery = seen.deliveries[0]
    payload = delivery.payload | {"channel_id": "D0OTHERS", "channel_name": "directmessage", "trigger_id": "9.9.9"}
    again = type(delivery)(kind=delivery.kind, team=delivery.team, payload=payload)
    await slack.server.redeliver(again, again=0)
    assert await slack.result(slack.ada.dm)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_locked_database_is_one_clear_sentence_and_nothing_is_stored(tmp_path: Path, transport: str) -> None:
    async with slack_house(tmp_path, transport=transport) as slack:
        await slack.ada.command("general", "/create", "first")  # so that everybody is known
        await slack.result()
        lock = sqlite3.connect(slack.app.settings.data_dir / "easel.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            seen = await slack.ada.command("general", "/create", "second")
            mentioned = await slack.ada.mention("general", "third")
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        assert seen.acked
        assert mentioned.acked
        await slack.whispered(slack.ada, "Nothing was started")
        assert [each.prompt for each in await slack.creations()] == ["first"]
        assert all("rror" not in read(each) for each in slack.ada.ephemerals)


async def test_a_workspace_may_name_the_channels_where_easel_is_asked(slack: SlackHouse) -> None:
    place = await slack.app.chats.workspace("slack", "T1")
    await slack.app.chats.decide(
        place.id, place.rules.model_copy(update={"channels": (slack.workspace.channel("studio").id,)})
    )
    await slack.ada.command("general", "/create", "a fox")
    await slack.whispered(slack.ada, "other channels")
    assert await slack.creations() == []
    await slack.ada.say(slack.ada.dm, "a fox")
    assert len(await slack.creations()) == 1


async def test_what_nobody_foresaw_is_one_sentence_with_a_number_and_no_words_in_the_log(
    slack: SlackHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.server.always("users.info", error("fatal_error"))
    await slack.ada.command("general", "/easel", "settings canary-words")
    told = await slack.whispered(slack.ada, "error ")
    assert told.ephemeral_to == slack.ada.id
    assert "canary" not in capsys.readouterr().out


async def test_help_tells_how_to_refine_where_no_command_works(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/easel", "help")
    told = await slack.whispered(slack.ada, "cannot be used inside a thread")
    assert "Refine with Easel" in read(told)


async def test_usage_tells_what_ones_work_cost(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/easel", "usage")
    await slack.whispered(slack.ada, "Nothing you made has cost anything")


async def test_forget_me_asks_first_and_then_leaves_nothing(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    await slack.ada.command("general", "/easel", "forget-me")
    asked = await slack.whispered(slack.ada, "cannot be undone")
    await slack.ada.click(asked, "easel_forget")
    await slack.whispered(slack.ada, "Everything you made with Easel was deleted")
    assert await slack.assets() == []
    assert await slack.creations() == []


async def test_two_workspaces_keep_people_of_one_id_apart(tmp_path: Path) -> None:
    async with slack_house(tmp_path) as slack:
        await slack.ada.command("general", "/create", "here")
        here = (await slack.creations())[0]
        person = await slack.app.chats.person("slack", "T2", slack.ada.id)
        assert person != here.user_id


async def test_a_slack_that_answers_late_does_not_hold_up_the_record(slack: SlackHouse) -> None:
    slack.server.fail("conversations.info", delay(5))
    seen = await slack.ada.command("studio", "/create", "a fox")
    assert seen.acked
    assert seen.ack_s is not None
    assert seen.ack_s < 2
    assert len(await slack.creations()) == 1
