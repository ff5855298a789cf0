"""What goes wrong between Easel and Slack, and what is left of it: each with its number."""

import asyncio
import signal
import sqlite3
from pathlib import Path

from bot.settings import Settings
from bot.slack.manifest import scopes
from core.agent.messages import Message, Turn
from storage.tables import CreationState
from tests.bot.slack.hostile import HOSTILE
from tests.bot.slack.house import declared
from tests.bot.slack.outbound import stage
from tests.bot.slack.test_create import victim
from tests.fakes.planner import ScriptedPlanner, calls, picture, say
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.slack import SlackServer

WISH_MAX = 10_000
SLOW = Way(ticket=True, after_s=2.5)


async def test_an_event_that_comes_four_times_once_of_them_after_a_kill_is_one_creation(tmp_path: Path) -> None:
    async with SlackServer() as server:
        declared(server)
        ada = server.workspace("T1", scopes=scopes()).person("ada")
        first = await victim(tmp_path, server)
        seen = await ada.mention("general", "a fox")
        delivery, twin = seen.deliveries  # `message` and `app_mention`
        await asyncio.gather(*(server.redeliver(delivery, again=again) for again in (1, 2)))
        first.send_signal(signal.SIGKILL)
        await first.wait()
        second = await victim(tmp_path, server)
        try:
            for late in (delivery, twin):
                await server.redeliver(late, again=3)
        finally:
            second.kill()
            await second.wait()
    with sqlite3.connect(tmp_path / "easel.db") as rows:
        assert rows.execute("SELECT prompt FROM creation").fetchall() == [("a fox",)]
    rows.close()


async def test_a_channel_archived_in_the_middle_ends_the_showing_and_not_the_making(settings: Settings) -> None:
    async with stage(settings, provider=ScriptedProvider(default=SLOW)) as on:
        view = await on.ask()
        await on.slack.until(lambda: on.statuses)
        on.channel().archived = True
        before = len(on.slack.requests)
        ended = await on.house.end(view, by=on.ada_id)
        await asyncio.sleep(1.5)
        assert ended.state == CreationState.SUCCEEDED
        assert len(ended.assets) == 1
        assert len(on.slack.requests) - before <= 8


async def test_a_stream_that_dies_and_every_second_edit_refused_cost_the_end_nothing(settings: Settings) -> None:
    planner = ScriptedPlanner(calls(*(picture(f"n{number}") for number in range(3))))
    provider = ScriptedProvider({f"n{number}": Way(ticket=True, after_s=2 + 2 * number) for number in range(3)})
    async with stage(settings, planner=planner, provider=provider) as on:
        on.slack.limits.every("chat.update", 2)
        view = await on.ask()
        await on.slack.until(lambda: on.statuses and on.status.stream and on.status.stream.tasks)
        on.slack.kill_stream(on.status)
        await on.shown(view, within_s=40)
        assert on.slack.too_many > 0
        assert "Done." in on.status.said()
        assert not {"pending", "in_progress"} & set(str(on.status.blocks).split("'"))


def seen(letter: str) -> bool:
    """A wish of nothing but spaces and control characters is refused."""
    return letter.isprintable() and not letter.isspace()


async def test_two_hundred_hostile_wishes_ping_nobody_and_forge_no_link(settings: Settings) -> None:
    """Each is asked, answered in the same words, and every tenth is made."""
    wishes = [text for text in HOSTILE if len(text) <= WISH_MAX and any(map(seen, text))]
    made = frozenset(text for text in wishes[::10] if len(text) < 1_000)

    def echo(messages: tuple[Message, ...]) -> Turn:
        text = messages[-1].text
        return calls(picture(text), text=text) if text in made else say(text)

    more = settings.model_copy(update={"user_at_once": 0})
    async with stage(more, planner=ScriptedPlanner(echo)) as on:
        on.slack.limits.enabled = False
        asked = [await on.ask(text, event=f"e{number}") for number, text in enumerate(wishes)]
        for view in asked:
            await on.house.end(view, by=on.ada_id, within_s=60)
        await on.slack.until(
            lambda: len([one for one in on.statuses if "easel_cancel" not in str(one.blocks)]) == len(asked), 60
        )
        assert len(asked) >= 200
        assert len(on.roots) == len(asked)
        assert on.slack.pings == []
        assert on.slack.links == []
        assert [(one.method, one.error) for one in on.slack.rejected] == []
