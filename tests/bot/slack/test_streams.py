"""Short creations as native streams, and everything that may become of a stream."""

import asyncio
from typing import Any

import pytest

from bot.settings import Settings
from bot.slack.streams import STARTS_PER_MINUTE
from storage.tables import CreationState
from tests.bot.slack.outbound import TEAM, buttons, plan_of, stage
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.slack.faults import error, ratelimited
from tests.fakes.slack.server import SlackServer

SLOW = Way(ticket=True, after_s=2.5)
MIXED = calls(picture("one"), call("generate_speech", text="hello"))


def ticks(on: Any) -> list[str]:
    return [task["status"] for task in plan_of(on.status)["tasks"]]


async def test_a_short_creation_streams_its_steps_and_ends_with_every_task_closed(settings: Settings) -> None:
    provider = ScriptedProvider(default=SLOW)
    async with stage(settings, planner=ScriptedPlanner(MIXED), provider=provider) as on:
        view = await on.ask()
        await on.slack.until(lambda: on.statuses and on.status.stream)
        stream = on.status.stream
        await on.slack.until(lambda: "in_progress" in {task["status"] for task in stream.tasks.values()})
        assert stream.mode == "plan"
        assert [each["action_id"] for each in buttons(on.status)] == ["easel_cancel"]
        await on.shown(view)
        assert on.status.stream.state == "completed"
        assert on.status.open_tasks == ()
        assert ticks(on) == ["complete", "complete"]
        assert buttons(on.status) == []
        assert on.status.metadata["event_type"] == "easel_post"
        assert on.slack.agent_state(on.channel(), on.roots[0].ts).status == "active"
        assert on.slack.rejected == []


async def test_a_stream_that_dies_goes_on_in_the_same_message(settings: Settings) -> None:
    async with stage(settings, planner=ScriptedPlanner(MIXED), provider=ScriptedProvider(default=SLOW)) as on:
        view = await on.ask()
        await on.slack.until(lambda: on.statuses and on.status.stream)
        first = on.status.ts
        on.slack.kill_stream(on.status)
        await on.shown(view)
        assert on.status.ts == first
        assert ticks(on) == ["complete", "complete"]
        assert "Done." in on.status.said()


async def test_what_turns_out_to_be_a_video_leaves_the_stream_for_edits(settings: Settings) -> None:
    planner = ScriptedPlanner(calls(call("generate_video", prompt="waves")))
    provider = ScriptedProvider(default=SLOW)
    async with stage(settings, planner=planner, provider=provider) as on:
        view = await on.ask()
        await on.slack.until(lambda: provider.polls.total() > 0)
        await on.slack.until(lambda: on.statuses and (on.status.stream is None or on.status.edits))
        assert on.status.stream is None or on.status.stream.state == "completed"
        assert "easel_cancel" in {each["action_id"] for each in buttons(on.status)}
        await on.shown(view)
        assert on.posts_of("chat.startStream") <= 1
        assert ticks(on) == ["complete"]


@pytest.mark.parametrize("fault", [error("unknown_method"), error("user_not_found"), ratelimited(30)])
async def test_where_slack_will_not_stream_a_plain_message_does_at_once(settings: Settings, fault: Any) -> None:
    async with stage(settings) as on:
        on.slack.always("chat.startStream", fault)
        await on.shown(await on.ask(), within_s=8)
        assert on.status.stream is None
        assert ticks(on) == ["complete"]


async def test_a_cancelled_creation_closes_its_stream(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with stage(settings, provider=provider) as on:
        view = await on.ask()
        await on.slack.until(lambda: on.statuses and on.status.stream and on.status.stream.tasks)
        await on.house.app.studio.cancel(on.ada_id, view.id)
        ended = await on.shown(view)
        assert ended.state == CreationState.CANCELLED
        assert on.status.open_tasks == ()
        assert ticks(on) == ["error"]
        assert "Cancelled" in on.status.said()


async def test_many_at_once_stream_as_far_as_slack_allows_and_all_are_shown_to_the_end(settings: Settings) -> None:
    crowd = STARTS_PER_MINUTE + 6
    more = settings.model_copy(update={"user_at_once": 0})
    async with SlackServer() as slack, stage(more, slack=slack) as on:
        channels = [on.channel(f"c{index}") for index in range(crowd)]
        for channel in channels:
            channel.members.add(on.ada.id)
        asked = [await on.ask(channel=each.id, event=each.id) for each in channels]
        await asyncio.gather(*(on.house.end(each, by=on.ada_id) for each in asked))
        statuses = lambda: [one for one in on.statuses if "Done." in one.said()]  # noqa: E731
        await slack.until(lambda: len(statuses()) == crowd, 60)
        assert on.posts_of("chat.startStream") <= STARTS_PER_MINUTE
        assert len(on.statuses) == len(on.roots) == crowd
        assert on.slack.limits.refused["chat.startStream"] == 0
        assert TEAM == "T1"
