"""Messages of which nobody knows whether Slack took them: looked for at one thread a minute, and found all the same."""

import asyncio

from bot.settings import Settings
from bot.slack.finding import Finder, metadata
from bot.slack.places import thread
from core.chat import ThreadRef
from storage.tables import Post, PostState, new_id, now
from tests.bot.slack.outbound import TEAM, Stage, stage
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.server import SlackServer

THREADS = 7


async def written(on: Stage, number: int) -> tuple[ThreadRef, Post, str]:
    """A message in a thread of its own; returns its address, its intent and its place in the channel."""
    client, channel = await on.clients.client(TEAM), on.channel().id
    root = await client.chat_postMessage(channel=channel, text=f"wish {number}")
    post = Post(
        id=new_id(),
        creation_id=new_id(),
        user_id=on.ada_id,
        role="status",
        thread=f"slack:{TEAM}:{channel}:{root['ts']}",
        state=PostState.INTENT,
        intent_at=now(),
    )
    answer = await client.chat_postMessage(
        channel=channel, thread_ts=root["ts"], text="at work", metadata=metadata(post)
    )
    return thread(TEAM, channel, root["ts"]), post, answer["ts"]


async def test_a_crowd_of_lost_messages_is_found_one_a_minute_and_nobody_gives_up(settings: Settings) -> None:
    async with SlackServer(clock=SlackClock(speed=60)) as slack, stage(settings, slack=slack) as on:
        finder, lost = Finder(on.clients), [await written(on, number) for number in range(THREADS)]
        found = await asyncio.gather(*(finder.find(place, post) for place, post, _ in lost))
        assert [each and each.id for each in found] == [ts for *_, ts in lost]
        reads = slack.requests.to("conversations.replies")
        assert len([each for each in reads if each.ok]) == THREADS
        assert slack.limits.refused["conversations.replies"] <= THREADS, "each asks when its turn has come"
        again = await asyncio.gather(*(finder.find(place, post) for place, post, _ in lost))
        assert again == found
        assert len(slack.requests.to("conversations.replies")) == len(reads), "a look is remembered"
