"""A wish by a command: recorded first, answered in time, shown in a thread of its own."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.creation import posting
from core.providers.base import Kind
from storage.creations import snapshot
from tests.bot.discord.house import House, opened, until
from tests.bot.house import png
from tests.fakes.discord import DiscordServer, P, refuses, slow
from tests.fakes.planner import ScriptedPlanner, call, calls

PRIVATE_THREAD = 12


# --- the way ------------------------------------------------------------------------------------------------------


async def test_a_wish_becomes_a_thread_with_a_status_and_a_result(home: House) -> None:
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse at dusk")
    root = await act.answer()
    thread = await home.thread()
    assert thread.id == root.id
    assert "a lighthouse at dusk" in root.text
    await home.says(thread, "Done")
    (result,) = await home.results(thread)
    assert (result.files[0].media_type or "").startswith("image/")
    assert result.interaction is None, "replies to it must carry their words without the privileged intent"
    assert home.refused() == []
    assert home.server.bot_pings == []


async def test_the_wish_is_recorded_before_the_first_answer_which_comes_within_a_second(home: House) -> None:
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    creation = await home.creation()
    assert act.ack_s is not None
    assert act.ack_s < 1
    assert act.interaction.acked_at is not None
    assert creation.created_at.timestamp() <= act.interaction.acked_at


async def test_after_the_first_answer_only_the_bots_token_writes(home: House) -> None:
    await home.made()
    by_token = [call.name for call in home.server.requests if call.route.startswith(("/webhooks", "/interactions"))]
    assert by_token == ["callback", "edit_original"]


async def test_the_same_interaction_told_twice_makes_one_creation(home: House) -> None:
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    home.server.world.streams.tell("INTERACTION_CREATE", act.interaction.event(), guild_id=home.guild.id)
    await home.says(await home.thread(), "Done")
    assert len(await home.creations()) == 1
    assert len(home.server.threads(home.channel)) == 1


async def test_nobody_is_pinged_by_what_was_asked_and_nothing_of_it_is_markup(home: House) -> None:
    prompt = f"@everyone <@{home.bob.id}> <@&{home.guild.bot_role.id}> [free](https://evil.example) **x** ||y||"
    result = await home.made(prompt)
    assert home.server.bot_pings == []
    assert "](https://evil.example)" not in result.text
    assert home.refused() == []


# --- what may be said beside the words ----------------------------------------------------------------------------


async def test_every_option_of_the_command_reaches_the_creation(home: House) -> None:
    await home.made(
        kind="image",
        aspect="16:9",
        count=2,
        duration=7,
        voice="amber",
        style="anime",
        model="fake-image",
        private=False,
    )
    (creation,) = await home.creations()
    wanted = {
        "aspect": "16:9",
        "count": 2,
        "duration_s": 7.0,
        "voice": "amber",
        "style": "anime",
        "model": "fake-image",
        "kind": "image",
    }
    assert wanted.items() <= creation.options.items()


async def test_models_are_offered_by_kind_while_their_name_is_typed(home: House) -> None:
    act = await home.ada.autocomplete(home.channel, "create", "model", model="fake", prompt="x", kind="video")
    assert [each["value"] for each in act.choices] == ["fake-video"]
    act = await home.ada.autocomplete(home.channel, "create", "model", model="", prompt="x")
    assert {each["value"] for each in act.choices} == {"fake-image", "fake-video", "fake-speech"}


async def test_a_model_that_does_not_exist_is_told_to_the_asker_alone(home: House) -> None:
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse", model="no-such-model")
    (said,) = act.ephemeral
    assert "no such model" in said.text
    assert await home.creations() == []


async def test_attached_pictures_become_inputs_of_the_creation(home: House) -> None:
    await home.made("mix these", image=("one.png", png((40, 30))), image2=("two.png", png((30, 40))))
    (creation,) = await home.creations()
    uploads = {asset.id: (asset.width, asset.height) for asset in await home.assets() if asset.kind == Kind.UPLOAD}
    assert [uploads[each] for each in creation.inputs] == [(40, 30), (30, 40)]
    assert home.server.world.cdn.leaked_tokens == []


# --- places -------------------------------------------------------------------------------------------------------


async def test_a_private_wish_goes_to_a_thread_that_only_its_asker_sees(home: House) -> None:
    act = await home.ada.slash(home.channel, "create", prompt="a secret", private=True)
    answer = await act.answer()
    thread = await home.thread()
    assert answer.ephemeral
    assert thread.id in answer.text
    assert thread.kind == PRIVATE_THREAD
    assert {home.ada.id, home.server.bot.id} == set(thread.thread.members)
    await home.says(thread, "Done")
    assert len(await home.results(thread)) == 1
    assert [one for one in home.server.messages(home.channel) if not one.ephemeral] == []
    assert home.refused() == []


async def test_a_private_wish_comes_directly_where_private_threads_are_not_allowed(home: House) -> None:
    home.channel.deny(home.guild.bot_role, P.CREATE_PRIVATE_THREADS)
    home.channel.deny(home.guild.everyone, P.CREATE_PRIVATE_THREADS)
    act = await home.ada.slash(home.channel, "create", prompt="a secret", private=True)
    assert "/@me/" in (await act.answer()).text
    assert len(await home.results(home.ada.dm)) == 1


async def test_a_private_wish_that_has_no_place_says_so_and_lands_in_the_gallery(home: House) -> None:
    home.channel.deny(home.guild.bot_role, P.CREATE_PRIVATE_THREADS)
    home.channel.deny(home.guild.everyone, P.CREATE_PRIVATE_THREADS)
    home.ada.dms = False
    act = await home.ada.slash(home.channel, "create", prompt="a secret", private=True)
    assert "/gallery" in (await act.answer()).text
    await home.ended(await home.creation())
    assert len(await home.assets()) == 1


async def test_in_direct_messages_everything_is_a_reply_to_the_answer(home: House) -> None:
    act = await home.ada.slash(home.ada.dm, "create", prompt="a lighthouse")
    root = await act.answer()
    (result,) = await home.results(home.ada.dm)
    status = await home.says(home.ada.dm, "Done")
    assert result.target is root
    assert status.target is root
    assert home.refused() == []


async def test_in_somebody_elses_thread_everything_is_a_reply_to_the_answer(home: House) -> None:
    await home.made()
    thread = await home.thread()
    act = await home.bob.slash(thread, "create", prompt="another")
    root = await act.answer()
    found = await home.results(thread, 2)
    assert found[-1].target is root
    assert len(home.server.threads(home.channel)) == 1


async def test_without_the_permission_for_threads_the_root_says_so_and_is_replied_to(home: House) -> None:
    for target in (home.guild.bot_role, home.guild.everyone):
        home.channel.deny(target, P.CREATE_PUBLIC_THREADS)
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    root = await act.answer()
    (result,) = await home.results(home.channel)
    assert result.target is root
    assert "may not open a thread" in root.text


# --- where Easel is no member -------------------------------------------------------------------------------------


@pytest.fixture
async def foreign(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as built:
        built.guild = built.server.guild("Elsewhere", installed=False)
        built.channel = built.guild.channel()
        built.ada = built.server.person("ada", built.guild, user_install=True)
        yield built


async def test_where_easel_is_no_member_the_interaction_shows_it_and_says_so_up_front(foreign: House) -> None:
    act = await foreign.ada.slash(foreign.channel, "create", prompt="a lighthouse")
    answer = await act.answer()
    assert "not a member here" in " ".join([answer.text, *(each.text for each in answer.edits)])
    result = await act.follow_up()
    assert (result.files[0].media_type or "").startswith("image/")
    await until(lambda: "Done" in answer.text, "the end")
    assert foreign.refused() == []


async def test_in_a_group_chat_the_interaction_shows_it(home: House) -> None:
    home.ada.user_install = True
    group = home.server.group(home.ada, home.bob)
    act = await home.ada.slash(group, "create", prompt="a lighthouse")
    assert (await act.follow_up()).files
    assert home.refused() == []


async def test_what_the_interaction_cannot_show_comes_by_direct_message(foreign: House) -> None:
    act = await foreign.ada.slash(foreign.channel, "create", prompt="a lighthouse")
    foreign.server.always("followup", refuses(50027))
    await foreign.results(foreign.ada.dm)
    assert (await act.answer()).text


async def test_no_more_than_five_further_messages_are_written_by_one_interaction(tmp_path: Path) -> None:
    many = calls(*(call("generate_speech", text=f"number {i}") for i in range(7)))
    async with opened(tmp_path, planner=ScriptedPlanner(many)) as built:
        guild = built.server.guild("Elsewhere", installed=False)
        channel = guild.channel()
        eve = built.server.person("eve", guild, user_install=True)
        act = await eve.slash(channel, "create", prompt="seven voices")
        await built.results(eve.dm, 2)
        assert len(act.interaction.follow_ups) == 5
        assert "/gallery" in (await act.answer()).text
        assert built.refused() == []


async def test_without_permission_to_write_in_a_channel_the_interaction_shows_it(home: House) -> None:
    for target in (home.guild.bot_role, home.guild.everyone):
        home.channel.deny(target, P.SEND_MESSAGES)
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    assert (await act.follow_up()).files
    assert home.refused() == []


# --- what goes wrong ----------------------------------------------------------------------------------------------


async def test_a_locked_database_is_one_clear_sentence_and_nothing_is_stored(home: House, tmp_path: Path) -> None:
    await home.made()
    connection = sqlite3.connect(tmp_path / "data" / "easel.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        act = await home.ada.slash(home.channel, "create", prompt="another")
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    (said,) = act.ephemeral
    assert "cannot store anything right now" in said.text
    assert len(await home.creations()) == 1


async def test_an_answer_that_came_too_late_is_posted_by_the_bot(home: House) -> None:
    home.server.script("callback", refuses(10062))
    await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    thread = await home.thread()
    assert len(await home.results(thread)) == 1
    assert len(await home.creations()) == 1
    root = next(one for one in home.server.messages(home.channel) if one.id == thread.id)
    assert root.interaction is None


async def test_an_answer_that_is_said_to_stand_already_is_as_good(home: House) -> None:
    home.server.script("callback", refuses(40060, accepted=True))
    act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    assert (await home.thread()).id == (await act.answer()).id


async def test_an_answer_that_breaks_after_the_wish_is_recorded_is_left_to_a_worker(home: House) -> None:
    home.server.script("edit_original", refuses(50001))
    await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    await home.until(lambda: home.server.threads(home.channel), "a thread", 15)
    await home.results(await home.thread())
    shown = [one for one in home.server.messages(home.channel) if one.author is home.server.bot]
    assert len(shown) == 1, "the first answer was taken back"
    assert len(await home.creations()) == 1


async def test_the_worker_beside_it_waits_for_a_slow_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as home:
        adapter: Any = home.app.surfaces["discord"].adapter
        adapter.opening_s = 0
        home.server.script("edit_original", slow(2))
        act = await home.ada.slash(home.channel, "create", prompt="a lighthouse")
        root = await act.answer()
        thread = await home.thread()
        assert thread.id == root.id
        assert len(await home.results(thread)) == 1
        assert len(home.server.threads(home.channel)) == 1


async def test_an_answer_that_a_worker_was_faster_than_goes_again_with_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "OPENING_HERE_S", 0)  # as a worker elsewhere, which knows nothing of the answer
    async with opened(tmp_path) as home:
        adapter: Any = home.app.surfaces["discord"].adapter
        adapter.opening_s = 0
        home.server.script("edit_original", slow(2))
        await home.ada.slash(home.channel, "create", prompt="a lighthouse")
        await home.until(lambda: len(home.server.threads(home.channel)) == 2, "both threads", 15)
        await home.until(lambda: [one.archived for one in home.server.threads(home.channel)].count(True) == 1, "one")
        (root,) = [one for one in home.server.messages(home.channel) if one.author is home.server.bot]
        (thread,) = [one for one in home.server.threads(home.channel) if not one.archived]
        assert thread.id == root.id
        assert len(await home.results(thread)) == 1
        assert home.refused() == []


async def test_an_unexpected_error_has_an_id_and_says_nothing_of_the_wish(
    home: House, capsys: pytest.CaptureFixture[str]
) -> None:
    home.server.script("callback", refuses(50001))
    act = await home.ada.slash(home.channel, "create", prompt="a very secret lighthouse")
    (said,) = act.ephemeral
    assert "error" in said.text
    printed = capsys.readouterr().out
    assert "listener_failed" in printed
    assert "secret" not in printed
    assert home.server.token not in printed


async def test_what_a_failed_creation_says_is_shown_in_its_thread(tmp_path: Path) -> None:
    async with opened(tmp_path, planner=ScriptedPlanner(RuntimeError("a bug"))) as built:
        await built.ada.slash(built.channel, "create", prompt="a lighthouse")
        assert (await built.says(await built.thread(), "Not made")).text


# --- what a server decided ----------------------------------------------------------------------------------------


async def decide(home: House, **values: Any) -> None:
    place = await home.app.chats.workspace("discord", home.guild.id)
    await home.app.chats.decide(place.id, place.rules.model_copy(update=values))


async def test_other_channels_than_the_allowed_ones_are_refused_with_their_names(home: House) -> None:
    studio = home.guild.channel("studio")
    await decide(home, channels=(studio.id,))
    (said,) = (await home.ada.slash(home.channel, "create", prompt="a lighthouse")).ephemeral
    assert f"<#{studio.id}>" in said.text
    assert await home.creations() == []
    act = await home.ada.slash(studio, "create", prompt="a lighthouse")
    assert (await act.answer()).text
    await home.says(await home.thread(studio), "Done")


async def test_only_members_with_an_allowed_role_may_ask(home: House) -> None:
    artists = home.guild.role("artists")
    await decide(home, roles=(artists.id,))
    (said,) = (await home.ada.slash(home.channel, "create", prompt="a lighthouse")).ephemeral
    assert f"<@&{artists.id}>" in said.text
    home.guild.members[home.ada.id].roles.append(artists)
    assert (await home.made()).files
    assert home.server.bot_pings == []


async def test_the_servers_rules_go_along_with_the_creation(home: House) -> None:
    await decide(home, image_model="fake-image", outputs="withhold")
    await home.made()
    (creation,) = await home.creations()
    assert creation.options["rules"] == {"models": {"image": "fake-image"}, "outputs": "withhold"}
    rows = await home.read(lambda session: snapshot(session, creation.id))
    assert rows is not None
    assert rows.creation.workspace_id is not None


# --- sizes --------------------------------------------------------------------------------------------------------


async def test_what_a_server_takes_is_learnt_from_its_interactions(tmp_path: Path) -> None:
    async with DiscordServer(file_bytes=3_000_000) as server, opened(tmp_path, server=server) as built:
        await built.made()
        adapter: Any = built.app.surfaces["discord"].adapter
        assert adapter.sizes.limit(int(built.guild.id)) == 3_000_000
