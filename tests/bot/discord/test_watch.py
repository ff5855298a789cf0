"""What an operator sees of Discord: its requests, and whether wishes come in."""

from pathlib import Path

from bot.watch.door import door
from bot.watch.readiness import Readiness
from tests.bot.discord.house import House, easel, settings_for, until
from tests.bot.test_watch import scraped
from tests.fakes.discord import DiscordServer


async def test_requests_are_counted_by_status(home: House) -> None:
    await home.made()
    async with door(home.app, 0) as address:
        assert address
        seen = await scraped(address)
    assert seen.value("platform_requests_total", platform="discord", status="2xx") > 3
    assert seen.value("messages_total", platform="discord", act="post", outcome="ok") == 2, "the status and a result"
    assert seen.value("platform_up", platform="discord") == 1


async def test_a_platform_that_never_came_up_is_told_at_once(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        settings = settings_for(server, tmp_path)
        server.world.token = "another"
        async with easel(settings) as app:
            await app.surfaces_open.wait()
            assert app.surfaces["discord"].not_ready(), "from the first moment on"
            await until(lambda: app.surfaces["discord"].not_ready() == ["Discord refuses DISCORD_TOKEN"])
            assert "Discord refuses DISCORD_TOKEN" in await Readiness(app).reasons()
