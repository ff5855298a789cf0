"""Socket Mode: dropped, refused and restarted connections lose nothing."""

import asyncio
from pathlib import Path

from bot.app import running
from bot.watch.readiness import Readiness
from tests.bot.slack.house import SlackHouse, declared, slack_house, slack_settings
from tests.fakes.slack import SlackServer, error, ratelimited
from tests.furnished import furnish


async def test_a_dropped_socket_is_told_and_taken_up_again(slack: SlackHouse) -> None:
    assert slack.app.surfaces["slack"].not_ready() == []
    slack.server.always("apps.connections.open", error("internal_error"))
    await drop(slack)
    await slack.server.until(slack.app.surfaces["slack"].not_ready, 5)
    assert any("Slack" in reason for reason in await Readiness(slack.app, platform_s=0).reasons())
    slack.server.always("apps.connections.open", None)
    await slack.server.until(lambda: not slack.app.surfaces["slack"].not_ready(), 10)
    await slack.ada.command("general", "/create", "a fox")
    assert await slack.result()


async def test_what_is_said_while_the_socket_is_down_comes_after(slack: SlackHouse) -> None:
    slack.server.always("apps.connections.open", error("internal_error"))
    await drop(slack)
    said = asyncio.create_task(slack.ada.mention("general", "a fox"))
    await asyncio.sleep(0.5)
    slack.server.always("apps.connections.open", None)
    await said
    assert len(await slack.until_asked(1)) == 1


async def test_slacks_own_wish_to_reconnect_is_followed(slack: SlackHouse) -> None:
    before = slack.server.sockets.opened
    await slack.server.sockets.refresh()
    await slack.server.until(lambda: slack.server.sockets.opened > before, 10)
    await slack.ada.command("general", "/create", "a fox")
    assert len(await slack.until_asked(1)) == 1


async def test_a_429_at_the_connection_is_waited_out(tmp_path: Path) -> None:
    async with SlackServer() as server:
        server.fail("apps.connections.open", ratelimited(1))
        async with slack_house(tmp_path, server=server, worker=False) as slack:
            await slack.server.until(lambda: slack.app.surfaces["slack"].not_ready() == [])


async def test_it_does_not_pass_for_connected_before_it_is(tmp_path: Path) -> None:
    """Slack is first asked who Easel is, and then for a connection."""
    async with SlackServer(processing_s=0.02) as server:
        declared(server)
        settings = furnish(slack_settings(server, tmp_path, "socket"))
        async with running(settings, worker=False, listen=True) as app:
            await app.surfaces_open.wait()
            while not server.sockets.opened:
                assert app.surfaces["slack"].not_ready()
                await asyncio.sleep(0)
            await server.until(lambda: not app.surfaces["slack"].not_ready())


async def drop(slack: SlackHouse) -> None:
    assert slack.server.sockets.drop() == 1
    await slack.server.until(lambda: not slack.server.sockets.open)
