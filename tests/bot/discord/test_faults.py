"""What goes wrong on Discord's side, or in it, while something is being made: nothing is lost, nothing comes twice."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.agent.messages import Message as Said
from core.agent.messages import Role, Turn
from storage.tables import CreationState
from tests.bot.discord.house import House, opened
from tests.bot.discord.outbound import hostile
from tests.bot.discord.test_markup import active
from tests.fakes.discord import Channel, Clock, DiscordServer, Message, P, fine, throttles
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

SLOW = Way(ticket=True, after_s=3)
DROPS, WISHES = 20, 40
MANY = 20
PER_SECOND = 45
NO_LIMIT = {"EASEL_USER_AT_ONCE": 0}
WITHIN_S = 150.0


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel whose pictures take three seconds: long enough for something to happen meanwhile."""
    async with opened(tmp_path, provider=ScriptedProvider(default=SLOW)) as built:
        yield built


async def begun(home: House) -> tuple[Channel, Message]:
    """A thread, and the status in it, while its picture is being made."""
    await home.ada.slash(home.channel, "create", prompt="a lighthouse")
    thread = await home.thread()
    return thread, await home.says(thread, "Making")


async def made_all_the_same(home: House) -> int:
    """The creation came to its end and its picture is in the gallery; returns how much was asked of Discord since."""
    before = len(home.server.requests)
    view = await home.ended(await home.creation())
    assert view.state == CreationState.SUCCEEDED
    assert len(await home.assets()) == 1
    await asyncio.sleep(1)  # for whoever would still try again
    return len(home.server.requests) - before


# --- late ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [20, 45, 90])
async def test_a_late_result_arrives_though_the_interactions_token_is_long_dead(tmp_path: Path, minutes: int) -> None:
    clock = Clock()
    async with (
        DiscordServer(clock=clock) as server,
        opened(tmp_path, server=server, provider=ScriptedProvider(default=SLOW)) as home,
    ):
        thread, status = await begun(home)
        (asked,) = [each for each in server.interactions if each.data["name"] == "create"]
        assert not asked.expired()
        clock.advance(minutes * 60)
        assert asked.expired()
        (result,) = await home.results(thread)
        await home.until(lambda: "**Done**" in status.text, "the end")
        await home.noted(result)
        assert not (await home.bob.press(result, "Vary")).failed
        assert home.refused() == []


# --- the gateway --------------------------------------------------------------------------------------------------


async def test_a_gateway_that_drops_twenty_times_under_load_loses_no_interaction_and_doubles_none(
    tmp_path: Path,
) -> None:
    async with DiscordServer() as server, opened(tmp_path, server=server, environment=NO_LIMIT) as home:
        gateway, asking = server.gateway, asyncio.create_task(_asked_for(home, WISHES))
        for number in range(DROPS):
            await server.until(lambda: gateway.sockets and any(server.world.streams.live()), WITHIN_S, "a connection")
            gateway.drop()
            await server.until(lambda done=number: gateway.resumes > done, WITHIN_S, "a resumed connection")
            await asyncio.sleep(0.1)
        await asking
        await home.until(lambda: len(server.threads(home.channel)) == WISHES, "every thread", WITHIN_S)
        creations = await home.creations()
        delivered = [each for each in server.interactions if each.data["name"] == "create"]
        assert len(delivered) == len(creations) == WISHES
        assert sorted(each.prompt for each in creations) == sorted(f"number {i}" for i in range(WISHES))
        assert (gateway.resumes, len(gateway.identifies)) == (DROPS, 1)
        for creation in creations:
            assert (await home.ended(creation)).state == CreationState.SUCCEEDED
        assert home.server.bot_pings == []


async def _asked_for(home: House, count: int) -> None:
    async def ask(number: int) -> None:
        await asyncio.sleep(number * 0.07)
        await home.ada.slash(home.channel, "create", prompt=f"number {number}")

    await asyncio.gather(*(ask(number) for number in range(count)))


@pytest.mark.parametrize("again", [1, 5])
async def test_a_resume_that_tells_everything_again_makes_one_creation(home: House, again: int) -> None:
    result = await home.made()
    await home.bob.press(result, "Vary")
    await home.results(await home.thread(), 2)
    home.server.gateway.told_again = again
    home.server.gateway.drop()
    await home.until(lambda: home.server.gateway.resumes, "a resume")
    await (await home.ada.slash(home.channel, "help")).answer()
    assert len(await home.creations()) == 2
    assert len(home.server.threads(home.channel)) == 1


async def test_a_client_that_is_closed_tells_nobody_of_what_comes_afterwards(tmp_path: Path) -> None:
    """The library goes on for two seconds after its start, to gather the servers; a warning here is an error."""
    async with opened(tmp_path) as home:
        assert home.app.surfaces["discord"].not_ready() == []
    await asyncio.sleep(2.3)
    gc.collect()


# --- places that go -----------------------------------------------------------------------------------------------


async def test_a_thread_that_is_deleted_meanwhile_ends_the_showing_and_not_the_creation(slow: House) -> None:
    thread, _ = await begun(slow)
    slow.server.delete(thread)
    assert await made_all_the_same(slow) <= 3
    page = await (await slow.ada.slash(slow.channel, "gallery")).answer()
    assert "a lighthouse" in page.text


@pytest.mark.parametrize("locked", [False, True])
async def test_a_thread_that_is_archived_meanwhile_is_opened_again_unless_it_is_locked(
    slow: House, locked: bool
) -> None:
    thread, status = await begun(slow)
    slow.server.archive(thread, locked=locked)
    if locked:
        assert await made_all_the_same(slow) <= 6
        return
    assert len(await slow.results(thread)) == 1
    await slow.until(lambda: "**Done**" in status.text, "the end")
    assert not thread.archived
    assert {call.code for call in slow.server.rejected} <= {50083}


async def test_a_bot_that_is_removed_meanwhile_is_silent_and_the_result_is_kept(slow: House) -> None:
    await begun(slow)
    slow.guild.kick_bot()
    assert await made_all_the_same(slow) <= 3


async def test_a_permission_that_is_taken_meanwhile_costs_the_message_alone(slow: House) -> None:
    await begun(slow)
    for target in (slow.guild.bot_role, slow.guild.everyone):
        slow.channel.deny(target, P.SEND_MESSAGES_IN_THREADS)
    assert await made_all_the_same(slow) <= 6


# --- limits -------------------------------------------------------------------------------------------------------


async def test_every_second_edit_is_throttled_and_the_end_is_shown_all_the_same(tmp_path: Path) -> None:
    way = Way(ticket=True, after_s=6)
    many = ScriptedPlanner(calls(picture("one"), picture("two"), picture("three")))
    ways = {"one": SLOW, "two": way, "three": Way(ticket=True, after_s=9)}
    async with opened(tmp_path, planner=many, provider=ScriptedProvider(ways)) as home:
        await home.ada.slash(home.channel, "create", prompt="a lighthouse")
        thread = await home.thread()
        home.server.script("edit", *([throttles(0.5), fine()] * 4))
        status = await home.says(thread, "Making")
        await home.until(lambda: "**Done**" in status.text, "the end", 30)
        await home.until(lambda: sum(len(each.files) for each in home.server.messages(thread)) == 3, "every picture")
        assert sum(call.status == 429 for call in home.server.requests if call.name == "edit") >= 2


async def test_of_twenty_creations_at_once_within_real_limits_at_most_one_request_in_a_hundred_is_throttled(
    tmp_path: Path,
) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=5))
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server, provider=provider, environment=NO_LIMIT) as home:
            await asyncio.gather(
                *(home.ada.slash(home.channel, "create", prompt=f"number {number}") for number in range(MANY))
            )
            await home.until(lambda: len(server.threads(home.channel)) == MANY, "every thread", WITHIN_S)
            for thread in server.threads(home.channel):
                await home.until(lambda here=thread: _ended(home, here), f"the end of {thread}", WITHIN_S)
        assert server.throttled <= len(server.requests) / 100, (server.throttled, len(server.requests))


def _ended(home: House, thread: Channel) -> bool:
    shown = home.server.messages(thread)
    return any("**Done**" in each.text for each in shown) and any(each.files for each in shown)


async def test_one_token_asks_at_most_45_times_a_second_and_answers_to_people_are_not_held_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as home:
        surface: Any = home.app.surfaces["discord"]
        places = [home.guild.channel(f"number-{number}") for number in range(150)]
        began = len(home.server.requests)
        crowd = asyncio.gather(*(surface.adapter._rest.place(int(each.id)) for each in places))
        await asyncio.sleep(0.5)
        act = await home.ada.slash(home.channel, "help")
        assert act.ack_s is not None
        assert act.ack_s < 1
        assert not crowd.done()
        await crowd
        names = [call.name for call in home.server.requests[began:]]
        assert "get_channel" in names[names.index("callback") :]  # it overtook those that wait for their turn
        at = [call.at for call in home.server.requests[began:] if call.name == "get_channel"]
        busiest = max(sum(start <= other < start + 1 for other in at) for start in at)
        assert len(at) == len(places)
        assert busiest <= PER_SECOND
        assert home.server.throttled == 0


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(400)  # half a minute, unless much else goes on
async def test_two_hundred_hostile_wishes_ping_nobody_and_break_no_message(tmp_path: Path) -> None:
    corpus = [words[:6_000] for words in hostile(220) if words.strip()][:200]
    assert len(corpus) == 200
    async with DiscordServer(rate_limits=False) as server:
        async with opened(tmp_path, server=server, planner=ScriptedPlanner(_echo), environment=NO_LIMIT) as home:
            room = asyncio.Semaphore(10)
            await asyncio.gather(*(_wished(home, words, room) for words in corpus))
            creations = await home.creations()
            for creation in creations:
                await home.ended(creation)
            seen = set[str]()
            await home.until(lambda: _all_ended(home, len(corpus), seen), "an open thread each, with its end", WITHIN_S)
            shown = [each for each in server.threads(home.channel) if not each.archived]
            assert all(_ended(home, each) for each in shown)
        assert len(creations) == len(corpus)
        assert server.bot_pings == []
        # of a listener and a worker that open one thread, the second is told that it is there, and uses it
        assert [each for each in home.refused() if "160004" not in each] == []
        assert server.hidden_files == []
        written = [each for place in server.world.channels.values() for each in server.messages(place)]
        assert [each for each in written if each.author is server.bot and not _safe(each, home)] == []


def _all_ended(home: House, count: int, seen: set[str]) -> bool:
    """Whether so many threads are open, each with its end; `seen` are those whose end was seen before.

    One that a worker was faster than is archived a moment after it was opened: so who is open is asked anew each time.
    """
    shown = [each for each in home.server.threads(home.channel) if not each.archived]
    seen.update(each.id for each in shown if each.id not in seen and _ended(home, each))
    return len(shown) == count and seen.issuperset(each.id for each in shown)


async def _wished(home: House, words: str, room: asyncio.Semaphore) -> None:
    async with room:
        act = await home.ada.slash(home.channel, "create", prompt=words)
        await act.answer(WITHIN_S)


def _echo(messages: tuple[Said, ...]) -> Turn:
    """A planner that repeats what it was told: to the model first, then to the person."""
    words = next(each.text for each in reversed(messages) if each.role is Role.USER)
    asked = messages[-1].role is Role.USER
    return calls(picture(words), text=words) if asked else Turn(text=words)


def _safe(message: Message, home: House) -> bool:
    left = active(message.text).replace(f"<@{home.ada.id}>", "")
    found = re.search(r"@everyone|@here|<[@#/:]|```|\|\||\]\(<?https?:", left)
    return not found and not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", message.text)
