"""What an operator sees of Slack: its requests, its refusals, and whether wishes come in."""

import asyncio

from bot.watch.readiness import Readiness
from tests.bot.slack.house import SlackHouse
from tests.bot.test_watch import scraped
from tests.fakes.slack import error, ratelimited


async def test_requests_and_refusals_are_counted_by_status(slack: SlackHouse) -> None:
    before = await scraped(slack.url)
    slack.server.fail("chat.postMessage", ratelimited(1))
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    after = await scraped(slack.url)
    assert before.value("platform_requests_total", platform="slack", status="429") == 0
    assert after.value("platform_requests_total", platform="slack", status="429") == 1
    assert after.value("platform_requests_total", platform="slack", status="2xx") > 3
    assert after.value("messages_total", platform="slack", act="post", outcome="ok") >= 1
    assert after.value("platform_up", platform="slack") == 1


async def test_a_connection_that_drops_is_told_when_it_stays_down(slack: SlackHouse) -> None:
    assert slack.app.workbench
    await slack.app.workbench
    patient, hasty = Readiness(slack.app), Readiness(slack.app, platform_s=0.5)
    assert await hasty.reasons() == []
    slack.server.always("apps.connections.open", error("internal_error"))
    assert slack.server.sockets.drop() == 1
    await slack.server.until(slack.app.surfaces["slack"].not_ready, 5)
    assert await hasty.reasons() == [], "it may be back in a moment"
    await asyncio.sleep(1)
    assert await hasty.reasons() == ["the connection to Slack is down"]
    assert await patient.reasons() == []
    assert (await scraped(slack.url)).value("platform_up", platform="slack") == 0
    slack.server.always("apps.connections.open", None)
    await slack.server.until(lambda: not slack.app.surfaces["slack"].not_ready(), 10)
    assert await hasty.reasons() == []
