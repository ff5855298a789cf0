"""The connection: begun again with growing waits, resumed where it was cut, honest about what it was not granted."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlmodel import select

from bot.watch.readiness import Readiness
from storage.tables import Workspace
from tests.bot.discord.house import House, easel, opened, restarted, settings_for, until
from tests.fakes.discord import DiscordServer, answers, refuses

MENUS = {"Refine with Easel", "Animate with Easel", "Make again", "Inspect with Easel"}
SLASH = {"create", "gallery", "inspect", "usage", "export-my-data", "join", "forget-me", "help", "settings"}


async def application_says(server: DiscordServer, **more: Any) -> None:
    """From now on the application is described as it is now, but for this."""
    url, headers = f"{server.api_url}/oauth2/applications/@me", {"Authorization": f"Bot {server.token}"}
    async with aiohttp.request("GET", url, headers=headers) as response:
        body = await response.json()
    server.always("application", answers(200, body | more))


# --- commands -----------------------------------------------------------------------------------------------------


async def test_commands_and_menus_are_registered_for_servers_and_for_single_people(home: House) -> None:
    assert {command.name for command in home.server.commands} == SLASH | MENUS
    for command in home.server.commands:
        alone = command.name == "settings"
        assert command.body["integration_types"] == ([0] if alone else [0, 1]), command.name
        assert sorted(command.body["contexts"]) == ([0] if alone else [0, 1, 2]), command.name
    assert home.refused() == []


async def test_commands_are_registered_again_only_when_they_changed(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server):
            assert server.count("commands") == 1
        async with restarted(server, tmp_path):
            assert server.count("commands") == 1
        changed = next(command for command in server.commands if command.name == "create")
        changed.body["options"] = changed.body["options"][:-1]
        async with restarted(server, tmp_path):
            assert server.count("commands") == 2


async def test_commands_that_cannot_be_registered_now_keep_nobody_out(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.always("commands", refuses(30034))
        async with opened(tmp_path, server=server) as built:
            await built.ada.say(built.ada.dm, "a lighthouse")
            assert await built.results(built.ada.dm)


# --- intents ------------------------------------------------------------------------------------------------------


async def test_the_privileged_intent_is_asked_for_only_where_it_is_granted(tmp_path: Path) -> None:
    async with DiscordServer(content_intent=False) as server, opened(tmp_path, server=server):
        assert server.gateway.closes == []


async def test_an_intent_that_the_gateway_refuses_is_gone_on_without_and_hinted_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with DiscordServer() as server:
        await application_says(server)
        server.world.rules = replace(server.rules, content_intent=False)
        async with opened(tmp_path, server=server) as built:
            assert await built.made()
        assert server.gateway.closes == [4014]
        assert "Message Content Intent" in capsys.readouterr().out


# --- coming and going ---------------------------------------------------------------------------------------------


async def test_a_discord_that_is_away_at_the_start_is_tried_again(tmp_path: Path) -> None:
    server = DiscordServer()
    await server.start()
    settings = settings_for(server, tmp_path)
    await server.stop()
    async with easel(settings) as app:
        await until(app.surfaces_open.is_set)
        surface = app.surfaces["discord"]
        await until(lambda: surface.not_ready() == ["Discord is not connected (ClientConnectorError)"], "the reason")
        assert surface.not_ready()[0] in await Readiness(app).reasons()
        await server.start()
        await until(lambda: not surface.not_ready(), "the connection", 15)
    await server.stop()


async def test_a_gateway_that_refuses_the_first_connection_is_tried_again(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.gateway.refuse_next += [503]
        async with easel(settings_for(server, tmp_path)) as app:
            await until(app.surfaces_open.is_set)
            await until(lambda: not app.surfaces["discord"].not_ready(), "the connection", 20)


async def test_a_cut_connection_is_resumed_and_nothing_is_lost(home: House) -> None:
    home.server.gateway.drop()
    act = await home.ada.slash(home.channel, "help")
    assert act.ephemeral
    assert home.server.gateway.resumes == 1
    assert len(home.server.gateway.identifies) == 1


async def test_a_refused_token_is_said_and_not_tried_at_every_turn(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        settings = settings_for(server, tmp_path)
        server.world.token = "another"
        async with easel(settings) as app:
            await until(app.surfaces_open.is_set)
            surface = app.surfaces["discord"]
            await until(lambda: surface.not_ready() == ["Discord refuses DISCORD_TOKEN"], "the reason")
        assert server.invalid <= 2


async def test_the_token_is_in_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server) as built:
            await built.made()
        assert server.token not in "".join(capsys.readouterr())


async def test_above_a_thousand_servers_the_connection_is_sharded(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        await application_says(server, approximate_guild_count=1_001)
        async with opened(tmp_path, server=server) as built:
            assert server.count("gateway_bot") == 1
            assert await built.made()


# --- servers ------------------------------------------------------------------------------------------------------


async def left(home: House, yes: bool) -> None:
    """Easel has noted that it was removed from its only server, or that it is there."""
    async with asyncio.timeout(5):
        while True:
            rows = await home.read(lambda session: list(session.exec(select(Workspace))))
            if [row.removed_at is not None for row in rows] == [yes]:
                return
            await asyncio.sleep(0.02)


async def test_a_server_that_removes_easel_is_noted_and_welcome_back(home: House) -> None:
    await home.made()
    home.guild.kick_bot()
    await left(home, True)
    await asyncio.sleep(2.5)  # a client that has just started takes each server for one that it was in
    home.guild.install(int(home.guild.everyone.permissions))
    await left(home, False)
